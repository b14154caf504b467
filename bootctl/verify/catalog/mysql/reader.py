"""The catalog of a database of MySQL or MariaDB."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bootctl.database import driver_errors
from bootctl.verify.catalog.mysql import columns, grants, keys, queries, routines, tables
from bootctl.verify.catalog.mysql.details import actions_shown, parsers
from bootctl.verify.catalog.mysql.names import Scope
from bootctl.verify.catalog.mysql.queries import Query, Row, Server
from bootctl.verify.catalog.mysql.visible import Visible
from bootctl.verify.catalog.objects import Catalog, SchemaObject


def read(connection: Connection, schemas: tuple[str, ...]) -> Catalog:
    """See ``bootctl.verify.catalog.read.read``."""
    server = queries.server(connection)
    wanted = dict.fromkeys((server.schema, *schemas))
    visible = Visible(connection)
    found = [_Schema(connection, server, schema) for schema in wanted]
    objects = [item for schema in found for item in schema.objects()]
    objects += [item for schema in found for item in schema.grants(every=visible.every_grant)]
    hidden = {phrase: None for schema in found for phrase in schema.unseen}
    hidden |= dict.fromkeys(visible.unseen(server.schema, objects))
    return Catalog(objects, server.title, hidden)


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
        self.unseen: list[str] = []
        self._tables: list[Row] = []

    def objects(self) -> Iterator[SchemaObject]:
        """Yield all that is in it."""
        yield from self._itself()
        yield from self.of_tables()
        if any(row[1] == "VIEW" for row in self._tables):
            yield from routines.views(self._rows(queries.views(self._server)), self._scope)
        yield from routines.routines(
            self._rows(queries.ROUTINES), self._rows(queries.PARAMETERS), self._scope
        )
        yield from routines.events(self._rows(queries.EVENTS), self._scope)

    def of_tables(self) -> Iterator[SchemaObject]:
        """Yield the tables, what belongs to them, and sequences."""
        found = self._tables = list(self._rows(queries.TABLES))
        real = {row[0] for row in found if row[1] not in tables.NO_TABLES}
        is_parted = any("partitioned" in (row[4] or "") for row in found)
        partitions = self._rows(queries.PARTITIONS) if is_parted else ()
        yield from tables.tables(found, partitions, self._scope)
        yield from self._sequences(found)
        yield from self._columns(real)
        yield from self._keys({row[0]: row[2] for row in found})
        yield from routines.triggers(self._rows(queries.TRIGGERS), self._scope)

    def grants(self, *, every: bool) -> Iterator[SchemaObject]:
        """Yield what is granted on the tables; on routines, too, where ``every`` grant is shown."""
        names = {row[0] for row in self._tables}
        for query in (queries.TABLE_GRANTS, queries.COLUMN_GRANTS):
            yield from grants.grants(self._rows(query), names, self._scope)
        if every:
            rows = self._connection.execute(
                text(queries.ROUTINE_GRANTS), {"schema": self._scope.schema}
            )
            yield from grants.on_routines(map(list, rows), self._scope)

    def _sequences(self, rows: list[Row]) -> list[SchemaObject]:
        """Return the sequences, none where the role may not read them."""
        try:
            return list(tables.sequences(self._connection, rows, self._scope))
        except DBAPIError as error:
            failure = driver_errors.classify(error)
            if failure is None or failure.kind != "permission":
                raise
            self.unseen.append("sequences")
            return []

    def _rows(self, query: Query) -> Iterator[Row]:
        return query.rows(self._connection, self._server, self._scope.schema)

    def _itself(self) -> Iterator[SchemaObject]:
        for (collation,) in self._rows(queries.SCHEMA):
            yield SchemaObject("schema", self._scope.title, parts={"collation": collation})

    def _columns(self, real: Collection[str]) -> Iterator[SchemaObject]:
        checks = list(self._rows(queries.checks(self._server)))
        own = {(row[0], row[1]): row[3] for row in checks if row[2] == "Column"}
        rows = (row for row in self._rows(queries.columns(self._server)) if row[0] in real)
        yield from columns.columns(rows, own, self._scope, self._server)
        yield from keys.checks(checks, self._scope, self._server)

    def _keys(self, engines: Mapping[str, str]) -> Iterator[SchemaObject]:
        indexes = list(self._rows(queries.statistics(self._server)))
        found = parsers(self._connection, self._scope.schema, indexes)
        yield from keys.indexes(indexes, engines, found, self._scope, self._server)
        references = list(self._rows(queries.KEYS))
        rows = self._rows(queries.ACTIONS) if references else ()
        actions = {(row[0], row[1]): (row[2], row[3]) for row in rows}
        hidden = {row[0] for row in references if (row[0], row[1]) not in actions}
        actions |= actions_shown(self._connection, self._scope.schema, hidden)
        yield from keys.foreign_keys(references, actions, self._scope)
