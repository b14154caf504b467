"""``migrate --tenants``: its options, and what it prints."""

from collections.abc import Callable
from typing import Any

import click

from bootctl.cli import process, results

_OPTIONS = (
    click.option(
        "--tenants", is_flag=True, help="Migrate the database of every tenant that tenants.* names."
    ),
    click.option(
        "--shard",
        metavar="I/N",
        help="With --tenants: of N parts that are about as large the one I, from 0.",
    ),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``command`` with the options: it gets ``tenants`` and ``shard``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def are_asked_for(*, plan: bool, sql: bool, tenants: bool, shard: str | None) -> bool:
    """Return whether many databases are to be migrated. Raises click's errors for what excludes that."""
    if shard is not None and not tenants:
        raise click.UsageError("--shard goes with --tenants.")
    if tenants and (plan or sql):
        raise click.UsageError("--tenants and --plan or --sql exclude each other.")
    return tenants


def migrate(invocation: Any, *, as_json: bool, tenants: bool, shard: str | None) -> None:
    """Migrate every tenant of a shard, and print how each has ended."""
    from bootctl.boot.tenants import fleet
    from bootctl.cli.reports import tenants as report
    from bootctl.output import interruption

    found = fleet.migrate(invocation, shard)
    with process.written_beside_verdict():
        results.show(found.document(), None if as_json else report.text)
    ended = interruption.received() or found.failure
    if ended:
        raise ended
