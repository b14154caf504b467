"""bootctl as a process: its environment, its signals, and the one place where it ends."""

import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from bootctl.database.causes import said
from bootctl.errors import BootError, ExitCode, Interrupted, UsageError
from bootctl.output import interruption, log, streams
from bootctl.output.exits import remember_process
from bootctl.output.redact import redactor
from bootctl.output.system import system_fault

_exit = os._exit  # what the project's code may have put in its place is not asked
ENVIRON = dict(os.environ)
"""The environment as it was at the start: user code may change ``os.environ`` before exec."""


_unwritten: OSError | None = None


@contextmanager
def written_beside_verdict() -> Iterator[None]:
    """Let a result that cannot be written inside be the verdict only where there is no other."""
    global _unwritten
    try:
        yield
    except OSError as error:
        if not _is_unwritten(error):
            raise
        _unwritten = error


def guarded(command: Callable[[], Any]) -> int:
    """Run ``command``, and return the exit code; a failure's verdict is logged last."""
    streams.prepare()
    for word in sys.argv:
        redactor.add_source(word)
    redactor.add_words(sys.argv[1:])
    remember_process()
    log.setup()
    try:
        interruption.handle_signals(lambda error: end(_interrupted(error)))
        result = command()
        if _unwritten is not None:
            raise _unwritten
    except BaseException as error:
        interruption.ignore()
        # Code that a signal interrupted may have made another exception of it.
        code = _ended_by(interruption.received() or error)
        log.close()
        return code
    return result if isinstance(result, int) else ExitCode.DONE


def _ended_by(error: BaseException) -> int:
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            return _failed(UsageError(error.format_message(), hint=_usage(error)))
        case Interrupted():
            return _interrupted(error)
        case click.Abort():
            return _interrupted(Interrupted(signal.SIGINT))
        case BootError():
            return _failed(error)
        case OSError() if _is_unwritten(error):
            return _failed(_unwritable(error))
        case SystemExit():  # click's, after completing words or where nobody reads the result
            return Interrupted(signal.SIGPIPE).exit_code if error.code else ExitCode.DONE
        case _:
            fault = system_fault(error)
            return _failed(fault) if fault else _bug(error)


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None or context.parent is None:
        return "`bootctl --help` shows the commands; options follow the command."
    return f"{context.get_usage()}; `{context.command_path} --help` says more."


def _is_unwritten(error: OSError) -> bool:
    """Return whether it says that stdout cannot be written; where nobody reads, click says so."""
    frames = traceback.extract_tb(error.__traceback__)
    return error.errno != errno.EPIPE and frames[-1].filename == click.utils.__file__


def _unwritable(error: OSError) -> UsageError:
    return UsageError(
        f"the result cannot be written to stdout: {error.strerror}",
        hint="Lead stdout to where there is room for it.",
    )


def end(code: int) -> NoReturn:
    """End the process now, whatever threads or connections user code left behind."""
    if not interruption.received():  # of a result that nobody reads, the rest would wait for ever
        streams.flush()
    _exit(code)


def _failed(error: BootError) -> int:
    fields = {**error.fields, **log.traceback_fields(error)}
    return _verdict(error.message, error.exit_code, error.hint, fields)


def _interrupted(error: Interrupted) -> int:
    name = signal.Signals(error.signum).name
    return _verdict(
        f"ended by {name}",
        error.exit_code,
        "Start again: what was not committed is rolled back where the database can.",
        {"signal": name},
    )


def _bug(error: BaseException) -> int:
    return _verdict(
        f"a bug in bootctl: {type(error).__name__}: {said(error)}",
        ExitCode.BUG,
        "Report it with the traceback of this line.",
        log.traceback_fields(error, full=True),
    )


def _verdict(message: str, code: int, hint: str, fields: dict[str, Any]) -> int:
    stage = log.current_stage()
    log.draw([])
    log.event(
        "boot.failed",
        message,
        level="ERROR",
        **{**fields, "stage": stage, "exit_code": int(code), "hint": hint},
    )
    return int(code)
