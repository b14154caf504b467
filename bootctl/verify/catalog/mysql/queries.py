"""What is asked of information_schema: a query for each of its tables, and none for each table of the schema.

A row that arrives costs a client in Python more than it costs the server to make it, so the rows of
one table arrive as one value, in JSON.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from bootctl.values import frozen

Row = list[Any]
_ESCAPED = re.compile(r"\\(['\\])")


@frozen
class Server:
    """Which server answers."""

    version: str
    schema: str
    """The connection's database."""

    @property
    def is_mariadb(self) -> bool:
        """Return whether it is MariaDB, which information_schema says otherwise than MySQL."""
        return "mariadb" in self.version.lower()

    def plain(self, expression: str) -> str:
        """Return an expression without the backslashes that MySQL puts before its quotes."""
        return expression if self.is_mariadb else _ESCAPED.sub(r"\1", expression)

    @property
    def title(self) -> str:
        """Return its kind and major version: catalogs of another one do not compare as text."""
        release = self.version.lower().removeprefix("5.5.5-")
        major = ".".join(release.split("-", maxsplit=1)[0].split(".")[:2])
        return f"{'MariaDB' if self.is_mariadb else 'MySQL'} {major}"


def server(connection: Connection) -> Server:
    """Return which server is behind ``connection``, and its database."""
    version, schema = connection.exec_driver_sql("SELECT VERSION(), DATABASE()").one()
    return Server(version, schema or "")


@frozen
class Query:
    """A question to one table of information_schema."""

    source: str
    schema: str
    """The column that holds the schema's name."""
    group: str
    """The column whose value the rows share that arrive together."""
    columns: str
    where: str = "TRUE"

    def rows(self, connection: Connection, server: Server, schema: str) -> Iterator[Row]:
        """Yield the rows for one schema, in no order."""
        found = connection.execute(text(self._statement(server)), {"schema": schema})
        for (value,) in found:
            yield from json.loads(f"[{value}]" if server.is_mariadb else value)

    def _statement(self, server: Server) -> str:
        row = f"JSON_ARRAY({self.columns})"
        select = (
            f"FROM information_schema.{self.source} WHERE {self.schema} = :schema "
            f"AND {self.where} GROUP BY {self.group}"
        )
        if server.is_mariadb:  # the default of 1 MiB may be set lower, and cuts without an error
            longest = "SET STATEMENT group_concat_max_len = 1073741824 FOR"
            return f"{longest} SELECT GROUP_CONCAT({row} SEPARATOR ',') {select}"
        return f"SELECT JSON_ARRAYAGG({row}) {select}"


SCHEMA = Query("schemata", "schema_name", "schema_name", "default_collation_name")
TABLES = Query(
    "tables",
    "table_schema",
    "engine",
    "table_name, table_type, engine, table_collation, create_options, table_comment",
)
_COLUMNS = (
    "table_name, ordinal_position, column_name, column_type, is_nullable, column_default, generation_expression, "
    "extra, collation_name, column_comment, "
)
_STATISTICS = (
    "table_name, index_name, seq_in_index, non_unique, column_name, collation, sub_part, "
    "index_type, index_comment, "
)
KEYS = Query(
    "key_column_usage",
    "table_schema",
    "table_name",
    "table_name, constraint_name, ordinal_position, column_name, referenced_table_schema, "
    "referenced_table_name, referenced_column_name",
    "referenced_table_name IS NOT NULL",
)
ACTIONS = Query(
    "referential_constraints",
    "constraint_schema",
    "table_name",
    "table_name, constraint_name, update_rule, delete_rule",
)
PARTITIONS = Query(
    "partitions",
    "table_schema",
    "table_name",
    "table_name, partition_name, partition_ordinal_position, subpartition_name, partition_method, "
    "partition_expression, subpartition_method, subpartition_expression, partition_description, "
    "partition_comment",
    "partition_name IS NOT NULL",
)
_VIEWS = "table_name, view_definition, check_option, security_type, "
TRIGGERS = Query(
    "triggers",
    "trigger_schema",
    "event_object_table",
    "event_object_table, trigger_name, action_timing, event_manipulation, action_order, "
    "action_statement, sql_mode",
)
ROUTINES = Query(
    "routines",
    "routine_schema",
    "routine_name",
    "routine_type, routine_name, dtd_identifier, character_set_name, routine_definition, "
    "is_deterministic, sql_data_access, security_type, routine_comment, sql_mode",
)
PARAMETERS = Query(
    "parameters",
    "specific_schema",
    "specific_name",
    "routine_type, specific_name, ordinal_position, parameter_mode, parameter_name, "
    "dtd_identifier, character_set_name",
    "ordinal_position > 0",
)
EVENTS = Query(
    "events",
    "event_schema",
    "event_name",
    "event_name, event_type, CAST(execute_at AS CHAR), CAST(interval_value AS CHAR), interval_field, "
    "CAST(ends AS CHAR), time_zone, status, on_completion, event_comment, event_definition, sql_mode",
)
TABLE_GRANTS = Query(
    "table_privileges",
    "table_schema",
    "table_name",
    "table_name, '', grantee, privilege_type, is_grantable",
)
COLUMN_GRANTS = Query(
    "column_privileges",
    "table_schema",
    "table_name",
    "table_name, column_name, grantee, privilege_type, is_grantable",
)
ROUTINE_GRANTS = """
    SELECT routine_type, routine_name, user, host, CAST(proc_priv AS CHAR) FROM mysql.procs_priv
    WHERE db = :schema AND proc_priv <> ''
"""
"""Not in information_schema, so only for who may read the server's own tables."""


def columns(server: Server) -> Query:
    """Return the query for columns; MySQL alone says which reference system a geometry has."""
    more = "NULL" if server.is_mariadb else "srs_id"
    return Query("columns", "table_schema", "table_name", _COLUMNS + more)


def statistics(server: Server) -> Query:
    """Return the query for indexes; MySQL alone has indexes of expressions."""
    more = (
        "ignored, NULL" if server.is_mariadb else "IF(is_visible = 'NO', 'YES', 'NO'), expression"
    )
    return Query("statistics", "table_schema", "table_name", _STATISTICS + more)


def checks(server: Server) -> Query:
    """Return the query for CHECK constraints, which MySQL keeps in two tables, and never in a column."""
    if server.is_mariadb:
        return Query(
            "check_constraints",
            "constraint_schema",
            "table_name",
            "table_name, constraint_name, level, check_clause, 'YES'",
        )
    return Query(
        "table_constraints JOIN information_schema.check_constraints "
        "USING (constraint_schema, constraint_name)",
        "table_schema",
        "table_name",
        "table_name, constraint_name, 'Table', check_clause, enforced",
        "constraint_type = 'CHECK'",
    )


def views(server: Server) -> Query:
    """Return the query for views; MariaDB alone says their algorithm."""
    more = "algorithm" if server.is_mariadb else "'UNDEFINED'"
    return Query("views", "table_schema", "table_name", _VIEWS + more)
