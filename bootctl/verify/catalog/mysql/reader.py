"""The catalog of a database of MySQL or MariaDB."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection

from bootctl.verify.catalog.mysql import columns, keys, queries, routines, tables
from bootctl.verify.catalog.mysql.details import actions_shown, parsers
from bootctl.verify.catalog.mysql.names import Scope
from bootctl.verify.catalog.mysql.queries import Query, Row, Server
from bootctl.verify.catalog.mysql.visible import unseen
from bootctl.verify.catalog.objects import Catalog, SchemaObject


def read(connection: Connection, schemas: tuple[str, ...]) -> Catalog:
    """See ``bootctl.verify.catalog.read.read``."""
    server = queries.server(connection)
    objects = [
        item
        for schema in dict.fromkeys((server.schema, *schemas))
        for item in _Schema(connection, server, schema).objects()
    ]
    return Catalog(objects, server.title, unseen(connection, server.schema, objects))


def read_tables(connection: Connection, tables: Collection[str]) -> Catalog:
    """See ``bootctl.verify.catalog.read.read_tables``."""
    server = queries.server(connection)
    objects = _Schema(connection, server, server.schema).of_tables()
    return Catalog(objects, server.title).only(tables)


class _Schema:
    """One schema, as it is read."""

    def __init__(self, connection: Connection, server: Server, schema: str) -> None:
        self._connection = connection
        self._server = server
        self._scope = Scope(schema, server.schema)

    def objects(self) -> Iterator[SchemaObject]:
        """Yield all that is in it."""
        yield from self._itself()
        yield from self.of_tables()
        yield from routines.views(self._rows(queries.views(self._server)), self._scope)
        yield from routines.routines(
            self._rows(queries.ROUTINES), self._rows(queries.PARAMETERS), self._scope
        )
        yield from routines.events(self._rows(queries.EVENTS), self._scope)

    def of_tables(self) -> Iterator[SchemaObject]:
        """Yield the tables, what belongs to them, and sequences."""
        found = list(self._rows(queries.TABLES))
        real = {row[0] for row in found if row[1] != "SEQUENCE"}
        yield from tables.tables(found, self._rows(queries.PARTITIONS), self._scope)
        yield from tables.sequences(self._connection, found, self._scope)
        yield from self._columns(real)
        yield from self._keys()
        yield from routines.triggers(self._rows(queries.TRIGGERS), self._scope)

    def _rows(self, query: Query) -> Iterator[Row]:
        return query.rows(self._connection, self._server, self._scope.schema)

    def _itself(self) -> Iterator[SchemaObject]:
        for (collation,) in self._rows(queries.SCHEMA):
            yield SchemaObject("schema", self._scope.title, parts={"collation": collation})

    def _columns(self, real: Collection[str]) -> Iterator[SchemaObject]:
        checks = list(self._rows(queries.checks(self._server)))
        own = {(row[0], row[1]): row[3] for row in checks if row[2] == "Column"}
        rows = (row for row in self._rows(queries.columns(self._server)) if row[0] in real)
        yield from columns.columns(rows, own, self._scope, self._server.is_mariadb)
        yield from keys.checks(checks, self._scope)

    def _keys(self) -> Iterator[SchemaObject]:
        indexes = list(self._rows(queries.statistics(self._server)))
        found = parsers(self._connection, self._scope.schema, indexes)
        yield from keys.indexes(indexes, found, self._scope, self._server.is_mariadb)
        references = list(self._rows(queries.KEYS))
        actions = {(row[0], row[1]): (row[2], row[3]) for row in self._rows(queries.ACTIONS)}
        hidden = {row[0] for row in references if (row[0], row[1]) not in actions}
        actions |= actions_shown(self._connection, self._scope.schema, hidden)
        yield from keys.foreign_keys(references, actions, self._scope)
