"""How the server renders a definition, whatever the session has set."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bootctl.database.driver_connection import execute

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SETTINGS = {
    "quote_all_identifiers": "off",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "jit": "off",  # which costs more than all of the queries
}
UNTIL_UNDONE = ", ".join(
    f"pg_catalog.set_config('{name}', '{value}', true)"
    for name, value in {**_SETTINGS, "transaction_read_only": "on"}.items()
)
"""Expressions that have all but the search path so, and nothing be written, until what is done is rolled back."""
_BEGAN = "CAST(EXTRACT(epoch FROM pg_catalog.now()) * 1000000 AS bigint)"
"""The same for all statements of one transaction; as text it would be as the settings say."""


@contextmanager
def rendered(connection: "Connection", path: str) -> Iterator[None]:
    """Let the server render alike in every session: the search path, dates, quotes.

    The settings are the transaction's own, and are as before afterwards. Where each statement is a
    transaction, there is one for them.
    """
    wanted = {"search_path": path, **_SETTINGS}
    names = ", ".join(f"pg_catalog.current_setting('{name}')" for name in wanted)
    began, *before = execute(connection, f"SELECT {_BEGAN}, {names}").one()
    if _set(connection, wanted) == began:
        yield  # an exception ends the transaction, and the settings with it
        _set(connection, dict(zip(wanted, before, strict=True)))
        return
    execute(connection, "BEGIN TRANSACTION READ ONLY")
    try:
        _set(connection, wanted)
        yield
    finally:
        execute(connection, "ROLLBACK")


def _set(connection: "Connection", values: dict[str, str]) -> int:
    """Set ``values`` for the transaction, and return when it began."""
    each = (f"pg_catalog.set_config('{name}', CAST(:{name} AS text), true)" for name in values)
    began: int = execute(connection, f"SELECT {_BEGAN}, {', '.join(each)}", values).one()[0]
    return began
