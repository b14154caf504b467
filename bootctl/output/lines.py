"""How a line of the log is written: as JSON, or for a person."""

import json
import os
import uuid
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bootctl.output.redact import redactor

if TYPE_CHECKING:
    import loguru

RUN_ID = uuid.uuid4().hex[:12]
"""The same on every line of one process, so that the boots of one pod can be told apart."""

COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "31"}
"""The levels, and the colour of each."""

_PLAIN = frozenset({"time", "level", "event", "stage", "run_id"})


def fields_of(record: "loguru.Record") -> dict[str, Any]:
    """Return the fields of a record, without secrets."""
    what = dict(record["extra"]["what"])
    moment = record["time"].astimezone(UTC)
    line = {
        "time": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z",
        "level": record["level"].name.lower(),
        "event": what.pop("event"),
        "stage": what.pop("stage"),
        "message": record["message"],
        "run_id": RUN_ID,
        **what,
    }
    return {key: item if key in _PLAIN else redactor.value(item) for key, item in line.items()}


def json_line(record: "loguru.Record") -> str:
    """Return the record as one JSON object."""
    return json.dumps(fields_of(record), default=str, ensure_ascii=False) + "\n"


def file_line(record: "loguru.Record") -> str:
    """Return the format of the record for loguru's file sink, which would read braces in it."""
    record["extra"]["line"] = json_line(record)
    return "{extra[line]}"


def console_line(record: "loguru.Record") -> str:
    """Return the record as a person reads it; nothing for a difference, which the verdict has."""
    line = fields_of(record)
    if line["event"] == "verify.drift":
        return ""
    event = _coloured(f"{line['event']:<16}", COLOURS[record["level"].name])
    text = f"{event} {line['message']}"
    if "duration_ms" in line:
        text += "  " + _coloured(f"{line['duration_ms']} ms", "2")
    unnamed = [item for item in line.get("differences", ()) if item not in line["message"]]
    text += "".join(f"\n{'':<16} {item}" for item in unnamed)
    if "hint" in line:
        text += f"\n{'':<16} {line['hint']}"
    return text + (f"\n{line['traceback']}" if "traceback" in line else "") + "\n"


def _coloured(text: str, colour: str) -> str:
    """Return the text in a colour of ANSI's, unless the user wants none: https://no-color.org."""
    return text if os.environ.get("NO_COLOR") else f"\x1b[{colour}m{text}\x1b[0m"
