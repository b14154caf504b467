"""What SHOW CREATE TABLE alone says, for the few tables that have it."""

import re
from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from bootctl.verify.catalog.mysql.names import quoted
from bootctl.verify.catalog.mysql.queries import Row

_NAME = r"`((?:[^`]|``)+)`"
_PARSER = re.compile(rf"FULLTEXT KEY {_NAME} .*WITH PARSER `?(\w+)`?")
_FOREIGN_KEY = re.compile(rf"CONSTRAINT {_NAME} FOREIGN KEY .*")
_ACTION = r" ON {} (CASCADE|SET NULL|SET DEFAULT|RESTRICT|NO ACTION)"
_ON_UPDATE, _ON_DELETE = (re.compile(_ACTION.format(word)) for word in ("UPDATE", "DELETE"))


def parsers(
    connection: Connection, schema: str, indexes: Iterable[Row]
) -> dict[tuple[str, str], str]:
    """Return the parsers of full-text indexes that are not the built-in one, by table and index."""
    return {
        (table, match[1].replace("``", "`")): match[2]
        for table in sorted({row[0] for row in indexes if row[7] == "FULLTEXT"})
        for match in _PARSER.finditer(_shown(connection, schema, table))
    }


def actions_shown(
    connection: Connection, schema: str, tables: Collection[str]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the actions of foreign keys, by table and name.

    For who may only read, information_schema has the columns of a foreign key, not its actions.
    """
    return {
        (table, match[1].replace("``", "`")): (
            _action(_ON_UPDATE, match.group()),
            _action(_ON_DELETE, match.group()),
        )
        for table in sorted(tables)
        for match in _FOREIGN_KEY.finditer(_shown(connection, schema, table))
    }


def _action(pattern: re.Pattern[str], definition: str) -> str:
    found = pattern.search(definition)
    return found[1] if found else ""


def _shown(connection: Connection, schema: str, table: str) -> str:
    name = f"{quoted(schema)}.{quoted(table)}".replace("%", "%%")
    return str(connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1])
