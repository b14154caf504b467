"""The reference tables of the README, made from the code.

``python -m tests.support.docs`` writes them into the README.
"""

import importlib
import re
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from bootctl.config.settings import Settings
from bootctl.config.sources import keys, shown
from bootctl.errors import ExitCode
from bootctl.output.events import EVENTS, FORWARDED
from bootctl.wait import schemes
from bootctl.wait.probe import CAUSES
from tests.support.paths import ROOT

README = ROOT / "README.md"


def exit_codes() -> str:
    """The table of exit codes."""
    rows = [
        (str(int(code)), code.meaning, "yes" if code.retryable else "no" if code else "")
        for code in ExitCode
    ]
    return _table(
        ("code", "meaning", "retrying can help"), [*rows, ("128+N", "ended by signal N", "")]
    )


def settings() -> str:
    """The table of settings."""
    defaults = Settings()
    rows = [
        (f"`{key}`", _choices(field), _default(shown(defaults, key)), field.description or "")
        for key, field in keys()
    ]
    return _table(("key", "values", "default", "meaning"), rows)


def events() -> str:
    """The table of log events."""
    rows = [(f"`{name}`", what, _names(fields)) for name, (what, fields) in EVENTS.items()]
    rows += [
        (f"`STAGE.{name}`", what, _names(fields)) for name, (what, fields) in FORWARDED.items()
    ]
    return _table(("event", "says", "fields"), rows)


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


TABLES = {
    "exit codes": exit_codes,
    "settings": settings,
    "events": events,
    "targets": targets,
    "causes": causes,
}


def rewritten(text: str) -> str:
    """``text`` with every marked table as the code has it."""
    for name, table in TABLES.items():
        block = f"<!-- {name} -->\n{table()}\n<!-- end -->"
        text = re.sub(rf"(?s)<!-- {name} -->\n.*?<!-- end -->", lambda _, block=block: block, text)
    return text


def _ready(kind: Any, module: str) -> str:
    """The first sentence that is written of a probe, less the name of what it asks."""
    own = kind.__doc__ or ""
    text = module if own.startswith("See ") else own
    sentence = " ".join(re.split(r"\.(?:\n| See)", f"{text}\n")[0].split())
    name, colon, rest = sentence.partition(": ")
    return rest if colon and " " not in name.replace(" and ", "") else sentence


def _choices(field: FieldInfo) -> str:
    kind = field.annotation
    if get_origin(kind) is Literal:
        return ", ".join(get_args(kind))
    return "true, false" if kind is bool else ""


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
    README.write_text(rewritten(README.read_text()))
