"""Rules for MySQL and MariaDB: what InnoDB copies, and what it does while others wait.

https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html and
https://mariadb.com/kb/en/innodb-online-ddl-overview/
"""

from collections.abc import Iterator

from bootctl.database.risks import RiskKind
from bootctl.migrate.risk.finding import Finding, destructive, locking, rewriting
from bootctl.migrate.risk.rules import common
from bootctl.migrate.risk.words import Reader

_ONLINE = (
    "Say ALGORITHM=INSTANT or INPLACE, so that the server refuses rather than copies, or use "
    "pt-online-schema-change or gh-ost."
)
_FOREIGN_KEY = (
    "It copies the table while nobody writes, unless foreign_key_checks is off: add it while the "
    "table is small or nobody writes."
)
_WITHOUT_COPY = ("INSTANT", "NOCOPY", "INPLACE")
_COPYING = {
    "CONVERT TO": "convert-charset",
    "ENGINE": "change-engine",
    "ROW_FORMAT": "change-format",
    "FORCE": "rebuild",
    "ORDER BY": "rebuild",
    "MODIFY": "column-type",
}


def findings(reader: Reader) -> Iterator[Finding]:
    """Yield what a statement does."""
    if any(
        reader.take(start) for start in ("ALTER TABLE", "ALTER ONLINE TABLE", "ALTER IGNORE TABLE")
    ):
        yield from _altered(reader)
    elif reader.take("CREATE"):
        yield from _create(reader)
    elif reader.take("OPTIMIZE"):
        reader.skip("NO_WRITE_TO_BINLOG", "LOCAL", "TABLE", "TABLES")
        for table in reader.names():
            yield rewriting(
                "optimize-table", table, "Leave it to a quiet hour, outside of a release."
            )
    elif reader.take("LOCK TABLE") or reader.take("LOCK TABLES"):
        yield from common.lock_tables(reader, (part.name() for part in reader.split()))
    elif reader.rest and reader.rest[0].upper == "RENAME":
        yield from common.renamed_tables(reader)
    else:
        yield from common.plain(reader)


def _altered(reader: Reader) -> Iterator[Finding]:
    words = [word.upper for word in reader.rest]
    options = {name: _option(words, name) for name in ("ALGORITHM", "LOCK")}
    found = list(common.alter_table(reader, _action))
    if options["ALGORITHM"] in _WITHOUT_COPY:
        found = [item for item in found if item.kind is RiskKind.DESTRUCTIVE]
    yield from found


def _option(words: list[str], name: str) -> str:
    """Return the value of an option such as ``ALGORITHM=COPY``; empty where it is not given."""
    for at, word in enumerate(words):
        if word == name:
            value = words[at + 1 : at + 3]
            return value[1] if value[:1] == ["="] and len(value) > 1 else "".join(value[:1])
    return ""


def _create(reader: Reader) -> Iterator[Finding]:
    is_slow = reader.take("FULLTEXT") or reader.take("SPATIAL")
    reader.skip("OR REPLACE", "UNIQUE")
    if not reader.take("INDEX"):
        return
    words = [word.upper for word in reader.rest]
    is_slow |= _option(words, "ALGORITHM") == "COPY"
    is_slow |= _option(words, "LOCK") in ("SHARED", "EXCLUSIVE")
    if is_slow and reader.skip_to("ON"):
        yield locking("create-index", reader.name(), _ONLINE)


def _action(table: str, action: Reader) -> Iterator[Finding]:
    if action.take("ADD"):
        added = _column if common.added_column(action) else _constraint
        yield from added(table, action)
    elif action.take("CHANGE"):
        action.skip("COLUMN", "IF EXISTS")
        old, new = action.name(), action.name()
        if old.lower() != new.lower():
            yield destructive("rename-column", table, _renamed(old, new))
        yield rewriting("column-type", table, _ONLINE)
    else:
        yield from _copying(table, action)


def _renamed(old: str, new: str) -> str:
    return (
        f"Code that still runs uses {old}: add {new} beside it, and drop {old} in a later release."
    )


def _copying(table: str, action: Reader) -> Iterator[Finding]:
    words = [word.upper for word in action.rest]
    if _option(words, "ALGORITHM") == "COPY":
        yield rewriting("algorithm-copy", table, _ONLINE)
    if _option(words, "LOCK") in ("SHARED", "EXCLUSIVE"):
        yield locking(
            "lock-table", table, "Say LOCK=NONE, so that the server refuses rather than locks."
        )
    for phrase, rule in _COPYING.items():
        if action.take(phrase):
            yield rewriting(rule, table, _ONLINE)
            return


def _column(table: str, column: Reader) -> Iterator[Finding]:
    column.name()
    if any(column.has(word) for word in ("STORED", "PERSISTENT", "AUTO_INCREMENT")):
        yield rewriting("add-column-computed", table, _ONLINE)
    elif column.has("DEFAULT UUID") or column.has("DEFAULT ( UUID"):
        yield rewriting("add-column-default", table, _ONLINE)
    if column.has("REFERENCES"):
        yield locking("add-foreign-key", table, _FOREIGN_KEY)


def _constraint(table: str, action: Reader) -> Iterator[Finding]:
    if action.take("CONSTRAINT"):
        action.skip("IF NOT EXISTS")
        named = ("FOREIGN", "CHECK", "PRIMARY", "UNIQUE")
        if action.rest and action.rest[0].upper not in named:
            action.name()
    if action.take("FOREIGN KEY"):
        yield locking("add-foreign-key", table, _FOREIGN_KEY)
    elif action.take("CHECK"):
        yield rewriting("add-check", table, _ONLINE)
    elif action.take("PRIMARY KEY"):
        yield rewriting("add-primary-key", table, _ONLINE)
    elif action.take("FULLTEXT") or action.take("SPATIAL"):
        yield locking("create-index", table, _ONLINE)
