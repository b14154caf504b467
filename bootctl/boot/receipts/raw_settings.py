"""The few settings that decide whether a receipt can be looked for, as they are written.

What is not plain is left to ``config.sources``: the boot then goes on as if nothing had been tried.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootctl.config.dotenv import read_dotenv
from bootctl.config.files import flattened, is_there, read_bytes, read_text, section
from bootctl.database.url import trimmed
from bootctl.values import frozen

_PREFIX = "BOOTCTL__"
_SECRETS = "/run/secrets"
_SECRET = ("database.url", "database.migration_url")
_MEANS = {"verify.mode": ("cached",), "log.format": ("auto", "json", "console")}


@frozen
class RawSettings:
    """The values by their dotted keys, as they are written, and the project's ``.env``."""

    values: Mapping[str, Any]
    dotenv: Mapping[str, str]

    @property
    def database(self) -> str | None:
        """Return the URL that takes the place of the project's own."""
        return self.values.get("database.migration_url") or self.values.get("database.url")

    def refusal(self) -> str:
        """Return why no receipt is looked for; empty where one may be."""
        for key, known in _MEANS.items():
            if self.values.get(key, known[0]) not in known:
                return f"{key} is {self.values[key]}"
        return "orm is none" if self.values.get("orm") == "none" else ""


def read(root: Path, environ: Mapping[str, str]) -> RawSettings:
    """Return what is set. Raises what reading a file raises, or ``BootError``."""
    dotenv = read_dotenv(root / ".env") if is_there(root / ".env") else {}
    values = {**_table(root / "pyproject.toml")}
    variables = {**_named(dotenv), **_named(environ)}
    values |= _of_files(variables, values)
    values |= {key: value for key, value in variables.items() if value}
    return RawSettings(values, dotenv)


def secret_files(environ: Mapping[str, str], dotenv: Mapping[str, str]) -> list[str]:
    """Return the files that secrets are read from, whether they are there or not."""
    variables = {**_named(dotenv), **_named(environ)}
    return [str(path) for path in _paths(variables, {}).values()]


def _named(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the values of bootctl's variables by their dotted keys."""
    upper = {name.upper(): value for name, value in variables.items()}
    return {
        name.removeprefix(_PREFIX).lower().replace("__", "."): value
        for name, value in upper.items()
        if name.startswith(_PREFIX)
    }


def _of_files(variables: Mapping[str, str], table: Mapping[str, Any]) -> dict[str, str]:
    found = _paths(variables, table)
    return {key: trimmed(read_text(path)) for key, path in found.items() if is_there(path)}


def _paths(variables: Mapping[str, str], table: Mapping[str, Any]) -> dict[str, Path]:
    folder = Path(variables.get("secrets_dir") or table.get("secrets_dir") or _SECRETS)
    names = {key: f"{_PREFIX}{key.upper().replace('.', '__')}".lower() for key in _SECRET}
    return {key: Path(variables.get(f"{key}_file") or folder / names[key]) for key in _SECRET}


def _table(path: Path) -> dict[str, Any]:
    if not is_there(path):
        return {}
    data = read_bytes(path)
    if b"bootctl" not in data and b"\\u" not in data.lower():
        return {}
    import tomllib

    return flattened(section(tomllib.loads(data.decode()), "tool", "bootctl"))
