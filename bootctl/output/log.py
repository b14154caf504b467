"""The only sink: flat JSON lines, or coloured ones on a terminal, every secret removed.

A project that configures loguru, or ``logging``, in an ``env.py`` changes nothing about what is
written here, and the other way round. ``log.file`` is written by a loguru logger of its own; what is
written to stderr, and what is held before ``setup``, needs none.
"""

import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootctl.database.causes import said
from bootctl.errors import SettingsError
from bootctl.output import (
    display,
    groups,
    held,
    interruption,
    library_logging,
    loguru_logger,
    observers,
    screen,
    streams,
    termination,
    traces,
)
from bootctl.output.events import is_documented
from bootctl.output.lines import COLOURS, fields_of, file_line, json_line, told_to_person
from bootctl.output.options import Options
from bootctl.output.terminal import Terminal

if TYPE_CHECKING:
    import loguru

_stage = "boot"
_terminal = Terminal(streams.copy(2))
_form = "json"
_level = "INFO"
_file: int | None = None
"""Loguru's handler of ``log.file``. Its records cost more than a migration: stderr has its lines without."""
_termination_message: Path | None = None


def setup(options: Options | None = None) -> None:
    """Write to the process's own stderr, and to ``log.file`` where one is set.

    Without ``options`` only the environment is asked: the settings have still to be read.
    Raises ``SettingsError`` where the file cannot be written.
    """
    loguru_logger.lead_to(_adopt)
    if options is None and any(option.startswith("error") for option in sys.warnoptions):
        warnings.simplefilter("default")  # a library's warning is logged, and ends no boot
    form = options.format if options else os.environ.get("BOOTCTL__LOG__FORMAT", "auto").lower()
    level = options.level if options else os.environ.get("BOOTCTL__LOG__LEVEL", "info").lower()
    held.LOGGER.forget()
    release(form, level if level.upper() in COLOURS else "info")
    _leave_verdict_in(options.termination_message if options else termination.PATH)
    _remove_file()
    if options and options.file:
        _add_file(options.file, options)
    intercept()


def release(form: str, level: str) -> None:
    """Write what was logged so far, and from now on, as the settings say; without loguru."""
    global _form, _level
    _form, _level = _form_of(form), level.upper()
    render = _console_line if _form == "console" else json_line
    held.LOGGER.release(lambda record: _write(render, record), _level)


def _write(render: Callable[["loguru.Record"], str], record: "loguru.Record") -> None:
    with _terminal.lock:  # lines are made one by one, by whichever thread
        _show(render(record))


def _form_of(chosen: str) -> str:
    console = chosen == "console" or (chosen == "auto" and os.isatty(_terminal.descriptor))
    return "console" if console else "json"


def _show(text: str) -> None:
    with suppress(OSError):  # nobody reads it, but log.file and the termination message are there
        _terminal.write(text)


def follow_stderr() -> None:
    """Write to what stderr is now: in a process that was forked from one with another."""
    os.dup2(2, _terminal.descriptor, inheritable=False)


def event(name: str, message: str, *, level: str = "INFO", **fields: Any) -> None:
    """Log one event. ``name`` is ``stage.what``; ``fields`` are flat and JSON-serialisable."""
    assert is_documented(name), name
    observers.event(name, message, fields)
    what = {"event": name, "stage": name.partition(".")[0], **fields}
    record = held.LOGGER.log(level, message, what)
    if name == "boot.failed" and _termination_message is not None:
        with suppress(OSError):  # the verdict is in the log too
            _termination_message.write_text(termination.message(fields_of(record)))
    if _file is not None:
        try:
            loguru_logger.own().bind(what=what, time=record["time"]).log(level, "{}", message)
        except OSError as error:
            _lose_file(error)


def close() -> None:
    """Log no more: the verdict was the last line, whatever finalizers and threads still say."""
    held.LOGGER.close()
    _leave_verdict_in(None)
    _remove_file()


def _remove_file() -> None:
    global _file
    removed, _file = _file, None
    if removed is not None:
        loguru_logger.own().remove(removed)


def form() -> str:
    """Return how lines are written: ``json`` or ``console``."""
    return _form


def is_on_terminal() -> bool:
    """Return whether a person reads the lines on a terminal."""
    return _form == "console" and os.isatty(_terminal.descriptor)


def is_live() -> bool:
    """Return whether lines can be drawn on the terminal of a person who watches."""
    return _form == "console" and display.is_screen(_terminal.descriptor)


def alone() -> AbstractContextManager[bool]:
    """Keep other threads from writing and drawing inside: the one lock that there is for both."""
    return _terminal.lock


def draw(lines: Sequence[str]) -> None:
    """Show ``lines``, which were made for this terminal, below the log until the next call."""
    with suppress(OSError):
        _terminal.draw(lines)


def rest() -> None:
    """Leave nothing open or to be drawn again: a result follows, or the end."""
    screen.attached().rest()
    if _form == "console" and (end := groups.end()):
        _show(end)


def _console_line(record: "loguru.Record") -> str:
    """Return the record for a person, as the one who shows it on this terminal would have it."""
    line = fields_of(record)
    text = screen.attached().line(line) if is_live() else None
    if text is None:
        columns = display.size(_terminal.descriptor)[0] if is_on_terminal() else 0
        text = told_to_person(line, columns)
    return (groups.before(line["event"], line["stage"]) if groups.are_wanted() else "") + text


@contextmanager
def libraries_muted() -> Iterator[None]:
    """Drop what libraries log inside: probes say themselves what failed."""
    if _level != "DEBUG":
        logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Name the stage that runs inside: library records and failures are logged under it."""
    global _stage
    outer, _stage = _stage, name
    _tell_stage(name)
    yield
    # Not in a ``finally``: a failure keeps the stage that it happened in.
    _stage = outer
    _tell_stage(outer)


def _tell_stage(name: str) -> None:
    screen.attached().stage(name)
    observers.stage(name)


def current_stage() -> str:
    """Return the stage that runs, or that failed."""
    return _stage


def intercept(*, alembic: int = logging.WARNING) -> None:
    """Make this process's ``logging`` come here, and only here, at our levels.

    ``alembic`` is the level of Alembic's own records. Called again whenever user code may have
    configured ``logging`` (``fileConfig`` replaces handlers and disables loggers).
    """
    library_logging.lead_to(_Intercept(), debug=_level == "DEBUG", alembic=alembic)
    logging.captureWarnings(True)
    warnings.formatwarning = traces.warning
    sys.unraisablehook = threading.excepthook = _ignored


def _ignored(args: "sys.UnraisableHookArgs | threading.ExceptHookArgs") -> None:
    # Python's own hooks print what a finaliser or a thread raised to stderr, as a text.
    if args.exc_value is not None and not interruption.was_swallowed(args.exc_value):
        message = f"ignored: {type(args.exc_value).__name__}: {said(args.exc_value)}"
        event(f"{_stage}.log", message, level="WARNING", logger="python")


def output(stream: str, line: str) -> None:
    """Log one line that user code printed."""
    event(f"{_stage}.output", line, stream=stream)


def traceback_fields(error: BaseException, *, full: bool = False) -> dict[str, str]:
    """Return the traceback of ``error``, as a field, when the level is debug or ``full`` asks for it."""
    wanted = full or _level == "DEBUG"
    return {"traceback": traces.trace(error)} if wanted else {}


def _adopt(message: "loguru.Message") -> None:
    record = message.record
    level = record["level"].name if record["level"].name in COLOURS else "INFO"
    event(f"{_stage}.log", record["message"], level=level, logger=record["name"])


class _Intercept(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname if record.levelname in COLOURS else "INFO"
        error = record.exc_info[1] if record.exc_info else None
        fields = traceback_fields(error) if error else {}
        message = library_logging.message(record)
        event(f"{_stage}.log", message, level=level, logger=record.name, **fields)


def _lose_file(error: OSError) -> None:
    """Go on without ``log.file`` where it cannot be written any more, as on a full disk."""
    global _file
    lost, _file = _file, None
    if lost is not None:
        with suppress(OSError):
            loguru_logger.own().remove(lost)
        event(
            "log.file_lost", f"log.file is not written any more: {error.strerror}", level="WARNING"
        )


def _add_file(path: Path, options: Options) -> None:
    global _file
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        streams.refuse_other_than_file(path)
        _file = loguru_logger.own().add(
            path,
            level=_level,
            format=file_line,
            rotation=options.rotation,
            compression=options.compression,
            errors="backslashreplace",
            catch=False,
            diagnose=False,
        )
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"log.file cannot be used: {error}",
            hint="Name a file in a directory that this user can write, or unset log.file.",
            file=str(path),
        ) from None


def _leave_verdict_in(path: Path | None) -> None:
    """Leave the verdict where ``kubectl describe`` shows it, if the kubelet made such a file."""
    global _termination_message
    there = path is not None and path.is_file() and os.access(path, os.W_OK)
    _termination_message = path if there else None
