"""Text and TOML files of the project: what is wrong with one is a typed error."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootctl.errors import SettingsError


def read_text(path: Path) -> str:
    """Return the UTF-8 text of ``path``; ``SettingsError`` names what is wrong with the file."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise SettingsError(
            f"{path.name} is not UTF-8 (line {line})",
            hint=f"Save {path.name} as UTF-8.",
            file=str(path),
            line=line,
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{path.name} cannot be read: {error.strerror}",
            hint=f"Make {path} a file that this user (uid {os.getuid()}) can read.",
            file=str(path),
        ) from None


def read_toml(path: Path) -> dict[str, Any]:
    """Return the TOML document at ``path``, empty where there is no such file."""
    if not path.exists():
        return {}
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path.name} is not valid TOML: {error}",
            hint=f"Correct {path.name} at the place named.",
            file=str(path),
        ) from None


def section(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the table at ``names``, empty where there is none, or something else."""
    table: Any = document
    for name in names:
        table = table.get(name) if isinstance(table, Mapping) else None
    return table if isinstance(table, dict) else {}
