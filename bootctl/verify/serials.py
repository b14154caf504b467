"""SERIAL columns, of which Alembic's comparison asks PostgreSQL one by one: all of them in one query."""

import re
from typing import Any

from alembic.ddl.postgresql import PostgresqlImpl
from alembic.runtime.migration import MigrationContext
from sqlalchemy import BIGINT, INTEGER, Connection

_NEXT = re.compile(r"nextval\('(.+?)'::regclass\)")
_OWNERS = """
    SELECT c.oid::regclass::text, a.attname
    FROM pg_class c
    JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass
        AND d.refclassid = 'pg_class'::regclass
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE c.relkind = 'S'
"""
"""A sequence as a default names it, and the column that it belongs to."""


def know_serials(context: MigrationContext) -> None:
    """Have what ``context`` compares find out of all SERIAL columns at once that they are that.

    Their defaults are no difference. An implementation of the project's own is left as it is.
    """
    impl: Any = context.impl
    if type(impl).autogen_column_reflect is PostgresqlImpl.autogen_column_reflect:
        assert context.connection is not None  # only MigrationContext's offline mode has none
        impl.autogen_column_reflect = _Serials(context.connection, impl.autogen_column_reflect)


class _Serials:
    """In the place of Alembic's listener, which is asked about what is not known."""

    def __init__(self, connection: Connection, asking: Any) -> None:
        self._connection, self._asking = connection, asking
        self._owners: dict[str, str] | None = None

    def __call__(self, inspector: Any, table: Any, column: Any) -> None:
        named = _NEXT.match(column.get("default") or "")
        if named is None or not isinstance(column["type"], (INTEGER, BIGINT)):
            return
        if self._owners is None:
            self._owners = dict(self._connection.exec_driver_sql(_OWNERS).all())
        owner = self._owners.get(named[1])
        if owner is None:
            self._asking(inspector, table, column)
        elif owner == column["name"]:
            del column["default"]
