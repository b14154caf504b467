"""Rules for PostgreSQL: https://www.postgresql.org/docs/current/sql-altertable.html, its notes."""

from collections.abc import Iterator
from itertools import pairwise

from bootctl.migrate.risk.finding import Finding, locking, rewriting
from bootctl.migrate.risk.rules import common
from bootctl.migrate.risk.words import Reader

_NOT_VALID = (
    "Add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction, which lets others write."
)
_USING_INDEX = (
    "Create the index CONCURRENTLY, and add the constraint USING INDEX, which needs no scan."
)
_CONCURRENTLY = "Create it CONCURRENTLY, outside of a transaction: then others can write meanwhile."
_IN_STEPS = (
    "Add the column as nullable and without it, fill the rows in batches, and set the default for "
    "new ones."
)
_CONSTANT = frozenset(
    [
        *(
            "NOW",
            "CURRENT_DATE",
            "CURRENT_TIME",
            "CURRENT_TIMESTAMP",
            "LOCALTIME",
            "LOCALTIMESTAMP",
        ),
        *("CURRENT_USER", "SESSION_USER", "USER", "TRANSACTION_TIMESTAMP", "STATEMENT_TIMESTAMP"),
        *("JSON_BUILD_OBJECT", "JSONB_BUILD_OBJECT", "TIMEZONE", "LOWER", "UPPER", "COALESCE"),
        *("CONCAT", "TO_JSONB", "TO_JSON", "DATE_TRUNC", "CURRENT_SETTING", "CAST", "ARRAY"),
        *("INTERVAL", "VARCHAR", "CHARACTER", "CHAR", "NUMERIC", "DECIMAL", "TIMESTAMP", "TIME"),
    ]
)
"""Functions, and types with a length, that have one value in all of a statement: no row is written."""
_SERIAL = ("SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL8", "SERIAL4", "SERIAL2")
_ENDS_DEFAULT = ("NOT", "NULL", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "CONSTRAINT", "COLLATE")


def findings(reader: Reader) -> Iterator[Finding]:
    """Yield what a statement does."""
    if reader.take("ALTER TABLE"):
        yield from common.alter_table(reader, _action)
    elif reader.take("CREATE"):
        yield from _create(reader)
    elif reader.take("VACUUM"):
        yield from _vacuum(reader)
    elif reader.take("CLUSTER"):
        reader.skip("VERBOSE")
        yield rewriting(
            "cluster", reader.name(), "Use pg_repack, which lets others read and write."
        )
    elif reader.take("REINDEX"):
        yield from _reindex(reader)
    elif reader.take("LOCK"):
        reader.skip("TABLE", "ONLY")
        yield from common.lock_tables(reader, iter(reader.names()))
    elif reader.take("REFRESH MATERIALIZED VIEW"):
        if not reader.take("CONCURRENTLY"):
            yield locking("refresh-view", reader.name(), "Refresh it CONCURRENTLY.")
    else:
        yield from common.plain(reader)


def _create(reader: Reader) -> Iterator[Finding]:
    reader.skip("UNIQUE")
    if reader.take("INDEX") and not reader.take("CONCURRENTLY") and reader.skip_to("ON"):
        reader.skip("ONLY")
        yield locking("create-index", reader.name(), _CONCURRENTLY)


def _vacuum(reader: Reader) -> Iterator[Finding]:
    if reader.has("FULL"):
        reader.skip_to(")") or reader.skip_to("FULL")
        reader.skip("FREEZE", "VERBOSE", "ANALYZE")
        yield rewriting("vacuum-full", reader.name(), "Use pg_repack, or VACUUM without FULL.")


def _reindex(reader: Reader) -> Iterator[Finding]:
    if not reader.has("CONCURRENTLY"):
        is_table = reader.skip_to("TABLE")
        yield locking("reindex", reader.name() if is_table else "", "Reindex CONCURRENTLY.")


def _action(table: str, action: Reader) -> Iterator[Finding]:
    if action.take("ADD"):
        added = _column if common.added_column(action) else _constraint
        yield from added(table, action)
    elif action.take("ALTER"):
        action.skip("COLUMN")
        action.name()
        yield from _altered(table, action)
    elif action.take("SET"):
        words = ("LOGGED", "UNLOGGED", "TABLESPACE", "ACCESS METHOD")
        if any(action.take(word) for word in words):
            yield rewriting("set-storage", table, "Make a new table, and move the rows in batches.")


def _altered(table: str, action: Reader) -> Iterator[Finding]:
    if action.take("SET NOT NULL"):
        yield locking(
            "set-not-null",
            table,
            "Add a CHECK (... IS NOT NULL) NOT VALID, validate it, and set NOT NULL after that: it "
            "then scans nothing.",
        )
    elif action.take("TYPE") or action.take("SET DATA TYPE"):
        yield rewriting(
            "column-type",
            table,
            "Add a column of the new type, fill it in batches, and change to it in a later release.",
        )


def _column(table: str, column: Reader) -> Iterator[Finding]:
    column.name()
    yield from common.required(table, column)
    if any(column.has(word) for word in _SERIAL) or column.has("AS IDENTITY"):
        yield rewriting("add-column-computed", table, _IN_STEPS)
    elif column.has("GENERATED ALWAYS AS"):
        if not column.has("VIRTUAL"):
            yield rewriting("add-column-computed", table, _IN_STEPS)
    elif _is_volatile(column):
        yield rewriting("add-column-default", table, _IN_STEPS)
    yield from _inline(table, column)


def _inline(table: str, column: Reader) -> Iterator[Finding]:
    if column.has("CHECK"):
        yield locking("add-check", table, _NOT_VALID)
    if column.has("UNIQUE") or column.has("PRIMARY KEY"):
        rule = "add-primary-key" if column.has("PRIMARY KEY") else "add-unique"
        yield locking(rule, table, _USING_INDEX)


def _is_volatile(column: Reader) -> bool:
    """Return whether the default has a function whose value may be another for each row."""
    rest = Reader(column.rest)
    if not rest.skip_to("DEFAULT"):
        return False
    words = rest.rest
    for word, following in pairwise(words):
        if word.upper in _ENDS_DEFAULT:
            return False
        is_called = following.text == "(" and word.text[:1] not in "'(,"
        if (
            is_called
            and word.upper not in _CONSTANT
            and word.text not in ("::", ")", "+", "-", "||")
        ):
            return True
    return False


def _constraint(table: str, action: Reader) -> Iterator[Finding]:
    if action.take("CONSTRAINT"):
        action.name()
    if action.take("FOREIGN KEY"):
        if not action.has("NOT VALID"):
            yield locking("add-foreign-key", table, _NOT_VALID)
    elif action.take("CHECK"):
        if not action.has("NOT VALID"):
            yield locking("add-check", table, _NOT_VALID)
    elif action.has("USING INDEX"):
        return
    elif action.take("UNIQUE"):
        yield locking("add-unique", table, _USING_INDEX)
    elif action.take("PRIMARY KEY"):
        yield locking("add-primary-key", table, _USING_INDEX)
    elif action.take("EXCLUDE"):
        yield locking(
            "add-exclude", table, "Add it while nobody writes: it has no way without a scan."
        )
