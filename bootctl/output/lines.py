"""How a line of the log is written: as JSON, or for a person."""

import os
from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bootctl.output import display, printable
from bootctl.output.folding import cells, folded
from bootctl.output.redact import redactor
from bootctl.output.stopwatch import spoken

if TYPE_CHECKING:
    import loguru

RUN_ID = os.urandom(6).hex()
"""The same on every line of one process, so that the boots of one pod can be told apart."""

COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "31"}
"""The levels, and the colour of each."""

_SIMPLE = (str, int, float, type(None))

_INDENT = " " * 17
"""What stands before the second line of an event, and before its hint."""

MOST_CHARACTERS = 1 << 16
"""What is written of one text: more, few collectors of logs take in a line."""
MOST_READ = 2 * MOST_CHARACTERS
"""What is looked at of it: a secret that ends behind the cut is found."""
_CUT = f" ... (cut after {MOST_CHARACTERS:,} characters)"


def fields_of(record: "loguru.Record") -> dict[str, Any]:
    """Return the fields of a record, without secrets."""
    what = dict(record["extra"]["what"])
    moment = record["extra"].get("time", record["time"]).astimezone(UTC)
    line = {
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record["level"].name.lower(),
        "event": what.pop("event"),
        "stage": what.pop("stage"),
        "message": record["message"],
        "run_id": RUN_ID,
        **what,
    }
    texts = [item for item in (record["message"], *what.values()) if isinstance(item, str)]
    redactor.learn_all([item[:MOST_READ] for item in texts])
    is_simple = all(isinstance(item, _SIMPLE) for item in what.values())
    if is_simple and sum(map(len, texts)) <= MOST_CHARACTERS and redactor.is_clean(texts):
        return line
    long = {key for key, item in line.items() if _is_long(item)}
    masked: dict[str, Any] = redactor.value({k: v for k, v in line.items() if k not in long})
    return {key: _bounded(line[key]) if key in long else masked[key] for key in line}


def _is_long(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_is_long, value))
    return not isinstance(value, int | float | Mapping | None) and len(str(value)) > MOST_CHARACTERS


def _bounded(value: Any) -> Any:
    """Return ``value`` without secrets, and of each long text its beginning."""
    if isinstance(value, list | tuple):
        return [_bounded(item) for item in value]
    if not _is_long(value):
        return redactor.value(value)
    return redactor.text(str(value)[:MOST_READ])[:MOST_CHARACTERS] + _CUT


def json_line(record: "loguru.Record") -> str:
    """Return the record as one JSON object."""
    return printable.as_json(fields_of(record)) + "\n"


def file_line(record: "loguru.Record") -> str:
    """Return the format of the record for loguru's file sink, which would read braces in it."""
    record["extra"]["line"] = json_line(record)
    return "{extra[line]}"


def console_line(record: "loguru.Record", width: int = 0) -> str:
    """Return the record as a person reads it; nothing for a difference, which the verdict has.

    Its texts end within ``width`` columns, where that is given.
    """
    return told_to_person(fields_of(record), width)


def told_to_person(line: Mapping[str, Any], width: int = 0) -> str:
    """Return the fields of a line of the log as ``console_line`` does."""
    if line["event"] == "verify.drift":
        return ""
    event = coloured(f"{line['event']:<16}", COLOURS[line["level"].upper()])
    of = f"{line['tenant']}: " if "tenant" in line else ""
    taken = max(0, len(line["event"]) - (len(_INDENT) - 1))
    said = _indented(f"{of}{line['message']}", width, taken)
    text = f"{event} {said}"
    if "duration_ms" in line:
        took = spoken(line["duration_ms"])
        last = said.rpartition("\n")[2] if "\n" in said else _INDENT + said
        fits = not width or cells(last) + 2 + len(took) < width
        text += ("  " if fits else f"\n{_INDENT}") + coloured(took, "2")
    unnamed = [item for item in line.get("differences", ()) if item not in line["message"]]
    more = [*unnamed, *(line[key] for key in ("hint", "traceback") if key in line)]
    return "".join([text, *(f"\n{_INDENT}{_indented(item, width)}" for item in more), "\n"])


def _indented(text: str, width: int, taken: int = 0) -> str:
    """Return a text of one line or more as it stands in the column behind the event's name.

    ``taken``: of the column, by a longer name, in the first line.
    """
    clean = printable.harmless(printable.lines(text))
    if width > 2 * len(_INDENT):
        clean = "\n".join(folded(" " * taken + clean, width - len(_INDENT) - 1))[taken:]
    return clean.replace("\n", f"\n{_INDENT}")


def coloured(text: str, colour: str) -> str:
    """Return the text in a colour of ANSI's, unless the user wants none."""
    return f"\x1b[{colour}m{text}\x1b[0m" if display.has_colours() else text
