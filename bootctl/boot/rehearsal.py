"""Migrations whose statements commit, rehearsed on copies of the tables that they name.

What MySQL makes of a statement only MySQL knows, and on the live tables it would stay. So the tables
are made empty in a scratch database, and the statements that migrations print are executed there.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bootctl.errors import RefusedError
from bootctl.ledger.executed import changes
from bootctl.migrate.risk.words import Word, words
from bootctl.verify import scratch_databases
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.read import read

if TYPE_CHECKING:
    from sqlalchemy import Connection

_REHEARSED = (
    ("ALTER", "TABLE"),
    ("CREATE", "TABLE"),
    ("DROP", "TABLE"),
    ("RENAME", "TABLE"),
    ("CREATE", "INDEX"),
    ("CREATE", "UNIQUE"),
    ("DROP", "INDEX"),
    ("CREATE", "VIEW"),
    ("DROP", "VIEW"),
)
"""First words of what changes tables or views, and does nothing else."""
_ROWS = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE", "LOAD")
_READ = 50_000
"""Characters of a statement that are read for certain."""
_NUMBER = re.compile(r"(\d+\.\d*|\.\d+)(E[+-]?\d+)?", re.IGNORECASE)
_HIDDEN = ("/*!", "/*M!")
"""What looks like a comment, and is executed."""


class UnrehearsedError(Exception):
    """It cannot be told what the statements would make; the message says why."""


def rehearsed(connection: "Connection", live: Catalog, statements: Sequence[str]) -> Catalog:
    """Return what ``statements`` would make of the ``live`` schema, by executing them on copies.

    ``connection`` is of nobody else. Raises ``UnrehearsedError``, and what the driver raises.
    """
    chosen = [text for text in statements if asked(text)]
    names = {word.text.lower() for text in chosen for word in words(text)}
    named = [item for item in live.objects if not item.table and item.name.lower() in names]
    tables = [item.name for item in named if item.kind == "table"]
    views = [item.name for item in named if item.kind == "view"]
    with _copies(connection, tables, views) as scratch:
        for text in chosen:
            _execute(scratch, text)
        made = read(scratch)
    kept = [item for item in live.without(tables).objects if item not in named]
    return Catalog([*kept, *made.objects], live.server, schemas=live.schemas)


def asked(text: str) -> bool:
    """Return whether a statement has to be executed. Raises where it must not be, and may matter."""
    found = words(text)
    if not found or found[0].upper in _ROWS or not changes(text):
        return False
    first = tuple(word.upper for word in found[:2])
    # A name with its database is of the live one.
    hides = len(text) > _READ or any(mark in text for mark in _HIDDEN)
    if first not in _REHEARSED or hides or _is_qualified(found):
        raise UnrehearsedError(f"{' '.join(first)} is executed on the live database only")
    return True


def _is_qualified(found: Sequence[Word]) -> bool:
    return any(
        word.upper and "." in word.text and not _NUMBER.fullmatch(word.text) for word in found
    )


@contextmanager
def _copies(
    connection: "Connection", tables: Sequence[str], views: Sequence[str]
) -> Iterator["Connection"]:
    own = str(connection.exec_driver_sql("SELECT DATABASE()").scalar())
    role = str(connection.exec_driver_sql("SELECT CURRENT_USER()").scalar())
    texts = [_text(connection, table) for table in tables]
    texts += [
        f"CREATE VIEW {_quoted(view)} AS SELECT 1" for view in views
    ]  # that it is there counts
    name = scratch_databases.new_name()
    try:
        scratch_databases.create(connection, name, own, role)
    except RefusedError as refusal:
        raise UnrehearsedError(refusal.message) from refusal
    try:
        for text in ("SET SESSION foreign_key_checks = 0", f"USE {name}", *texts):
            _execute(connection, text)
        yield connection
    finally:
        scratch_databases.drop(connection, name)


def _text(connection: "Connection", table: str) -> str:
    return str(connection.exec_driver_sql(f"SHOW CREATE TABLE {_quoted(table)}").one()[1])


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _execute(connection: "Connection", text: str) -> None:
    connection.exec_driver_sql(text, execution_options={"no_parameters": True})
