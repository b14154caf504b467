"""What went wrong in the project's code, its migrations or its database, as a typed error."""

import configparser
import shlex
import traceback
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bootctl.database import driver_errors
from bootctl.database.state import Revision
from bootctl.errors import BootError, LockTimeoutError, MigrationError, SettingsError
from bootctl.migrate.progress import Progress

_DRIVERS = {
    "asyncpg": "bootctl[postgresql]",
    "psycopg": "psycopg[binary]",
    "psycopg_pool": "psycopg[binary,pool]",
    "psycopg2": "psycopg2-binary",
    "pg8000": "pg8000",
    "aiomysql": "bootctl[mysql]",
    "asyncmy": "asyncmy",
    "pymysql": "PyMySQL",
    "MySQLdb": "mysqlclient",
    "aiosqlite": "bootctl[sqlite]",
}
"""What to install for a driver's module: an extra of ours, or the driver's own package."""


def upgrade_fault(error: BaseException, progress: Progress, root: Path) -> BootError | None:
    """The typed error for ``error``, raised by an upgrade.

    ``None`` where it was raised outside of any migration, and is not about its timeouts either.
    """
    if isinstance(error, BootError):
        return error
    revision = progress.current
    place = _place(error, revision, root)
    what = f"migration {revision}" if revision else "the upgrade"
    failure = driver_errors.classify(error, network=False)
    if failure and failure.kind in _GAVE_UP:
        message = f"{what} {_GAVE_UP[failure.kind]}: {describe(error)}" + at(place)
        return _timeout_fault(message, failure.kind, place, progress.untouched)
    if revision is None:
        return _pooler_fault(error)
    if failure and (failure.refused or failure.is_absence):
        fault = driver_errors.fault(error, failure, place)
        fault.add(f"it was applying {what}" + at(place))
        return fault
    return MigrationError(
        f"{what} failed: {describe(error)}" + at(place),
        hint=driver_errors.hint(failure) if failure else "Correct the migration and start again.",
        **({"cause": failure.kind} if failure else {}),
        **place,
    )


_GAVE_UP = {
    "lock timeout": "failed by a lock timeout",
    "locked": "failed by a lock timeout",
    "statement timeout": "failed by a statement timeout",
    "canceled": "was canceled",
}
"""What a database's giving up is called, by the kind of failure."""


def _timeout_fault(
    message: str, kind: str, place: Mapping[str, Any], untouched: bool
) -> MigrationError:
    if kind in ("lock timeout", "locked"):
        hint = "End the session that holds the lock, or start again when it has ended."
        lost = LockTimeoutError(message, hint=hint, cause=kind, **place)
        lost.untouched = untouched
        return lost
    unless = "Unless somebody canceled it: r" if kind == "canceled" else "R"
    hint = (
        f"{unless}aise BOOTCTL__MIGRATE__STATEMENT_TIMEOUT, or let the migration do less at once."
    )
    return MigrationError(message, hint=hint, cause=kind, **place)


def _pooler_fault(error: BaseException) -> SettingsError | None:
    said = driver_errors.root_message(error)
    if "unsupported startup parameter" not in said:  # PgBouncer's words; libpq gives no code
        return None
    return SettingsError(
        f"a pooler does not pass the timeouts of the migration on: {said}",
        hint="Set BOOTCTL__DATABASE__MIGRATION_URL to a URL that leads to the server itself, or "
        "unset BOOTCTL__MIGRATE__LOCK_TIMEOUT and BOOTCTL__MIGRATE__STATEMENT_TIMEOUT.",
        setting="database.migration_url",
    )


def _place(error: BaseException, revision: Revision | None, root: Path) -> dict[str, Any]:
    """Where ``error`` comes from: its migration, file, line and statement, and its kind."""
    named: dict[str, Any] = {"revision": revision.id} if revision else {}
    file = {"file": revision.path} if revision else {}
    place = {**named, **(location(error, root) or getattr(error, "place", None) or file)}
    statement = getattr(error, "statement", None)
    if isinstance(statement, str):
        place["statement"] = " ".join(statement.split())[:500]
    return {**place, "error": type(_original(error)).__name__}


def driver_fault(error: BaseException, place: dict[str, Any]) -> SettingsError | None:
    """The typed error for ``error`` where it says that a driver is not installed."""
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    missing = (name or "").partition(".")[0]
    if missing in _DRIVERS:
        return missing_driver(missing, place)
    if raised_by("sqlalchemy/util/concurrency.py", error) and not find_spec("greenlet"):
        return SettingsError(
            "greenlet is not installed, which SQLAlchemy's asyncio needs" + at(place),
            hint="Install it with the service: pip install 'sqlalchemy[asyncio]'.",
            driver="greenlet",
            **place,
        )
    return None


def missing_driver(module: str, place: Mapping[str, Any] | None = None) -> SettingsError:
    """The typed error for a driver that is not installed, needed at ``place``."""
    return SettingsError(
        f"the database driver {module} is not installed" + at(place or {}),
        hint=f"Install it with the service: pip install {shlex.quote(_DRIVERS[module])}.",
        driver=module,
        **(place or {}),
    )


def describe(error: BaseException) -> str:
    """One line: the kind of error and what it says, without SQLAlchemy's statement and parameters."""
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg}"
    if isinstance(error, configparser.InterpolationError):  # its text may end a password
        return "a bare '%' in a configuration value; write it as '%%'"
    return f"{type(_original(error)).__name__}: {driver_errors.root_message(error)}"


def _original(error: BaseException) -> BaseException:
    """The driver's error in one of SQLAlchemy's, or ours."""
    return getattr(error, "orig", None) or error


def location(error: BaseException, root: Path) -> dict[str, Any]:
    """The project's own file and line that ``error`` comes from, where there is one."""
    if isinstance(error, SyntaxError) and error.filename:
        return {"file": _relative(error.filename, root), "line": error.lineno}
    frames = traceback.extract_tb(error.__traceback__)
    # Libraries read attributes such as ``upgrade`` from the module of a migration.
    module = getattr(error, "obj", None) if isinstance(error, AttributeError) else None
    file = getattr(module, "__file__", None)
    if file and _is_own(file, root) and not _is_own(frames[-1].filename, root):
        return {"file": _relative(file, root), "line": 1}
    for frame in reversed(frames):
        if _is_own(frame.filename, root):
            return {"file": _relative(frame.filename, root), "line": frame.lineno}
    return {}


def raised_by(tail: str, error: BaseException) -> bool:
    """Whether a frame of ``error`` is in a file whose path ends with ``tail``."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.filename.endswith(tail) for frame in frames)


def at(place: Mapping[str, Any]) -> str:
    """Where ``place`` is, as the end of a sentence."""
    if "file" not in place:
        return ""
    return f" ({place['file']}:{place['line']})" if "line" in place else f" ({place['file']})"


def _is_own(filename: str, root: Path) -> bool:
    path = Path(filename)
    return path.is_relative_to(root) and "site-packages" not in path.parts


def _relative(filename: str, root: Path) -> str:
    path = Path(filename)
    return str(path.relative_to(root)) if path.is_relative_to(root) else filename
