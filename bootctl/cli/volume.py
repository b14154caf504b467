"""The options of every command that say how much it tells."""

from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but a result, or what failed."),
    click.option("-v", "--verbose", is_flag=True, help="Say all: log.level is debug."),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``command`` with the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings(*, quiet: bool, verbose: bool) -> dict[str, str]:
    """Return what the options set. Raises click's error for both at once."""
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other.")
    return {"log.level": "error" if quiet else "debug"} if quiet or verbose else {}
