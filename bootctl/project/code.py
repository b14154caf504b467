"""Where the project's own modules are found."""

import configparser
import importlib
import re
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from bootctl.config.files import read_toml, section


def add_to_path(root: Path) -> None:
    """Make the project's modules importable: those in ``src`` first, as ``PYTHONPATH=src`` would."""
    source = str(root / "src")
    if Path(source).is_dir() and source not in sys.path:
        sys.path.insert(0, source)
    if str(root) not in sys.path:
        sys.path.append(str(root))


def import_path(root: Path) -> tuple[str, ...]:
    """Return the directories that the migrations import from, besides ``root``, first to last."""
    named = [*_prepended(root), root / "src"]
    return tuple(dict.fromkeys(str(place) for place in named if place.is_dir() and place != root))


def _prepended(root: Path) -> list[Path]:
    """Return ``prepend_sys_path`` of Alembic's configuration, as it is split without a separator set."""
    parser = configparser.RawConfigParser()
    with suppress(OSError, configparser.Error, UnicodeDecodeError):
        parser.read(root / "alembic.ini", encoding="utf-8")
    text = parser.get("alembic", "prepend_sys_path", fallback="")
    names = re.split(r"[\s,:;]+", text.replace("%(here)s", str(root)))
    listed = section(read_toml(root / "pyproject.toml"), "tool", "alembic").get("prepend_sys_path")
    names += [item.replace("%(here)s", str(root)) for item in listed or () if isinstance(item, str)]
    return [(root / name).resolve() for name in names if name]


def imported(name: str) -> ModuleType | None:
    """Return the module of this name; ``None`` where there is none. Raises what its code raises."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        return None


def python_path(root: Path) -> str:
    """Return the start of a shell command that must find the project's modules."""
    return "PYTHONPATH=src " if (root / "src").is_dir() else ""
