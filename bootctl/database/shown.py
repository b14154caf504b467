"""What MySQL and MariaDB show of one table: a quarter of what information_schema takes to say the same.

Its text depends on settings of the session, which are kept beside its hash, and on the character set that
the client reads, of which nothing is kept: a text in ASCII only is the same in all of them.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAME = r"(?:`(\w+)`|(\w+))(?![\w`$.])(?!\s*\.)"
_ALTERED = re.compile(
    r"(?ais)(?!.*\bPARTITION)\s*(?:"
    rf"ALTER\s+TABLE\s+{_NAME}\s+(?:ADD|ALTER|CHANGE|DROP|MODIFY)\b"
    rf"|CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s*\("
    rf"|CREATE\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX\s+`?\w+`?\s+ON\s+{_NAME}\s*\("
    rf"|DROP\s+INDEX\s+`?\w+`?\s+ON\s+{_NAME}"
    rf"|DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?{_NAME}(?=\s*;?\s*$)"
    r")[^;]*;?\s*"
)
"""A statement after which something else is said of one table, and of no other one only."""
_LONGEST = 1900
"""Characters of a statement that is surely whole, as a journal keeps it."""
_COUNTED = re.compile(r"(?m)^(\).*?) AUTO_INCREMENT=\d+")
"""What rows change."""
_SETTINGS = "SELECT @@sql_mode, @@sql_quote_show_create, @@character_set_results"
_HIDING = "_OPTIONS"
"""What the names of modes have in which some of a table is not shown."""
_NO_SUCH_TABLE = 1146


def table_of(statement: str) -> str | None:
    """Return the table that ``statement`` makes, alters or drops, where it does so with no other one."""
    if len(statement) > _LONGEST:
        return None
    found = _ALTERED.fullmatch(statement)
    return next(filter(None, found.groups()), None) if found else None


def before(connection: "Connection", table: str) -> dict[str, Any] | None:
    """Return what ``is_as_before`` needs of a ``table``, which may be none; ``None`` where that would not tell."""
    mode, quotes, charset = _settings(connection)
    if not str(charset).startswith("utf8") or _HIDING in mode:
        return None
    text = _text(connection, table)
    if text is None or not text.isascii():
        return None
    return {"shown": table, "hash": _hashed(text), "sql_mode": mode, "quotes": int(quotes)}


def is_as_before(connection: "Connection", kept: Mapping[str, Any]) -> bool:
    """Return whether the table is still as it was. Raises what SQLAlchemy raises where it is not shown."""
    with _set(connection, str(kept["sql_mode"]), int(kept["quotes"])):
        text = _text(connection, str(kept["shown"]))
        if text is None:
            text = str(connection.exec_driver_sql(_showing(str(kept["shown"]))).one()[1])
    return _hashed(text) == str(kept["hash"])


def _hashed(text: str) -> str:
    """Return a hash of ``text``; an empty one where there is no table."""
    counted = _COUNTED.sub(r"\1", text)
    return blake2b(counted.encode(), digest_size=16).hexdigest() if text else ""


def _text(connection: "Connection", table: str) -> str | None:
    """Return what is shown, empty where there is no such table; ``None`` where that is refused."""
    try:
        return str(_row(connection, _showing(table))[1])
    except Exception as error:  # whatever the driver raises
        return "" if error.args[:1] == (_NO_SUCH_TABLE,) else None


def _showing(table: str) -> str:
    return f"SHOW CREATE TABLE `{table}`"


def _settings(connection: "Connection") -> tuple[str, int, str]:
    """Return what the text depends on, asked once of a connection: bootctl's own does not set it."""
    info: dict[str, Any] = connection.info
    if _SETTINGS not in info:
        info[_SETTINGS] = tuple(_row(connection, _SETTINGS))
    found: tuple[str, int, str] = info[_SETTINGS]
    return found


@contextmanager
def _set(connection: "Connection", mode: str, quotes: int) -> Iterator[None]:
    """Have the session show tables as another one did, inside."""
    now = tuple(_row(connection, _SETTINGS)[:2])
    if now == (mode, quotes):
        yield
        return
    setting = "SET SESSION sql_mode = %s, SESSION sql_quote_show_create = %s"
    _row(connection, setting, (mode, quotes))
    try:
        yield
    finally:
        _row(connection, setting, now)


def _row(connection: "Connection", query: str, values: tuple[Any, ...] = ()) -> Any:
    """Ask below SQLAlchemy, which takes as long as the server."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query, values or None)
        return cursor.fetchone() if cursor.description else None
    finally:
        cursor.close()
