"""What ``bootctl help TOPIC`` says, and the documentation too: of exit codes, events and settings."""

import difflib
import json
import signal
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from bootctl.config.setting import Setting
from bootctl.config.settings import Settings, key_of, keys, variable
from bootctl.config.sources import shown
from bootctl.errors import ExitCode, UsageError
from bootctl.output.events import EVENTS, FORWARDED, is_documented

REMEDIES: Mapping[int, str] = {
    ExitCode.DONE: "Nothing.",
    ExitCode.BUG: "Report it, with the traceback in the log.",
    ExitCode.USAGE: "Read the usage line; every command has `--help`.",
    ExitCode.SETTINGS: "Mend the setting or the file that the verdict names; `bootctl config` shows all.",
    ExitCode.UNDETECTED: "Set `orm`; `bootctl detect` shows what was looked at.",
    ExitCode.NOT_READY: "Start what was not ready, or give it more of `wait.timeout`; then try again.",
    ExitCode.REFUSED: "Mend the credentials, the name, the certificate or the permission that is named.",
    ExitCode.LOCKED: "Try again, or give it more of `lock.timeout`; `bootctl status` shows who holds the lock.",
    ExitCode.MIGRATION_FAILED: "Mend the migration, or the rows that it refuses; the verdict says what became of the database.",
    ExitCode.AHEAD: "Deploy the newer code, or set `migrate.on_ahead`.",
    ExitCode.HISTORY_BROKEN: "Mend the migration files that are named; what is meant so, `bootctl resolve --accept` accepts.",
    ExitCode.DIRTY: "Take one of the two ways out that `bootctl status` prints: `bootctl resolve` does it by name.",
    ExitCode.PENDING: "Run `bootctl migrate`.",
    ExitCode.DRIFT: "Run `bootctl check`: it says which side is wrong, and prints what mends it.",
    ExitCode.CANNOT_RUN: "Make the server command a file that this user may execute.",
    ExitCode.NOT_FOUND: "Name the server command after `--`, or in `server.command`.",
}
"""What to do next, of each exit code."""

_PAGES = {"code": "exit-codes", "event": "events", "setting": "settings"}
_SIGNALLED = 128
_SCHEMA_OF = "https://json-schema.org/draft/2020-12/schema"


def explained(topic: str) -> str:
    """Return what there is to say of an exit code, an event or a setting.

    Raises ``UsageError`` for any other word, with the nearest one if any is near.
    """
    pages = []
    if topic.isdecimal() and (lines := list(_code(int(topic)))):
        pages.append(_page(topic, lines, "code"))
    key, known = key_of(topic), dict(keys())
    if key in known:
        pages.append(_page(key, list(_setting(key, known[key])), "setting"))
    if is_documented(topic):
        pages.append(_page(topic, list(_event(topic)), "event"))
    if pages:
        return "\n\n".join(pages)
    raise _unknown(topic)


def _unknown(topic: str) -> UsageError:
    message = f"{topic} is no exit code, event or setting"
    if topic.isdecimal():  # a number is not misspelt: none is near another one
        codes = ", ".join(str(int(code)) for code in ExitCode)
        return UsageError(message, hint=f"The exit codes are {codes}, and 128+N of signals.")
    rest = "`bootctl config` lists the settings, and docs/reference/events.md the events."
    for nearest in difflib.get_close_matches(topic, names(), n=1):
        return UsageError(message, hint=f"Did you mean {nearest}? {rest}", nearest=nearest)
    return UsageError(message, hint=rest)


def names() -> list[str]:
    """Return every topic: exit codes, settings and events."""
    return [*(str(int(code)) for code in ExitCode), *(key for key, _ in keys()), *EVENTS]


def examples() -> Mapping[str, Mapping[str, Any]]:
    """Return a line of the log for each event, as a run wrote it."""
    text = files("bootctl.cli").joinpath("examples.jsonl").read_text(encoding="utf-8")
    return {line["event"]: line for line in map(json.loads, text.splitlines())}


def settings_schema() -> dict[str, Any]:
    """Return the JSON schema of ``[tool.bootctl]``, for editors."""
    from bootctl.config.model import Model

    return {
        "$schema": _SCHEMA_OF,
        "$id": "urn:bootctl:schemas:tool.bootctl",
        **Model.model_json_schema(),
        "title": "[tool.bootctl]",
        "description": "The settings of bootctl in pyproject.toml.",
    }


def _page(topic: str, lines: list[str], kind: str) -> str:
    return "\n".join(
        [topic, *(f"  {line}" for line in lines), f"  docs/reference/{_PAGES[kind]}.md"]
    )


def _code(number: int) -> Iterator[str]:
    if number in REMEDIES:
        code = ExitCode(number)
        yield _sentence(code.meaning)
        yield REMEDIES[code]
        yield "Trying again can help." if code.retryable else "Trying again does not help."
    elif _SIGNALLED < number <= _SIGNALLED + signal.SIGRTMAX:
        yield f"Ended by signal {number - _SIGNALLED} ({_signal(number - _SIGNALLED)})."


def _sentence(phrase: str) -> str:
    return f"{phrase[0].upper()}{phrase[1:]}."


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "a real-time signal"


def _setting(key: str, setting: Setting) -> Iterator[str]:
    yield _sentence(setting.description)
    if setting.choices:
        yield f"values: {', '.join(setting.choices)}"
    default = shown(Settings(), key)
    yield f"default: {'none' if default in (None, []) else str(default).lower()}"
    yield f"set by: --set {key}=VALUE, {variable(key)}, or {key} in [tool.bootctl]"


def _event(name: str) -> Iterator[str]:
    said, fields = EVENTS.get(name) or FORWARDED[name.partition(".")[2]]
    yield _sentence(said)
    yield f"fields: {', '.join(fields) or 'none of its own'}"
    if line := examples().get(name):
        yield f"example: {json.dumps(line, ensure_ascii=False)}"
