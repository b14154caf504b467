"""What a database driver's exception means, read from its codes.

From its text only where there is no code: libpq's own errors, and what the operating system told MySQL.
"""

import errno
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from bootctl.database import causes, failures
from bootctl.database.causes import chain, root_message
from bootctl.database.failures import Failure
from bootctl.errors import BootError, NotReadyError, RefusedError, SettingsError

_MYSQL_FILE_ERRORS = (3, 1005, 1026, 1030)
"""What the operating system refused: its number is in the text."""
_NO_SPACE = re.compile(rf"(?i)\berr\w+:? {errno.ENOSPC}\b")

_HINTS = {
    failures.READ_ONLY: "Migrate where it can be written: BOOTCTL__DATABASE__MIGRATION_URL names the primary "
    "server, or BOOTCTL__WAIT__WRITABLE=true waits for one; an SQLite file needs write permission.",
    failures.RESOURCES: "The server has reached a limit of its own. Of locks, raise max_locks_per_transaction (PostgreSQL) or "
    "innodb_buffer_pool_size (MySQL), or let the migrations do less in one transaction, and start again.",
    failures.DISK_FULL: "Free space on the disk of the database's server, or of the SQLite file, "
    "and start again.",
}


def classify(error: BaseException, *, network: bool = True) -> Failure | None:
    """Return the failure that ``error``, or what it wraps, stands for; ``None`` where it is another's.

    ``network``: whether Python's own errors of the network count, as those of any client may.
    """
    return next((failure for _, failure in _failures(error, network)), None)


def _failures(
    error: BaseException, network: bool = True
) -> Iterator[tuple[BaseException, Failure]]:
    """Yield what stands for a failure, of ``error`` and of what it wraps; what has a code is first."""
    for named in (_from_driver, _from_network) if network else (_from_driver,):
        for cause in chain(error):
            if found := named(cause):
                yield cause, found


def fault(error: BaseException, failure: Failure, place: Mapping[str, Any]) -> BootError:
    """Return the typed error for ``error``, which stands for ``failure``; its fields are ``place``."""
    said = root_message(next((cause for cause, _ in _failures(error)), error))
    database = place.get("target", "the database")
    if ended := _SESSION_TIMEOUT.search(" ".join(map(causes.said, chain(error)))):
        return _ended(f"{database} has ended the session", ended[1], said, place)
    if failure is failures.POOLED:
        return pooler_fault(f"{database} is behind a pooler in transaction mode: {said}", place)
    kind = RefusedError if failure.refused else NotReadyError
    return kind(
        f"{database} {'refused' if failure.refused else 'is not ready'}: {said}",
        hint=hint(failure),
        cause=failure.kind,
        **place,
    )


def _ended(message: str, what: str, said: str, place: Mapping[str, Any]) -> RefusedError:
    setting = _TIMEOUTS[what]
    return RefusedError(
        f"{message}, by its setting {setting}: {said}",
        hint=f"Starting again meets it again. Raise {setting} for the role that migrates (ALTER ROLE "
        f"... SET {setting} = 0), or do less between two statements.",
        cause="refused",
        setting=setting,
        **place,
    )


_TIMEOUTS = {
    "idle-in-transaction": "idle_in_transaction_session_timeout",
    "idle-session": "idle_session_timeout",
    "transaction": "transaction_timeout",
}
_SESSION_TIMEOUT = re.compile(r"due to (idle-in-transaction|idle-session|transaction) timeout")
"""PostgreSQL's words for it; some drivers lose its code."""


def hint(failure: Failure) -> str:
    """Return what to do about ``failure``."""
    general = (
        f"Not healed by waiting ({failure.kind}): correct the credentials, the grants, "
        "the database's name or the file's permissions."
        if failure.refused
        else f"It may heal ({failure.kind}): start again."
    )
    return _HINTS.get(failure, general)


def pooler_fault(message: str, place: Mapping[str, Any]) -> SettingsError:
    """Return the typed error for a pooler that lends a server's session for one transaction only."""
    return SettingsError(
        message,
        hint="Set BOOTCTL__DATABASE__MIGRATION_URL to a URL that leads to the server itself, or "
        "to a pool in session mode; the service goes on using the pooler.",
        setting="database.migration_url",
        **place,
    )


def is_sqlalchemys(error: BaseException) -> bool:
    """Return whether SQLAlchemy has raised ``error``; where it is not imported, it has not."""
    errors: Any = sys.modules.get("sqlalchemy.exc")
    return errors is not None and isinstance(error, errors.SQLAlchemyError)


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE of ``error``, or of the first that it wraps and that has one."""
    return next(filter(None, map(_sqlstate, chain(error))), None)


def _from_driver(error: BaseException) -> Failure | None:
    if getattr(error, "connection_invalidated", False):  # SQLAlchemy knows each driver's errors
        return failures.LOST
    # Some drivers have SQLSTATE of MySQL too, which is less exact.
    return _from_number(error) or _from_sqlstate(error) or _from_sqlite(error) or _from_libpq(error)


def _from_network(error: BaseException) -> Failure | None:
    if isinstance(error, ConnectionRefusedError | TimeoutError):
        return failures.UNREACHABLE
    return failures.LOST if isinstance(error, ConnectionError) else None


def _from_sqlstate(error: BaseException) -> Failure | None:
    return failures.SQLSTATES.get(_sqlstate(error) or "")


def _sqlstate(error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    fields = error.args[0] if error.args else None
    if isinstance(fields, dict):  # pg8000 has only the server's fields
        state = fields.get("C")
    return state if isinstance(state, str) else None


def mysql_numbers(error: BaseException) -> Iterator[int]:
    """Yield MySQL's numbers of ``error`` and of those that it wraps."""
    yield from filter(None, map(_mysql_number, chain(error)))


def _mysql_number(error: BaseException) -> int | None:
    number = error.args[0] if error.args else None
    module = type(error).__module__.lower()
    is_drivers = "sql" in module or module.startswith("asyncmy")
    return number if isinstance(number, int) and is_drivers else None


def _from_number(error: BaseException) -> Failure | None:
    number = _mysql_number(error)
    if number is not None:
        if number in _MYSQL_FILE_ERRORS and _NO_SPACE.search(str(error)):
            return failures.DISK_FULL
        return failures.MYSQL_NUMBERS.get(number)
    return None


def _from_sqlite(error: BaseException) -> Failure | None:
    name = getattr(error, "sqlite_errorname", "")
    for prefix, failure in failures.SQLITE_NAMES.items():
        if name.startswith(prefix):
            return failure
    return None


def _from_libpq(error: BaseException) -> Failure | None:
    bases = [base.__name__ for base in type(error).__mro__ if base.__module__.startswith("psycopg")]
    if "OperationalError" not in bases or _sqlstate(error):
        return None
    text = str(error)
    return next(
        (failure for said, failure in failures.LIBPQ.items() if said in text), failures.LOST
    )
