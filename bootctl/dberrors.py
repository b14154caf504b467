"""What a database driver's exception means, read from its codes and never from its text.

Sources: PostgreSQL's appendix A (SQLSTATE), MariaDB's error code reference, SQLite's result codes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bootctl.errors import BootError, NotReadyError, RefusedError


@dataclass(frozen=True)
class Failure:
    """A driver's error, named. ``refused``: waiting does not heal it."""

    kind: str
    refused: bool


_CREDENTIALS = Failure("credentials", True)
_UNKNOWN_DATABASE = Failure("unknown database", True)
_PERMISSION = Failure("permission", True)
_STARTING = Failure("starting", False)
_TOO_MANY = Failure("too many connections", False)
_LOST = Failure("connection lost", False)
_UNREACHABLE = Failure("refused connection", False)
_READ_ONLY = Failure("read-only", True)
_LOCK_TIMEOUT = Failure("lock timeout", False)
_STATEMENT_TIMEOUT = Failure("statement timeout", False)

_SQLSTATES = {
    "28P01": _CREDENTIALS,
    "28000": _CREDENTIALS,
    "3D000": _UNKNOWN_DATABASE,
    "42501": _PERMISSION,
    "25006": _READ_ONLY,
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
    3572: _LOCK_TIMEOUT,  # of NOWAIT
    1969: _STATEMENT_TIMEOUT,
    3024: _STATEMENT_TIMEOUT,
    1040: _TOO_MANY,
    1053: _STARTING,
    2002: _UNREACHABLE,
    2003: _UNREACHABLE,
    2006: _LOST,
    2013: _LOST,
}

_SQLITE_NAMES = {
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_CANTOPEN": Failure("cannot open the file", True),
    "SQLITE_PERM": _PERMISSION,
    "SQLITE_AUTH": _PERMISSION,
    "SQLITE_NOTADB": Failure("not a database", True),
    "SQLITE_BUSY": Failure("locked", False),
}


def classify(error: BaseException) -> Failure | None:
    """The failure that ``error``, or what it wraps, stands for; ``None`` where it is another's."""
    for cause in chain(error):
        found = _from_sqlstate(cause) or _from_number(cause) or _from_sqlite(cause)
        if found:
            return found
        if isinstance(cause, ConnectionRefusedError | TimeoutError):
            return _UNREACHABLE
        if isinstance(cause, ConnectionError):
            return _LOST
    return None


def fault(error: BaseException, failure: Failure, place: Mapping[str, Any]) -> BootError:
    """The typed error for ``error``, which stands for ``failure``; its fields are ``place``."""
    said = root_message(error)
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


def chain(error: BaseException) -> Iterator[BaseException]:
    """``error`` and the errors it wraps, outermost first."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop(0)
        if current is not None and current not in seen:
            seen.append(current)
            yield current
            waiting += [getattr(current, "orig", None), current.__cause__, current.__context__]
            waiting += getattr(current, "exceptions", ())  # an ExceptionGroup's


def root_message(error: BaseException) -> str:
    """What the driver itself said, without the statement that SQLAlchemy adds."""
    original = getattr(error, "orig", None) or error
    text = " ".join(str(original).split()) or type(original).__name__
    return text.removeprefix("<class 'asyncpg.exceptions.").replace("'>:", ":", 1)


def _from_sqlstate(error: BaseException) -> Failure | None:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    fields = error.args[0] if error.args else None
    if isinstance(fields, dict):  # pg8000 has only the server's fields
        state = fields.get("C")
    return _SQLSTATES.get(state) if isinstance(state, str) else None


def _from_number(error: BaseException) -> Failure | None:
    number = error.args[0] if error.args else None
    module = type(error).__module__.lower()
    if isinstance(number, int) and ("sql" in module or module.startswith("asyncmy")):
        return _MYSQL_NUMBERS.get(number)
    return None


def _from_sqlite(error: BaseException) -> Failure | None:
    name = getattr(error, "sqlite_errorname", "")
    for prefix, failure in _SQLITE_NAMES.items():
        if name.startswith(prefix):
            return failure
    return None
