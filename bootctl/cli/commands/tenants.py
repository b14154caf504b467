"""``--tenants``: its options, and what it prints."""

from collections.abc import Callable
from functools import partial
from typing import Any

import click

from bootctl.cli import process, results


def options(verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command the options: it gets ``tenants`` and ``shard``. ``verb`` is what it does."""
    many = click.option(
        "--tenants", is_flag=True, help=f"{verb} the database of every tenant that tenants.* names."
    )
    shard = click.option(
        "--shard",
        metavar="I/N",
        help="With --tenants: of N parts that are about as large the one I, from 0.",
    )
    return lambda command: many(shard(command))


def are_asked_for(*, tenants: bool, shard: str | None, **others: object) -> bool:
    """Return whether many databases are meant. Raises click's errors for what excludes that.

    ``others`` are the values of options that do, by their names.
    """
    if shard is not None and not tenants:
        raise click.UsageError("--shard goes with --tenants.")
    excluded = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
    if tenants and excluded:
        raise click.UsageError(f"--tenants and {excluded[0]} exclude each other.")
    return tenants


def go_through(invocation: Any, command: str, shard: str | None, *, as_json: bool) -> None:
    """Do what ``command`` does with every tenant of a shard, and print how each has ended."""
    from bootctl.boot.tenants import fleet, task
    from bootctl.cli.reports import tenants as report
    from bootctl.output import interruption

    found = fleet.go_through(invocation, task.TASKS[command], shard)
    with process.written_beside_verdict():
        results.show(found.document(), None if as_json else partial(report.text, task=found.task))
    ended = interruption.received() or found.failure
    if ended:
        raise ended
