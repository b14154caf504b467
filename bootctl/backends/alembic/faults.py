"""What went wrong in the user's migrations or ``env.py``, as a typed error with its file and line."""

import configparser
import shlex
import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bootctl import dberrors
from bootctl.errors import (
    BootError,
    HistoryError,
    MigrationError,
    NotReadyError,
    RefusedError,
    SettingsError,
)
from bootctl.state import Revision

_DRIVERS = {
    "asyncpg": "bootctl[postgresql]",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "pg8000": "pg8000",
    "aiomysql": "bootctl[mysql]",
    "asyncmy": "asyncmy",
    "pymysql": "PyMySQL",
    "MySQLdb": "mysqlclient",
    "aiosqlite": "bootctl[sqlite]",
}
"""What to install for a driver's module: an extra of ours, or the driver's own package."""


def project_fault(error: BaseException, root: Path, what: str) -> BootError:
    """The typed error for ``error``, raised by the project's code outside of any migration."""
    if isinstance(error, BootError):
        return error
    place = location(error, root)
    configuration = _configuration_fault(error, place)
    if configuration:
        return configuration
    failure = dberrors.classify(error)
    if failure:
        return _database_fault(error, failure, place)
    return HistoryError(
        f"{what}: {describe(error)}" + _at(place),
        hint="Correct the file named; `alembic current` runs the same code.",
        error=type(error).__name__,
        **place,
    )


def migration_fault(error: BaseException, revision: Revision, root: Path) -> BootError:
    """The typed error for ``error``, raised while ``revision`` was applied."""
    place = {"revision": revision.id, **location(error, root)}
    failure = dberrors.classify(error)
    if failure and failure.refused:
        return _database_fault(error, failure, place)
    statement = getattr(error, "statement", None)
    if isinstance(statement, str):
        place["statement"] = " ".join(statement.split())[:500]
    return MigrationError(
        f"migration {revision} failed: {describe(error)}" + _at(place),
        hint="Correct the migration and start again.",
        error=type(error).__name__,
        **place,
    )


def _database_fault(
    error: BaseException, failure: dberrors.Failure, place: dict[str, Any]
) -> BootError:
    said = dberrors.root_message(error)
    if failure.refused:
        return RefusedError(
            f"the database refused: {said}",
            hint=f"Not healed by waiting ({failure.kind}): correct the credentials, the grants, "
            "the database's name or the file's permissions.",
            cause=failure.kind,
            **place,
        )
    return NotReadyError(
        f"the database is not ready: {said}",
        hint=f"It may heal ({failure.kind}): start again.",
        cause=failure.kind,
        **place,
    )


def describe(error: BaseException) -> str:
    """One line: the kind of error and what it says, without SQLAlchemy's statement and parameters."""
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg}"
    if isinstance(error, configparser.InterpolationError):
        return "a bare '%' in a configuration value; write it as '%%'"
    original = getattr(error, "orig", None) or error
    return f"{type(original).__name__}: {dberrors.root_message(error)}"


def location(error: BaseException, root: Path) -> dict[str, Any]:
    """The project's own file and line that ``error`` comes from, where there is one."""
    if isinstance(error, SyntaxError) and error.filename:
        return {"file": _relative(error.filename, root), "line": error.lineno}
    frames = traceback.extract_tb(error.__traceback__)
    # Alembic reads revision, down_revision and upgrade from the module of a migration.
    module = getattr(error, "obj", None) if isinstance(error, AttributeError) else None
    file = getattr(module, "__file__", None)
    if file and Path(file).is_relative_to(root) and "alembic" in Path(frames[-1].filename).parts:
        return {"file": _relative(file, root), "line": 1}
    for frame in reversed(frames):
        path = Path(frame.filename)
        if path.is_relative_to(root) and "site-packages" not in path.parts:
            return {"file": _relative(frame.filename, root), "line": frame.lineno}
    return {}


def _configuration_fault(error: BaseException, place: dict[str, Any]) -> SettingsError | None:
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    missing = (name or "").partition(".")[0]
    if missing in _DRIVERS:
        return SettingsError(
            f"the database driver {missing} is not installed" + _at(place),
            hint=f"Install it with the service: pip install {shlex.quote(_DRIVERS[missing])}.",
            driver=missing,
            **place,
        )
    if isinstance(error, configparser.InterpolationError):
        return SettingsError(
            "alembic.ini has a bare '%' in a value",
            hint="Write every '%' in alembic.ini as '%%', also in sqlalchemy.url.",
        )
    if _raised_by("sqlalchemy/util/concurrency.py", error) and not find_spec("greenlet"):
        return SettingsError(
            "greenlet is not installed, which SQLAlchemy's asyncio needs" + _at(place),
            hint="Install it with the service: pip install 'sqlalchemy[asyncio]'.",
            driver="greenlet",
            **place,
        )
    if isinstance(error, NoSuchModuleError):
        return SettingsError(
            f"the database URL has an unknown scheme: {error}" + _at(place),
            hint="Use a scheme such as postgresql+asyncpg, mysql+aiomysql or sqlite+aiosqlite.",
            **place,
        )
    if isinstance(error, ArgumentError | ValueError) and _raised_by(
        "sqlalchemy/engine/url.py", error
    ):
        # Its text may quote a part of the password.
        return SettingsError(
            "the database URL that env.py builds does not parse" + _at(place),
            hint="Percent-encode special characters in the password, "
            "or build the URL with sqlalchemy.URL.create().",
            **place,
        )
    return None


def _raised_by(tail: str, error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.filename.endswith(tail) for frame in frames)


def _at(place: dict[str, Any]) -> str:
    return f" ({place['file']}:{place['line']})" if "file" in place else ""


def _relative(filename: str, root: Path) -> str:
    path = Path(filename)
    return str(path.relative_to(root)) if path.is_relative_to(root) else filename
