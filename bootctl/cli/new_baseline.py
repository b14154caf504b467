"""The options of ``check`` that accept what is found now."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bootctl.boot.looks import NewBaseline

_OPTIONS = (
    click.option(
        "--write-baseline",
        "file",
        metavar="FILE",
        help="Accept what is found now: write it into FILE, which verify.baseline is to name.",
    ),
    click.option("--owner", metavar="NAME", help="With it: whose the new entries are."),
    click.option("--reason", metavar="TEXT", help="With it: why they are accepted."),
    click.option("--expires", metavar="DAY", help="With it: their last day, such as 2027-01-31."),
)


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Return ``command`` with the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def asked(
    *, models: bool, file: str | None, owner: str | None, reason: str | None, expires: str | None
) -> "NewBaseline | None":
    """Return what the options ask for. Raises click's errors where they do not go together."""
    if file is None:
        if owner or reason or expires:
            raise click.UsageError("--owner, --reason and --expires go with --write-baseline.")
        return None
    if models:
        raise click.UsageError("--write-baseline and --models exclude each other.")
    from bootctl.boot.looks import NewBaseline
    from bootctl.verify.baseline import Terms

    return NewBaseline(Path(file), Terms(owner or "", reason or "", _day(expires)))


def _day(text: str | None) -> Any:
    from bootctl.verify.baseline import day

    try:
        return day(text, "the new entries") if text else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--expires") from None
