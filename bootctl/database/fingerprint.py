"""Whether a statement has changed a schema: one value for all that its catalog says."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from bootctl.database import shown
from bootctl.database.catalog_hash import hashed
from bootctl.database.shown import table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MYSQL_TABLES = (
    (
        "tables",
        "table_schema",
        "table_name, table_type, engine, table_collation, create_options, table_comment",
    ),
    (
        "columns",
        "table_schema",
        "table_name, ordinal_position, column_name, column_type, is_nullable, column_default, "
        "extra, generation_expression, column_comment, collation_name",
    ),
    (
        "statistics",
        "table_schema",
        "table_name, index_name, seq_in_index, column_name, non_unique, index_type, sub_part",
    ),
    ("table_constraints", "table_schema", "table_name, constraint_name, constraint_type"),
    (
        "key_column_usage",
        "table_schema",
        "table_name, constraint_name, column_name, ordinal_position, referenced_table_name, "
        "referenced_column_name",
    ),
    (
        "referential_constraints",
        "constraint_schema",
        "table_name, constraint_name, update_rule, delete_rule",
    ),
)
_MYSQL_OTHERS = (
    (
        "partitions",
        "table_schema",
        "table_name, partition_name, subpartition_name, partition_method, partition_expression, "
        "partition_description",
    ),
    ("views", "table_schema", "table_name, view_definition"),
    (
        "triggers",
        "trigger_schema",
        "event_object_table, trigger_name, action_timing, event_manipulation, action_statement",
    ),
    ("routines", "routine_schema", "routine_name, routine_type, routine_definition"),
)
"""Of information_schema: a table, its column with the schema's name, and what it says of that."""

_NOT_SYSTEM = "NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'"
_POSTGRESQL = (
    "SELECT n.nspname, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.reloptions, "
    "obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = "
    f"c.relnamespace WHERE n.nspname {_NOT_SYSTEM}",
    "SELECT c.oid::regclass::text, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), "
    "a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), "
    "col_description(c.oid, a.attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = c.oid "
    f"AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname {_NOT_SYSTEM}",
    "SELECT pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready FROM pg_index i JOIN pg_class "
    f"c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname "
    f"{_NOT_SYSTEM}",
    "SELECT o.conrelid::regclass::text, o.conname, pg_get_constraintdef(o.oid), o.convalidated FROM "
    f"pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace WHERE n.nspname {_NOT_SYSTEM}",
    "SELECT e.enumtypid::regtype::text, e.enumlabel, e.enumsortorder FROM pg_enum e",
    "SELECT n.nspname, t.typname, t.typtype FROM pg_type t JOIN pg_namespace n ON n.oid = "
    f"t.typnamespace WHERE n.nspname {_NOT_SYSTEM}",
    "SELECT pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    f"WHERE c.relkind IN ('v', 'm') AND n.nspname {_NOT_SYSTEM}",
    "SELECT pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t WHERE NOT t.tgisinternal",
    "SELECT p.oid::regprocedure::text, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = "
    f"p.pronamespace WHERE n.nspname {_NOT_SYSTEM}",
    "SELECT extname, extversion FROM pg_extension",
    "SELECT nspname FROM pg_namespace n WHERE n.nspname " + _NOT_SYSTEM,
)

_SQLITE = ("SELECT type, name, tbl_name, sql FROM sqlite_master",)


def fingerprint(connection: "Connection", table: str = "") -> str:
    """Return a hash of tables, columns, keys, indexes, views, triggers and routines, not of any row.

    On PostgreSQL of all schemas, on MySQL of the connection's database, or of a ``table`` in it; empty
    where there is none. Equal before and after a statement: it has changed nothing of these.
    """
    answers = [
        connection.exec_driver_sql(query).all()
        for query in _queries(connection.dialect.name, table)
    ]
    if table and not any(answers):
        return ""
    value = blake2b(digest_size=16)
    for rows in answers:
        value.update(repr(sorted(map(repr, rows))).encode())
    return value.hexdigest()


def before(connection: "Connection", statement: str) -> dict[str, Any]:
    """Return what ``is_as_before`` needs from before ``statement``: of one table, if it is of one.

    What is said of all tables takes MySQL longer, the more there are.
    """
    table = table_of(statement) if connection.dialect.name in ("mysql", "mariadb") else None
    found = shown.before(connection, table) if table else None
    return found or {"catalog": fingerprint(connection)}


def is_as_before(connection: "Connection", kept: Mapping[str, Any]) -> bool:
    """Return whether all that ``before`` was asked about is as it was.

    A release before this one has kept the ``fingerprint`` of a ``table``.
    """
    if "shown" in kept:
        return shown.is_as_before(connection, kept)
    return fingerprint(connection, kept.get("table", "")) == str(kept["catalog"])


def _queries(dialect: str, table: str) -> Sequence[str]:
    return {"postgresql": _POSTGRESQL, "sqlite": _SQLITE}.get(dialect) or (_of_mysql(table),)


def _of_mysql(only: str) -> str:
    """Return one query, whose rows the server hashes: it is asked before each statement of a migration."""
    named = f" AND table_name = '{only}'" if only else ""
    hashes = (
        hashed(columns, f"information_schema.{table} WHERE {schema} = DATABASE(){named}")
        for table, schema, columns in (*_MYSQL_TABLES, *(() if only else _MYSQL_OTHERS))
    )
    there = (
        f" FROM information_schema.tables WHERE table_schema = DATABASE(){named}" if only else ""
    )
    return f"SELECT {', '.join(hashes)}{there}"


_OBJECTS = {
    "postgresql": """
        SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                 WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' ELSE 'table' END,
               n.nspname || '.' || c.relname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'i', 'f') AND c.relpersistence <> 't'
          AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
        UNION ALL
        SELECT 'type', n.nspname || '.' || t.typname
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd', 'r') AND n.nspname NOT LIKE 'pg\\_%%'
          AND n.nspname <> 'information_schema'
        UNION ALL
        SELECT 'schema', nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%%' AND nspname <> 'information_schema'
        UNION ALL
        SELECT 'column', format('%%s.%%s.%%s %%s', n.nspname, c.relname, a.attname,
                                format_type(a.atttypid, a.atttypmod))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f')
          AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\\_%%'
          AND n.nspname <> 'information_schema'
        UNION ALL
        SELECT 'constraint', format('%%s.%%s', o.conrelid::regclass, o.conname)
        FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
        WHERE o.conrelid <> 0 AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
        UNION ALL
        SELECT 'trigger', format('%%s.%%s', t.tgrelid::regclass, t.tgname)
        FROM pg_trigger t WHERE NOT t.tgisinternal
        UNION ALL
        SELECT 'function', p.oid::regprocedure::text
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
    """,
    "sqlite": "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%%' ESCAPE '\\'",
}


def objects(connection: "Connection") -> frozenset[str]:
    """Return the names of the tables, views, sequences, indexes, types and what is theirs.

    Each is after its kind, a column before its type. None of a database that cannot roll DDL back.
    """
    query = _OBJECTS.get(connection.dialect.name)
    rows = connection.exec_driver_sql(query).all() if query else ()
    return frozenset(f"{kind} {name}" for kind, name in rows)
