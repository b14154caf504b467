"""What is wrong with the project's code, and where in it: the parts of a typed error."""

import configparser
import shlex
import traceback
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bootctl.database import causes
from bootctl.errors import SettingsError

_DRIVERS = {
    "asyncpg": "asyncpg",
    "psycopg": "psycopg[binary]",
    "psycopg_pool": "psycopg[binary,pool]",
    "psycopg2": "psycopg2-binary",
    "pg8000": "pg8000",
    "aiomysql": "aiomysql",
    "asyncmy": "asyncmy",
    "pymysql": "PyMySQL",
    "MySQLdb": "mysqlclient",
    "aiosqlite": "aiosqlite",
}
"""The package of a driver's module."""


def driver_fault(error: BaseException, place: dict[str, Any]) -> SettingsError | None:
    """Return the typed error for ``error`` where it says that a driver is not installed."""
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    missing = (name or "").partition(".")[0]
    if missing in _DRIVERS:
        return missing_driver(missing, place)
    if raised_by("sqlalchemy/util/concurrency.py", error) and not find_spec("greenlet"):
        return missing_greenlet(place)
    return None


def missing_greenlet(place: Mapping[str, Any] | None = None) -> SettingsError:
    """Return the typed error for SQLAlchemy without what its asyncio needs, at ``place``."""
    return SettingsError(
        "greenlet is not installed, which SQLAlchemy's asyncio needs" + at(place or {}),
        hint="Install it with the service: pip install 'sqlalchemy[asyncio]'.",
        driver="greenlet",
        **(place or {}),
    )


def missing_driver(module: str, place: Mapping[str, Any] | None = None) -> SettingsError:
    """Return the typed error for a driver that is not installed, needed at ``place``."""
    return SettingsError(
        f"the database driver {module} is not installed" + at(place or {}),
        hint=f"Install it with the service: pip install {shlex.quote(_DRIVERS[module])}.",
        driver=module,
        **(place or {}),
    )


def describe(error: BaseException) -> str:
    """Return one line: the kind of error and what it says, without SQLAlchemy's statement and parameters."""
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg}"
    if isinstance(error, configparser.InterpolationError):  # its text may end a password
        return "a bare '%' in a configuration value; write it as '%%'"
    return f"{type(original(error)).__name__}: {causes.root_message(error)}"


def original(error: BaseException) -> BaseException:
    """Return the driver's error in one of SQLAlchemy's, or ours."""
    return getattr(error, "orig", None) or error


def location(error: BaseException, root: Path) -> dict[str, Any]:
    """Return the project's own file and line that ``error`` comes from, where there is one."""
    if isinstance(error, SyntaxError) and error.filename:
        return {"file": _relative(error.filename, root), "line": error.lineno}
    frames = traceback.extract_tb(error.__traceback__)
    # Libraries read attributes such as ``upgrade`` from the module of a migration.
    module = getattr(error, "obj", None) if isinstance(error, AttributeError) else None
    file = getattr(module, "__file__", None)
    if file and is_own(file, root) and not is_own(frames[-1].filename, root):
        return {"file": _relative(file, root), "line": 1}
    for frame in reversed(frames):
        if is_own(frame.filename, root):
            return {"file": _relative(frame.filename, root), "line": frame.lineno}
    return {}


def raised_by(tail: str, error: BaseException) -> bool:
    """Return whether a frame of ``error`` is in a file whose path ends with ``tail``."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.filename.endswith(tail) for frame in frames)


def at(place: Mapping[str, Any]) -> str:
    """Return where ``place`` is, as the end of a sentence."""
    if "file" not in place:
        return ""
    return f" ({place['file']}:{place['line']})" if "line" in place else f" ({place['file']})"


def is_own(filename: str, root: Path) -> bool:
    """Return whether a file is one of the project's at ``root``, and none of an environment in it."""
    path = Path(filename)
    return path.is_relative_to(root) and "site-packages" not in path.parts


def _relative(filename: str, root: Path) -> str:
    path = Path(filename)
    return str(path.relative_to(root)) if path.is_relative_to(root) else filename
