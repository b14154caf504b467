"""A few lines of the log by themselves, without the library that logs."""

import os
import select
import signal
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from bootctl.output import display, early
from bootctl.output.lines import console_line, json_line
from bootctl.output.redact import redactor

if TYPE_CHECKING:
    import loguru


def written(event: str, lines: Sequence[tuple[str, dict[str, Any]]], form: str) -> bool:
    """Write messages and their fields as lines of ``event``; or nothing where that is not so simple.

    That is where a warning belongs to it, a signal has come, or nobody reads at the moment.
    """
    width = display.size(2)[0] if os.isatty(2) else 0
    render = partial(console_line, width=width) if form == "console" else json_line
    text = "".join(render(_record(event, *line)) for line in lines).encode(
        errors="backslashreplace"
    )
    poll = select.poll()
    poll.register(2, select.POLLOUT)
    if redactor.has_weak() or signal.sigpending() & {*early.SIGNALS}:
        return False
    if len(text) > select.PIPE_BUF or poll.poll(0) != [(2, select.POLLOUT)]:
        return False
    with suppress(OSError):
        return os.write(2, text) == len(text)
    return False


def _record(event: str, message: str, fields: dict[str, Any]) -> "loguru.Record":
    record = {
        "time": datetime.now(UTC),
        "level": SimpleNamespace(name="INFO"),
        "message": message,
        "extra": {"what": {"event": event, "stage": event.partition(".")[0], **fields}},
    }
    return cast("loguru.Record", record)
