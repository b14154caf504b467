"""How a command that failed ends: the verdict, which the log has last, and the exit code."""

import errno
import signal
import sys
import traceback
from typing import Any

from bootctl.database.causes import said
from bootctl.errors import BootError, ExitCode, Interrupted, UsageError
from bootctl.output import log, screen
from bootctl.output.system import system_fault


def ended_by(error: BaseException) -> int:
    """Return the exit code of what ``error`` ended; its verdict is logged, and nothing after it."""
    if "click" in sys.modules:  # what has not imported it has not raised what is its
        from bootctl.cli import click_errors

        if isinstance(error, click_errors.Exit):
            return error.exit_code
        error = click_errors.translated(error)
    match error:
        case Interrupted():
            return interrupted(error)
        case BootError():
            return _failed(error)
        case OSError() if is_unwritten(error):
            return _failed(_unwritable(error))
        case SystemExit():  # click's, after completing words or where nobody reads the result
            return Interrupted(signal.SIGPIPE).exit_code if error.code else ExitCode.DONE
        case _:
            fault = system_fault(error)
            return _failed(fault) if fault else _bug(error)


def interrupted(error: Interrupted) -> int:
    """Return the exit code of what a signal ended; its verdict is logged."""
    name = signal.Signals(error.signum).name
    return _verdict(
        f"ended by {name}",
        error.exit_code,
        "Start again: what was not committed is rolled back where the database can.",
        {"signal": name},
    )


def is_unwritten(error: OSError) -> bool:
    """Return whether it says that stdout cannot be written; where nobody reads, click says so."""
    frames = traceback.extract_tb(error.__traceback__)
    writes = getattr(sys.modules.get("click.utils"), "__file__", "")
    return error.errno != errno.EPIPE and frames[-1].filename == writes


def _unwritable(error: OSError) -> UsageError:
    return UsageError(
        f"the result cannot be written to stdout: {error.strerror}",
        hint="Lead stdout to where there is room for it.",
    )


def _failed(error: BootError) -> int:
    screen.sums_up(error.brief)
    fields = {**error.fields, **log.traceback_fields(error)}
    return _verdict(error.message, error.exit_code, error.hint, fields)


def _bug(error: BaseException) -> int:
    return _verdict(
        f"a bug in bootctl: {type(error).__name__}: {said(error)}",
        ExitCode.BUG,
        "Report it with the traceback of this line.",
        log.traceback_fields(error, full=True),
    )


def _verdict(message: str, code: int, hint: str, fields: dict[str, Any]) -> int:
    stage = log.current_stage()
    log.rest()
    log.event(
        "boot.failed",
        message,
        level="ERROR",
        **{**fields, "stage": stage, "exit_code": int(code), "hint": hint},
    )
    log.close()  # whatever finalizers and threads still say
    return int(code)
