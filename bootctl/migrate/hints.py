"""What leads out of failures of a migration that have one known way out, with the code to write."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bootctl.database import causes, driver_errors
from bootctl.migrate.violated import violated

_LONGEST_ID = 32
"""The characters that Alembic's version table has room for."""
_TABLE = re.compile(r"(?i)^(?:UPDATE|INSERT INTO)\s+(\S+)")
_NEW_VALUE = re.compile(r'"(?P<value>[^"]+)" of enum type (?P<type>\S+)')
_CORRECT = "correct the rows, or the migration, and start again."
_OUTSIDE = {
    "aerich": "RUN_IN_TRANSACTION = False",
    "tortoise": "atomic = False in its class Migration",
}
"""What keeps a migration file out of the transaction, where a file is all or nothing."""


def known_way_out(error: BaseException, backend: str, place: Mapping[str, Any]) -> str:
    """Return what to write for ``error``, which a migration of ``backend`` raised; empty where unknown.

    ``place`` has its revision, file and statement. SQLSTATEs are those of PostgreSQL's appendix A.
    """
    # Some drivers have SQLSTATE of MySQL too, which is less exact.
    hint = next(filter(None, map(_NUMBERED.get, driver_errors.mysql_numbers(error))), None)
    hint = hint or _HINTS.get(driver_errors.sqlstate(error))
    if hint:
        return hint(causes.root_message(error), backend, place)
    constraint = violated(error)
    return f"The server refuses rows that break {constraint}: {_CORRECT}" if constraint else ""


def _outside(_: str, backend: str, place: Mapping[str, Any]) -> str:
    """Return how a statement runs outside of any transaction (25001)."""
    statement = place.get("statement") or "CREATE INDEX CONCURRENTLY ..."
    if backend == "alembic":
        return (
            f"PostgreSQL runs it outside of a transaction only. Write in {_file(place)}: "
            f"{_autocommit(statement)} (or the same block around op.create_index("
            "..., postgresql_concurrently=True))."
        )
    return (
        "PostgreSQL runs it outside of a transaction only. Let it be the only statement of its "
        f"file, and write {_OUTSIDE[backend]}, in {_file(place)}."
    )


def _new_enum_value(message: str, backend: str, place: Mapping[str, Any]) -> str:
    """Return how a value that was added to an enum is committed before it is used (55P04)."""
    named = _NEW_VALUE.search(message)
    value, kind = (named["value"], named["type"]) if named else ("NEW_VALUE", "THE_TYPE")
    added = f"ALTER TYPE {kind} ADD VALUE IF NOT EXISTS '{value}'"
    why = f"PostgreSQL uses the value {value} only once it is committed. "
    if backend == "alembic":
        return f"{why}In the migration that adds it, write: {_autocommit(added)}."
    return (
        f"{why}Let {added} be the only statement of an earlier file, and write "
        f"{_OUTSIDE[backend]}, in that file."
    )


def _too_long(
    _: str, backend: str, place: Mapping[str, Any], change: str = "ALTER COLUMN version_num TYPE"
) -> str:
    """Return what to do about a revision's id that the version table has no room for (22001)."""
    revision, statement = str(place.get("revision", "")), str(place.get("statement", ""))
    if backend != "alembic" or "version_num" not in statement or len(revision) <= _LONGEST_ID:
        return ""
    named = _TABLE.match(statement)
    table = named[1] if named else "alembic_version"
    return (
        f"Shorten the id in {_file(place)} to {_LONGEST_ID} characters: "
        f'revision = "{revision[:_LONGEST_ID]}", and the same as down_revision in the migration '
        f"after it. Or give the table room: ALTER TABLE {table} {change} "
        f"VARCHAR(255); or, where it does not exist yet, CREATE TABLE {table} "
        "(version_num VARCHAR(255) NOT NULL PRIMARY KEY);"
    )


def _too_long_of_mysql(message: str, backend: str, place: Mapping[str, Any]) -> str:
    """Return the same for MySQL (1406)."""
    return _too_long(message, backend, place, "MODIFY version_num")


def _autocommit(statement: str) -> str:
    return f"with op.get_context().autocommit_block(): op.execute({statement!r})"


def _file(place: Mapping[str, Any]) -> str:
    return str(place.get("file", "the migration"))


_HINTS: Mapping[str | None, Callable[[str, str, Mapping[str, Any]], str]] = {
    "25001": _outside,
    "55P04": _new_enum_value,
    "22001": _too_long,
}
_NUMBERED: Mapping[int, Callable[[str, str, Mapping[str, Any]], str]] = {
    1406: _too_long_of_mysql,
}
"""By the numbers of MySQL."""
