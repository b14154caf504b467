"""How the server renders a definition, whatever the session has set."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, TextClause, text

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
_SET = "pg_catalog.set_config('{0}', CAST(:{0} AS text), {1})"
_NOW = "pg_catalog.current_setting('{0}')"


@contextmanager
def rendered(connection: Connection, path: str) -> Iterator[None]:
    """Let the server render alike in every session: the search path, dates, quotes.

    In a transaction the settings are the transaction's own. They are as before afterwards.
    """
    wanted = {"search_path": path, **_SETTINGS}
    before = connection.execute(_select(_NOW, wanted)).one()
    _set(connection, wanted, local=True)
    local = connection.execute(_select(_NOW, ["search_path"])).scalar() == path
    if not local:  # each statement is a transaction
        _set(connection, wanted, local=False)
    try:
        yield
    except BaseException:
        if not local:
            _set(connection, dict(zip(wanted, before, strict=True)), local=False)
        raise  # what was local has ended with the transaction, which has failed
    _set(connection, dict(zip(wanted, before, strict=True)), local=local)


def _set(connection: Connection, values: dict[str, str], *, local: bool) -> None:
    connection.execute(_select(_SET, values, str(local).lower()), values)


def _select(each: str, names: Iterable[str], *more: str) -> TextClause:
    return text("SELECT " + ", ".join(each.format(name, *more) for name in names))
