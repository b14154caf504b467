"""Rules that hold for every database."""

from collections.abc import Callable, Iterator

from bootctl.migrate.risk.finding import Finding, destructive, locking
from bootctl.migrate.risk.words import Reader

Action = Callable[[str, Reader], Iterator[Finding]]
"""Yields what one action of an ALTER TABLE does to a table."""

_BACKUP = "Keep a copy of what is dropped, and drop it once no running code uses it."
_RENAME = (
    "Code that still runs uses the old name: add the new one beside it, move code and rows, and "
    "drop the old one in a later release."
)
_ROWS = "Keep a copy of the rows, and say with WHERE which of them are meant."
_KEPT = ("CONSTRAINT", "INDEX", "KEY", "FOREIGN", "CHECK", "PRIMARY", "PARTITION", "PERIOD")
"""What an ALTER TABLE drops without losing a row's value."""
_DROPS = {
    "DROP SCHEMA": "drop-schema",
    "DROP DATABASE": "drop-database",
    "DROP TYPE": "drop-type",
    "DROP DOMAIN": "drop-type",
    "DROP OWNED BY": "drop-owned",
}


def plain(reader: Reader) -> Iterator[Finding]:
    """Yield what a statement does that every database has, but for ALTER TABLE."""
    if reader.take("DROP TABLE"):
        reader.skip("IF EXISTS")
        for table in reader.names():
            yield destructive("drop-table", table, _BACKUP)
    elif reader.take("TRUNCATE"):
        reader.skip("TABLE", "ONLY")
        for table in reader.names():
            yield destructive("truncate", table, _ROWS)
    elif reader.take("DELETE FROM"):
        reader.skip("ONLY")
        table = reader.name()
        if not reader.has("WHERE"):
            yield destructive("delete-without-where", table, _ROWS)
    else:
        yield from _schemas(reader)


def _schemas(reader: Reader) -> Iterator[Finding]:
    for phrase, rule in _DROPS.items():
        if reader.take(phrase):
            yield destructive(rule, "", _BACKUP)


def alter_table(reader: Reader, own: Action) -> Iterator[Finding]:
    """Yield what an ALTER TABLE does, of which a kind of database has its ``own`` actions."""
    reader.skip("ALTER", "ONLINE", "IGNORE", "TABLE", "IF EXISTS", "ONLY")
    table = reader.name()
    reader.skip("*")
    for action in reader.split():
        yield from _action(table, action, own)


def _action(table: str, action: Reader, own: Action) -> Iterator[Finding]:
    if action.take("DROP"):
        yield from _drop(table, action)
    elif action.take("RENAME"):
        yield from _rename(table, action)
    else:
        yield from own(table, action)


def _drop(table: str, action: Reader) -> Iterator[Finding]:
    is_column = action.take("COLUMN")
    action.skip("IF EXISTS")
    if is_column or not any(action.take(word) for word in _KEPT):
        yield destructive("drop-column", table, _BACKUP)


def _rename(table: str, action: Reader) -> Iterator[Finding]:
    if action.take("CONSTRAINT") or action.take("INDEX") or action.take("KEY"):
        return
    to_table = action.take("TO") or action.take("AS") or len(action.rest) == 1
    yield destructive("rename-table" if to_table else "rename-column", table, _RENAME)


def renamed_tables(reader: Reader) -> Iterator[Finding]:
    """Yield what MySQL's RENAME TABLE does."""
    if reader.take("RENAME TABLE") or reader.take("RENAME TABLES"):
        for pair in reader.split():
            pair.skip("IF EXISTS")
            yield destructive("rename-table", pair.name(), _RENAME)


def lock_tables(reader: Reader, names: Iterator[str]) -> Iterator[Finding]:
    """Yield what a LOCK TABLE does to ``names``."""
    for table in names:
        yield locking(
            "lock-table",
            table,
            "Let the statement take the lock that it needs, for as short as it can.",
        )


def added_column(action: Reader) -> bool:
    """Return whether an ADD, whose first word is read, adds a column; its name comes next then."""
    if action.take("COLUMN"):
        action.skip("IF NOT EXISTS")
        return True
    words = ("CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUDE", "INDEX", "KEY")
    more = ("FULLTEXT", "SPATIAL", "PARTITION", "PERIOD", "SYSTEM")
    if action.rest and action.rest[0].upper in (*words, *more):
        return False
    action.skip("IF NOT EXISTS")
    return True


def required(table: str, column: Reader) -> Iterator[Finding]:
    """Yield what a new column does that has to have a value, and is given none."""
    filled = ("DEFAULT", "GENERATED", "AS", "SERIAL", "BIGSERIAL", "SMALLSERIAL")
    if column.has("NOT NULL") and not any(column.has(word) for word in filled):
        yield locking(
            "add-column-required",
            table,
            "It fails where there are rows: add the column with a default, or nullable, fill it, and "
            "set NOT NULL after that.",
            any_row=True,
        )
