"""Primary keys, constraints and indexes."""

from bootctl.verify.catalog.postgresql.clauses import groups
from bootctl.verify.catalog.postgresql.query import Query, Row
from bootctl.verify.catalog.postgresql.scope import (
    Scope,
    access_method,
    comment,
    options,
    shown,
    tablespace,
)

_TRIGGERS = """
    (SELECT string_agg(DISTINCT CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END, ', ')
    FROM pg_trigger t WHERE t.tgconstraint = o.oid AND t.tgenabled <> 'O')
"""
"""The expression of when the triggers of a constraint act, where somebody has changed that."""
_ACTION = "CASE {} WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END"
_BTREE = 403
"""The OID of what indexes mostly are: src/include/catalog/pg_am.dat of the server."""


def _constraints(scope: Scope) -> str:
    unenforced = scope.since(18, "NOT o.conenforced", "false")
    return f"""
        SELECT
            CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'constraint'
                WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' ELSE 'exclusion' END AS kind,
            c.name || '.' || {shown("o.conname")} AS name,
            c.name AS table,
            CASE WHEN o.contype IN ('p', 'u', 'f') THEN pg_get_constraintdef(o.oid) END AS rendered,
            CASE o.contype WHEN 'c' THEN pg_get_expr(o.conbin, o.conrelid)
                WHEN 'x' THEN pg_get_constraintdef(o.oid) END AS definition,
            CASE WHEN o.contype = 'f' THEN {_ACTION.format("o.confupdtype")} END AS "on update",
            CASE WHEN o.contype = 'f' THEN {_ACTION.format("o.confdeltype")} END AS "on delete",
            CASE WHEN o.contype = 'f' AND o.confmatchtype = 'f' THEN 'full' END AS match,
            {scope.since(15, "CASE WHEN x.indnullsnotdistinct THEN 'not distinct' END")} AS nulls,
            CASE WHEN o.condeferred THEN 'initially deferred'
                WHEN o.condeferrable THEN 'deferrable' END AS deferrable,
            CASE WHEN {unenforced} THEN 'no' END AS enforced,
            {_TRIGGERS} AS triggers,
            CASE WHEN NOT o.convalidated AND NOT {unenforced} THEN 'no' END AS validated,
            CASE WHEN o.contype = 'c' AND o.connoinherit THEN 'no' END AS inherit,
            {options("i.reloptions")} AS options,
            {tablespace("i")} AS tablespace,
            {comment("pg_constraint", "o.oid")} AS comment
        FROM relation c
        JOIN pg_constraint o ON o.conrelid = c.oid
        LEFT JOIN pg_index x ON x.indexrelid = o.conindid AND o.contype IN ('p', 'u', 'x')
        LEFT JOIN pg_class i ON i.oid = x.indexrelid
        WHERE o.contype IN ('p', 'u', 'c', 'f', 'x') AND o.conparentid = 0 AND o.coninhcount = 0
    """


def _indexes(scope: Scope) -> str:
    return f"""
        SELECT
            c.name || '.' || {shown("i.relname")} AS name,
            c.name AS table,
            CASE WHEN x.indisunique THEN 'yes' END AS unique,
            {access_method("i", _BTREE)} AS method,
            pg_get_indexdef(x.indexrelid) AS rendered,
            pg_get_expr(x.indpred, x.indrelid) AS predicate,
            {scope.since(15, "CASE WHEN x.indnullsnotdistinct THEN 'not distinct' END")} AS nulls,
            CASE WHEN NOT (x.indisvalid AND x.indisready AND x.indislive) THEN 'no' END AS valid,
            {options("i.reloptions")} AS options,
            {tablespace("i")} AS tablespace,
            {comment("pg_class", "i.oid")} AS comment
        FROM relation c
        JOIN pg_index x ON x.indrelid = c.oid
        JOIN pg_class i ON i.oid = x.indexrelid
        WHERE NOT i.relispartition AND NOT EXISTS (
            SELECT FROM pg_constraint o WHERE o.conindid = x.indexrelid AND o.conrelid = x.indrelid
                AND o.contype IN ('p', 'u', 'x')
        )
    """


def _clauses(row: Row) -> Row:
    """Return the columns of a key, and its other columns or those that it refers to."""
    if "rendered" not in row:
        return row
    (_, columns), *others = groups(row.pop("rendered"))
    row["columns"] = columns
    for before, inside in others:
        if before == "INCLUDE":
            row["include"] = inside
        elif before.startswith("REFERENCES "):
            row["target"] = f"{before.removeprefix('REFERENCES ')} ({inside})"
        elif "on delete" in row and before.endswith(row["on delete"]):
            row["on delete"] += f" ({inside})"
    return row


QUERIES = (
    Query(
        "constraints",
        ("pg_constraint", "pg_index", "pg_trigger"),
        _constraints,
        parts=_clauses,
        worded=True,
    ),
    Query("indexes", ("pg_index", "pg_am"), _indexes, "index", parts=_clauses, worded=True),
)
