"""What is asked of SQLite: each pragma once, for all tables together."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from bootctl.verify.catalog.sqlite.definition import parsed
from bootctl.verify.catalog.sqlite.tokens import identifier

Row = Any
_LISTS_TABLES = (3, 37)
"""The release since which there is ``pragma_table_list``."""
_STORED = "m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
"""Names that begin with sqlite_ are the server's own: nobody else may give one."""


class Queries:
    """The queries for one schema."""

    def __init__(self, connection: Connection, schema: str) -> None:
        self._connection = connection
        self._schema = schema

    def master(self) -> list[Row]:
        """Return each object: type, name, table, text."""
        return self._all(
            "SELECT type, name, tbl_name, sql FROM {schema}.sqlite_master "
            "WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )

    def kinds(self, master: list[Row]) -> dict[str, tuple[str, bool, bool]]:
        """Return of each table whether it is one, ``virtual`` or ``shadow``, WITHOUT ROWID, STRICT."""
        version = self._connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        if tuple(int(part) for part in version.split(".")[:2]) < _LISTS_TABLES:
            return dict(_of_older(master))
        rows = self._all(
            "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = {literal} "
            "AND type <> 'view'"
        )
        return {name: (kind, bool(wr), bool(strict)) for name, kind, wr, strict in rows}

    def columns(self) -> list[Row]:
        """Return each column: table, name, type, not null, default, place in the key, hidden, place."""
        return self._of_tables(
            "m.name, p.name, p.type, p.[notnull], p.dflt_value, p.pk, p.hidden, p.cid",
            "pragma_table_xinfo",
        )

    def foreign_keys(self) -> list[Row]:
        """Return each column of a foreign key: table, number, place, target, column, its column, actions."""
        return self._of_tables(
            "m.name, p.id, p.seq, p.[table], p.[from], p.[to], p.on_update, p.on_delete",
            "pragma_foreign_key_list",
        )

    def indexes(self) -> list[Row]:
        """Return each column of an index: table, index, unique, origin, place, kind, column, order, collation."""
        return self._all(
            "SELECT m.name, p.name, p.[unique], p.origin, c.seqno, c.cid, c.name, c.desc, c.coll "
            "FROM {schema}.sqlite_master m, pragma_index_list(m.name, {literal}) p, "
            f"pragma_index_xinfo(p.name, {{literal}}) c WHERE {_STORED}AND c.key = 1"
        )

    def _of_tables(self, columns: str, pragma: str) -> list[Row]:
        return self._all(
            f"SELECT {columns} FROM {{schema}}.sqlite_master m, {pragma}(m.name, {{literal}}) p "
            f"WHERE {_STORED}"
        )

    def _all(self, query: str) -> list[Row]:
        literal = "'" + self._schema.replace("'", "''") + "'"
        statement = query.format(schema=identifier(self._schema), literal=literal)
        return list(self._connection.exec_driver_sql(statement).all())


def _of_older(master: list[Row]) -> Iterator[tuple[str, tuple[str, bool, bool]]]:
    """Yield what ``pragma_table_list`` says, where there is none.

    A shadow table is called as a virtual table is, with an underscore and a word.
    """
    tables = {name: sql for kind, name, _, sql in master if kind == "table"}
    virtual = {name for name, sql in tables.items() if sql.upper().startswith("CREATE VIRTUAL")}
    for name, sql in tables.items():
        options = [] if name in virtual else parsed(sql).options
        is_shadow = name.rpartition("_")[0] in virtual
        kind = "virtual" if name in virtual else "shadow" if is_shadow else "table"
        yield name, (kind, "WITHOUT ROWID" in options, "STRICT" in options)
