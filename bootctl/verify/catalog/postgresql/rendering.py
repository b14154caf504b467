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
_NOW = "SELECT pg_catalog.now()::text"
"""The same for all statements of one transaction."""


@contextmanager
def rendered(connection: "Connection", path: str) -> Iterator[None]:
    """Let the server render alike in every session: the search path, dates, quotes.

    The settings are the transaction's own, and are as before afterwards. Where each statement is a
    transaction, there is one for them.
    """
    wanted = {"search_path": path, **_SETTINGS}
    with _transaction(connection):
        names = ", ".join(f"pg_catalog.current_setting('{name}')" for name in wanted)
        before = execute(connection, f"SELECT {names}").one()
        _set(connection, wanted)
        yield  # an exception ends the transaction, and the settings with it
        _set(connection, dict(zip(wanted, before, strict=True)))


@contextmanager
def _transaction(connection: "Connection") -> Iterator[None]:
    began, still = (execute(connection, _NOW).scalar() for _ in range(2))
    if began == still:
        yield
        return
    execute(connection, "BEGIN TRANSACTION READ ONLY")
    try:
        yield
    finally:
        execute(connection, "ROLLBACK")


def _set(connection: "Connection", values: dict[str, str]) -> None:
    each = (f"pg_catalog.set_config('{name}', CAST(:{name} AS text), true)" for name in values)
    execute(connection, f"SELECT {', '.join(each)}", values)
