"""What a database driver's exception means, read from its codes.

From its text only where there is no code: libpq's own errors, and what the operating system told
MySQL. Sources: PostgreSQL's appendix A (SQLSTATE), MariaDB's error code reference, SQLite's result codes.
"""

import errno
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bootctl.database import causes
from bootctl.database.causes import chain, root_message
from bootctl.errors import BootError, NotReadyError, RefusedError, SettingsError


@dataclass(frozen=True)
class Failure:
    """A driver's error, named. ``refused``: waiting does not heal it."""

    kind: str
    refused: bool

    @property
    def is_lock_timeout(self) -> bool:
        """Return whether nothing but a lock was not had in time."""
        return self == _LOCK_TIMEOUT

    @property
    def is_pooler(self) -> bool:
        """Return whether a pooler has lent another session of the server than before."""
        return self == _POOLED

    @property
    def is_absence(self) -> bool:
        """Return whether the database cannot be reached, whatever it was asked."""
        return self in (_STARTING, _TOO_MANY, _LOST, _UNREACHABLE)


_CREDENTIALS = Failure("credentials", True)
_UNKNOWN_DATABASE = Failure("unknown database", True)
_PERMISSION = Failure("permission", True)
NOT_ALLOWED = ("permission", "read-only")
"""The kinds of what a role, or a server that only reads, may not do, and another one may."""
_STARTING = Failure("starting", False)
_TOO_MANY = Failure("too many connections", False)
_LOST = Failure("connection lost", False)
_UNREACHABLE = Failure("refused connection", False)
_READ_ONLY = Failure("read-only", True)
DISK_FULL = Failure("disk full", False)
_RESOURCES = Failure("resources", False)
_DEADLOCK = Failure("deadlock", False)
_POOLED = Failure("pooler", False)
"""A statement that was prepared is not there, or another's is: it was in another session."""
_LOCK_TIMEOUT = Failure("lock timeout", False)
_STATEMENT_TIMEOUT = Failure("statement timeout", False)

_SQLSTATES = {
    "28P01": _CREDENTIALS,
    "28000": _CREDENTIALS,
    "3D000": _UNKNOWN_DATABASE,
    "42501": _PERMISSION,
    "25006": _READ_ONLY,
    "26000": _POOLED,
    "42P05": _POOLED,
    "40P01": _DEADLOCK,
    "53000": _RESOURCES,
    "53100": DISK_FULL,
    "53200": _RESOURCES,
    "53400": _RESOURCES,  # temp_file_limit
    "55P03": _LOCK_TIMEOUT,
    # Either statement_timeout or whoever may cancel it: the code is the same.
    "57014": Failure("canceled", False),
    "57P03": _STARTING,
    "53300": _TOO_MANY,
    "57P01": _LOST,
    "57P02": _LOST,
    "08000": _LOST,
    "08003": _LOST,
    "08006": _LOST,
    "08001": _UNREACHABLE,
    "08004": _UNREACHABLE,
}

_MYSQL_NUMBERS = {
    1045: _CREDENTIALS,
    1698: _CREDENTIALS,
    1044: _PERMISSION,
    1142: _PERMISSION,
    1227: _PERMISSION,
    1130: Failure("host not allowed", True),
    1049: _UNKNOWN_DATABASE,
    1290: _READ_ONLY,
    1792: _READ_ONLY,
    1205: _LOCK_TIMEOUT,
    1213: _DEADLOCK,
    3572: _LOCK_TIMEOUT,  # of NOWAIT
    1969: _STATEMENT_TIMEOUT,
    3024: _STATEMENT_TIMEOUT,
    1040: _TOO_MANY,
    1203: _TOO_MANY,
    1226: _TOO_MANY,
    1037: _RESOURCES,
    1041: _RESOURCES,
    1206: _RESOURCES,  # of locks
    1021: DISK_FULL,
    1114: DISK_FULL,
    1053: _STARTING,
    2002: _UNREACHABLE,
    2003: _UNREACHABLE,
    2006: _LOST,
    2013: _LOST,
    1927: _LOST,  # killed
}

_MYSQL_FILE_ERRORS = (3, 1005, 1026, 1030)
"""What the operating system refused: its number is in the text."""
_NO_SPACE = re.compile(rf"(?i)\berr\w+:? {errno.ENOSPC}\b")

_LIBPQ = {
    "too many": _TOO_MANY,
    "connection slots": _TOO_MANY,
    "authentication": _CREDENTIALS,
    "no password supplied": _CREDENTIALS,
    "out of shared memory": _RESOURCES,
    "out of memory": _RESOURCES,
    "the database system": _STARTING,  # or shutting down, or in recovery
    "FATAL": Failure("refused", True),
    "could not connect": _UNREACHABLE,
    "connection to server": _UNREACHABLE,
}
"""What libpq's texts mean, by what they contain; the first that fits.

It has no code for what the server answers to a login, nor where it could not connect.
"""

_SQLITE_NAMES = {
    "SQLITE_FULL": DISK_FULL,
    "SQLITE_IOERR_SHMSIZE": DISK_FULL,
    "SQLITE_IOERR": Failure("disk error", False),
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_CANTOPEN": Failure("cannot open the file", True),
    "SQLITE_PERM": _PERMISSION,
    "SQLITE_AUTH": _PERMISSION,
    "SQLITE_NOTADB": Failure("not a database", True),
    "SQLITE_BUSY": Failure("locked", False),
}


_HINTS = {
    _READ_ONLY: "Migrate where it can be written: BOOTCTL__DATABASE__MIGRATION_URL names the primary "
    "server, or BOOTCTL__WAIT__WRITABLE=true waits for one; an SQLite file needs write permission.",
    _RESOURCES: "The server has reached a limit of its own. Of locks, raise max_locks_per_transaction (PostgreSQL) or "
    "innodb_buffer_pool_size (MySQL), or let the migrations do less in one transaction, and start again.",
    DISK_FULL: "Free space on the disk of the database's server, or of the SQLite file, "
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
    if failure is _POOLED:
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
        return _LOST
    # Some drivers have SQLSTATE of MySQL too, which is less exact.
    return _from_number(error) or _from_sqlstate(error) or _from_sqlite(error) or _from_libpq(error)


def _from_network(error: BaseException) -> Failure | None:
    if isinstance(error, ConnectionRefusedError | TimeoutError):
        return _UNREACHABLE
    return _LOST if isinstance(error, ConnectionError) else None


def _from_sqlstate(error: BaseException) -> Failure | None:
    return _SQLSTATES.get(_sqlstate(error) or "")


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
            return DISK_FULL
        return _MYSQL_NUMBERS.get(number)
    return None


def _from_sqlite(error: BaseException) -> Failure | None:
    name = getattr(error, "sqlite_errorname", "")
    for prefix, failure in _SQLITE_NAMES.items():
        if name.startswith(prefix):
            return failure
    return None


def _from_libpq(error: BaseException) -> Failure | None:
    bases = [base.__name__ for base in type(error).__mro__ if base.__module__.startswith("psycopg")]
    if "OperationalError" not in bases or _sqlstate(error):
        return None
    text = str(error)
    return next((failure for said, failure in _LIBPQ.items() if said in text), _LOST)
