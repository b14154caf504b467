"""What click raises, as errors of bootctl."""

import signal

import click
from click.exceptions import Exit

from bootctl.errors import Interrupted, UsageError

__all__ = ["Exit", "translated"]


def translated(error: BaseException) -> BaseException:
    """Return ``error``, or what bootctl raises for it."""
    match error:
        case click.ClickException():
            return UsageError(error.format_message(), hint=_usage(error))
        case click.Abort():
            return Interrupted(signal.SIGINT)
        case _:
            return error


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None or context.parent is None:
        return "`bootctl --help` shows the commands; options follow the command."
    return f"{context.get_usage()}; `{context.command_path} --help` says more."
