"""As temporary tables of MySQL, which its catalog does not list, so that their text is read."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.schema import CreateIndex, CreateTable

from bootctl.verify.apart.creating import Failures, failing
from bootctl.verify.catalog.objects import Catalog, SchemaObject, said

_CHECK = re.compile(r"^ *CONSTRAINT `((?:[^`]|``)+)` CHECK \((.*)\),?$", re.MULTILINE)
_GENERATED = re.compile(
    r"^ *`((?:[^`]|``)+)` .* GENERATED ALWAYS AS \((.*)\) (VIRTUAL|STORED|PERSISTENT)", re.MULTILINE
)
_COLUMN = re.compile(
    r"^ *`((?:[^`]|``)+)` (\w+(?:\((?:'(?:[^']|'')*'|[^)'])*\))?(?: unsigned)?(?: zerofill)?)",
    re.MULTILINE,
)
_JSON = re.compile(r"^ *`((?:[^`]|``)+)` longtext .*CHECK \(json_valid\(`\1`\)\),?$", re.MULTILINE)
"""What MariaDB makes of a JSON."""
_NEVER_TEMPORARY = ("FULLTEXT", "SPATIAL")
"""Indexes that a temporary table of InnoDB cannot have. https://mariadb.com/kb/en/full-text-index-overview/"""
_INDEXED = r"`(?:[^`]|``)+`(?:\(\d+\))?(?: DESC)?"
_INDEX = re.compile(
    rf"^ *(?:(UNIQUE|FULLTEXT|SPATIAL) )?KEY `((?:[^`]|``)+)` \(({_INDEXED}(?:,{_INDEXED})*)\),?$",
    re.MULTILINE,
)


def shown(connection: Connection, tables: list[Table]) -> tuple[Catalog, Failures]:
    """Return what ``tables`` are once they are made, as their server shows them."""
    failures: Failures = {}
    found: list[SchemaObject] = []
    for table in tables:
        quoted = connection.dialect.identifier_preparer.format_table(table)
        with failing(table, failures):
            connection.exec_driver_sql(_with_indexes(table, quoted, connection.dialect))
            try:
                row = connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}").one()
                found += _of_text(table.name, row[1])
            finally:
                connection.exec_driver_sql(f"DROP TEMPORARY TABLE {quoted}")
    return Catalog(found), failures


def _with_indexes(table: Table, quoted: str, dialect: Dialect) -> str:
    """Return the statement that makes a temporary table with its indexes: CREATE INDEX would commit."""
    create = CreateTable(table, include_foreign_key_constraints=[])
    text = str(create.compile(dialect=dialect)).strip()
    inline = ""
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        own = str(CreateIndex(index).compile(dialect=dialect)).strip().removeprefix("CREATE ")
        if not own.startswith(_NEVER_TEMPORARY):
            inline += own.replace(f" ON {quoted} (", " (", 1) + ", "
    text = text.replace(f"{quoted} (", f"{quoted} ({inline}", 1)
    return text.replace("CREATE", "CREATE TEMPORARY", 1)


def _of_text(table: str, text: str) -> Iterator[SchemaObject]:

    def item(kind: str, name: str, **parts: str) -> SchemaObject:
        own = name.replace("``", "`")
        return SchemaObject(kind, f"{table}.{own}", table, said(parts))

    for name, definition in _CHECK.findall(text):
        yield item("check", name, definition=definition)
    documents = set(_JSON.findall(text))
    for name, kind in _COLUMN.findall(text):
        yield item("column", name, type="json" if name in documents else kind)
    for name, expression, how in _GENERATED.findall(text):
        words = f"({expression}) {'virtual' if how == 'VIRTUAL' else 'stored'}"
        yield item("column", name, generated=words)
    for kind, name, columns in _INDEX.findall(text):
        method, unique = ("", "yes") if kind == "UNIQUE" else (kind, "")
        columns = columns.replace(",`", ", `")
        yield item("index", name, columns=columns, unique=unique, method=method)
