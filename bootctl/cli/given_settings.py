"""The options of every command that set a setting, two of them how much it tells."""

from collections.abc import Callable, Iterable
from typing import Any

import click

_OPTIONS = (
    click.option("--set", "assignments", metavar="KEY=VALUE", multiple=True, help="Set a setting."),
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but a result, or what failed."),
    click.option("-v", "--verbose", is_flag=True, help="Say all: log.level is debug."),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``command`` with the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def of(assignments: Iterable[str], *, quiet: bool, verbose: bool) -> dict[str, str]:
    """Return what the options set; ``--set`` is stronger. Raises click's errors for what is no setting."""
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other.")
    level = {"log.level": "error" if quiet else "debug"} if quiet or verbose else {}
    return {**level, **dict(map(_key_value, assignments))}


def _key_value(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals:
        raise click.BadParameter(f"{item} is not KEY=VALUE", param_hint="--set")
    return key, value
