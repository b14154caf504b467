"""The tables of the README and of ``docs``, made from the code.

``python -m tests.support.docs`` writes them into the pages, and the schema of the settings and the
manual page beside them.
"""

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from bootctl.cli import topics
from bootctl.cli.commands.tree import cli
from bootctl.config.settings import Settings, keys
from bootctl.config.sources import shown
from bootctl.errors import ExitCode
from bootctl.ledger.table import MEANINGS, ledger_table
from bootctl.output.events import EVENTS, FORWARDED
from bootctl.wait import schemes
from bootctl.wait.probe import CAUSES
from tests.bench import record
from tests.bench.subjects import CACHED, FULL
from tests.support import man
from tests.support.paths import ROOT

README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").rglob("*.md")))
SETTINGS_SCHEMA = ROOT / "docs/schemas/tool.bootctl.schema.json"
CHECK_SCHEMA = ROOT / "docs/schemas/check.schema.json"


def exit_codes() -> str:
    """The table of exit codes."""
    rows = [
        (str(int(code)), code.meaning, "yes" if code.retryable else "no" if code else "")
        for code in ExitCode
    ]
    return _table(
        ("code", "meaning", "retrying can help"), [*rows, ("128+N", "ended by signal N", "")]
    )


def remedies() -> str:
    """What to do next, of each exit code."""
    return _table(
        ("code", "do"), [(str(int(code)), text) for code, text in topics.REMEDIES.items()]
    )


def settings() -> str:
    """The table of settings."""
    defaults = Settings()
    rows = [
        (
            f"`{key}`",
            ", ".join(setting.choices),
            _default(shown(defaults, key)),
            setting.description,
        )
        for key, setting in keys()
    ]
    return _table(("key", "values", "default", "meaning"), rows)


def events() -> str:
    """The table of log events."""
    rows = [(f"`{name}`", what, _names(fields)) for name, (what, fields) in EVENTS.items()]
    rows += [
        (f"`STAGE.{name}`", what, _names(fields)) for name, (what, fields) in FORWARDED.items()
    ]
    return _table(("event", "says", "fields"), rows)


def examples() -> str:
    """A line of the log for each event."""
    lines = topics.examples()
    named = [*EVENTS, *(f"migrate.{name}" for name in FORWARDED)]
    return "\n".join(
        f"`{name}`\n\n```json\n{json.dumps(lines[name], ensure_ascii=False)}\n```\n"
        for name in named
    )


def targets() -> str:
    """The table of what can be waited for."""
    kinds: dict[Any, list[str]] = {}
    for scheme in schemes.SCHEMES:
        kinds.setdefault(schemes.kind(scheme), []).append(f"`{scheme}`")
    rows = []
    for kind, names in kinds.items():
        module = importlib.import_module(kind.__module__)
        drivers = ", ".join(getattr(module, "DRIVERS", ()))
        rows.append((", ".join(names), _ready(kind, module.__doc__ or ""), drivers))
    return _table(("URL", "ready", "asked with, where installed"), rows)


def causes() -> str:
    """The table of what a dependency that is not ready is said to be."""
    return _table(("cause", "means"), list(CAUSES.items()))


def commands() -> str:
    """The table of commands."""
    rows = [
        (f"[`bootctl {name}`](#bootctl-{name})", command.get_short_help_str(limit=200))
        for name, command in listed()
    ]
    return _table(("command", "does"), rows)


def listed() -> list[tuple[str, click.Command]]:
    """The commands, in the order of ``bootctl --help``."""
    return [(name, cli.commands[name]) for name in cli.list_commands(click.Context(cli))]


def usage() -> str:
    """What each command says of itself, and its options."""
    return "\n".join(_usage(name, command) for name, command in listed())


def ledger() -> str:
    """The table of the ledger's columns."""
    rows = [(f"`{column.name}`", MEANINGS[column.name]) for column in ledger_table(None).columns]
    return _table(("column", "holds"), rows)


def verdict() -> str:
    """The keys of the verdict of ``check``."""
    return _properties(json.loads(CHECK_SCHEMA.read_text()))


def difference() -> str:
    """The keys of one difference in it."""
    return _properties(json.loads(CHECK_SCHEMA.read_text())["$defs"]["difference"])


_NONE = "no receipt"
"""Where only the project's code names the database, as robyn-config's does for SQLite."""


def measured() -> str:
    """The recorded times of whole processes, as ratios."""
    now = record.read()
    boots: dict[tuple[str, str], dict[str, str]] = {}
    for line in now.lines:
        if line.pictured and line.ours in (CACHED, FULL):
            boots.setdefault((line.scene, line.peer), {})[line.ours] = f"{line.ratio:.2f}"
    rows = [
        (scene, f"`{peer}`", took.get(CACHED, _NONE), took.get(FULL, _NONE))
        for (scene, peer), took in boots.items()
    ]
    head = ("project", "beside", "with a receipt", "verified in full")
    return f"{_table(head, rows)}\n\nMeasured on {now.date}: {now.machine}."


TABLES: Mapping[str, Callable[[], str]] = {
    "exit codes": exit_codes,
    "remedies": remedies,
    "settings": settings,
    "events": events,
    "examples": examples,
    "targets": targets,
    "causes": causes,
    "commands": commands,
    "usage": usage,
    "ledger": ledger,
    "verdict": verdict,
    "difference": difference,
    "measured": measured,
}


def rewritten(text: str) -> str:
    """``text`` with every marked table as the code has it."""
    for name, table in TABLES.items():
        if f"<!-- {name} -->" in text:
            block = f"<!-- {name} -->\n{table()}\n<!-- end -->"
            marked = rf"(?s)<!-- {name} -->\n.*?<!-- end -->"
            text = re.sub(marked, lambda _, block=block: block, text)
    return text


def settings_schema() -> str:
    """The JSON schema of ``[tool.bootctl]``."""
    return json.dumps(topics.settings_schema(), indent=2) + "\n"


def _usage(name: str, command: click.Command) -> str:
    said = re.sub(r"\s+", " ", command.help or "").strip()
    words = " ".join(command.collect_usage_pieces(click.Context(command)))
    return (
        f"### `bootctl {name}`\n\n{said}\n\n```text\nbootctl {name} {words}\n```\n\n"
        + _table(("option", "does"), list(_options(command)))
        + "\n"
    )


def _options(command: click.Command) -> Iterator[tuple[str, str]]:
    for item in command.params:
        shown_as = item.get_help_record(click.Context(command))
        if shown_as and isinstance(item, click.Option):
            yield f"`{shown_as[0]}`", re.sub(r"\s+", " ", shown_as[1])


def _properties(schema: Mapping[str, Any]) -> str:
    return _table(
        ("key", "is"),
        [(f"`{key}`", item["description"]) for key, item in schema["properties"].items()],
    )


def _ready(kind: Any, module: str) -> str:
    """The first sentence that is written of a probe, less the name of what it asks."""
    own = kind.__doc__ or ""
    text = module if own.startswith("See ") else own
    sentence = " ".join(re.split(r"\.(?:\n| See)", f"{text}\n")[0].split())
    name, colon, rest = sentence.partition(": ")
    told = rest if colon and " " not in name.replace(" and ", "") else sentence
    return re.sub("^An? ", lambda article: article[0].lower(), told)


def _default(value: object) -> str:
    return "" if value in (None, []) else f"`{value}`".lower()


def _names(fields: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in fields)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines
    )


if __name__ == "__main__":
    SETTINGS_SCHEMA.write_text(settings_schema())
    man.PAGE.write_text(man.page())
    for page in PAGES:
        page.write_text(rewritten(page.read_text()))
