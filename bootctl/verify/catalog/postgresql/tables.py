"""Tables, their partitions and columns, and sequences."""

from bootctl.verify.catalog.postgresql.query import Query
from bootctl.verify.catalog.postgresql.scope import (
    Scope,
    access_method,
    collation,
    comment,
    options,
    shown,
    tablespace,
)

_REPLICA_IDENTITY = """
    CASE CASE WHEN c.relkind <> 'f' THEN c.relreplident END WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN (
        SELECT quote_ident(x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = c.oid AND i.indisreplident
    ) END
"""
_HEAP = 2
"""The OID of what tables mostly are: src/include/catalog/pg_am.dat of the server."""
_FOREIGN = "CASE c.relkind WHEN 'f' THEN (SELECT {} FROM pg_foreign_table f {} WHERE f.ftrelid = c.oid) END"


def _tables(scope: Scope) -> str:
    return f"""
        SELECT
            CASE WHEN c.relispartition THEN 'partition' WHEN c.relkind = 'f' THEN 'foreign table'
                ELSE 'table' END AS kind,
            c.name,
            CASE WHEN c.relispartition THEN (
                SELECT p.name FROM pg_inherits h JOIN relation p ON p.oid = h.inhparent
                WHERE h.inhrelid = c.oid
            ) END AS table,
            CASE c.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
            concat_ws(', ', {options("c.reloptions")}, {options("toast.reloptions", "toast.")},
                {_FOREIGN.format(options("f.ftoptions"), "")}) AS options,
            CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS "partition key",
            CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'forced'
                WHEN c.relrowsecurity THEN 'enabled'
                WHEN c.relforcerowsecurity THEN 'forced, but not enabled' END AS "row security",
            CASE WHEN c.relispartition THEN parents.names END AS of,
            CASE WHEN NOT c.relispartition THEN parents.names END AS inherits,
            pg_get_expr(c.relpartbound, c.oid) AS bound,
            CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS "of type",
            {access_method("c", _HEAP)} AS "access method",
            {tablespace("c")} AS tablespace,
            {_REPLICA_IDENTITY} AS "replica identity",
            {_FOREIGN.format("s.srvname", "JOIN pg_foreign_server s ON s.oid = f.ftserver")} AS server,
            {comment("pg_class", "c.oid")} AS comment
        FROM relation c
        LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
        LEFT JOIN LATERAL (
            SELECT string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno) AS names
            FROM pg_inherits h WHERE h.inhrelid = c.oid
        ) parents ON true
        WHERE c.relkind IN ('r', 'p', 'f')
    """


_LEAST = (
    "CASE s.seqtypid WHEN 21 THEN -32768 WHEN 23 THEN -2147483648 ELSE -9223372036854775808 END"
)
_MOST = "CASE s.seqtypid WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END"
_OPTIONS = {
    "start": "nullif(s.seqstart, CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END)",
    "increment": "nullif(s.seqincrement, 1)",
    "minimum": f"nullif(s.seqmin, CASE WHEN s.seqincrement > 0 THEN 1 ELSE {_LEAST} END)",
    "maximum": f"nullif(s.seqmax, CASE WHEN s.seqincrement > 0 THEN {_MOST} ELSE -1 END)",
    "cache": "nullif(s.seqcache, 1)",
}
_WORDS = {
    "start": "START",
    "increment": "INCREMENT BY",
    "minimum": "MINVALUE",
    "maximum": "MAXVALUE",
    "cache": "CACHE",
}
_OWNED = """
    owned AS (
        SELECT d.refobjid AS relation, d.refobjsubid AS number, d.deptype, s.*,
            'nextval(' || quote_literal(s.seqrelid::regclass::text) || '::regclass)' AS taken
        FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
            AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    )
"""
_STORAGE = """
    CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage
        WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END
"""
_DISTINCT = """
    CASE WHEN a.attoptions::text ~ 'n_distinct' THEN (
        SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(a.attoptions) o WHERE o ~ '^n_distinct'
    ) END
"""
# OFFSET 0 keeps the server from planning it twice.
_SAME_AS_PARENT = """
    EXISTS (
        SELECT FROM pg_inherits h
        JOIN pg_attribute p ON p.attrelid = h.inhparent AND p.attname = a.attname
        LEFT JOIN pg_attrdef pd ON pd.adrelid = p.attrelid AND pd.adnum = p.attnum
        WHERE h.inhrelid = c.oid AND p.attnotnull = a.attnotnull
            AND p.attcollation = a.attcollation AND p.attidentity = a.attidentity
            AND p.attstorage = a.attstorage
            AND pg_get_expr(pd.adbin, pd.adrelid) IS NOT DISTINCT FROM shape.expression
        OFFSET 0
    )
"""


def _sequence_options() -> str:
    each = (f"'{_WORDS[name]} ' || {sql}" for name, sql in _OPTIONS.items())
    kind = "CASE WHEN s.seqtypid <> a.atttypid THEN 'AS ' || format_type(s.seqtypid, NULL) END"
    return f"concat_ws(' ', {kind}, {', '.join(each)}, CASE WHEN s.seqcycle THEN 'CYCLE' END)"


# OFFSET 0 keeps it apart: whose sequence it may be is asked of few columns.
_OWN_SEQUENCE = f"""
    SELECT s.deptype, {_sequence_options()} AS options
    FROM owned s WHERE (a.atthasdef OR a.attidentity <> '')
        AND s.relation = c.oid AND s.number = a.attnum
        AND (s.deptype = 'i' OR s.taken = shape.expression) OFFSET 0
"""


def _columns(scope: Scope) -> str:
    return f"""
        WITH {_OWNED}
        SELECT
            c.name || '.' || {shown("a.attname")} AS name,
            c.name AS table,
            a.attnum AS position,
            format_type(a.atttypid, a.atttypmod) AS type,
            CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END AS nullable,
            CASE WHEN a.attgenerated = '' THEN
                CASE WHEN s.deptype = 'a' THEN 'nextval(own sequence)' ELSE shape.expression END
            END AS "default",
            CASE a.attgenerated WHEN 's' THEN '(' || shape.expression || ') stored'
                WHEN 'v' THEN '(' || shape.expression || ') virtual' END AS generated,
            CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END
                || coalesce(' (' || nullif(s.options, '') || ')', '') AS identity,
            CASE s.deptype WHEN 'a' THEN s.options END AS sequence,
            CASE WHEN a.attcollation <> t.typcollation THEN (
                SELECT {collation("l")} FROM pg_collation l WHERE l.oid = a.attcollation
            ) END AS collation,
            {_STORAGE} AS storage,
            {scope.since(14, "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END")}
                AS compression,
            CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END AS statistics,
            {_DISTINCT} AS options,
            array_to_string(a.attfdwoptions, ', ') AS "foreign options",
            {scope.since(18, _NOT_NULL_UNCHECKED)} AS validated,
            remark.description AS comment
        FROM relation c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        CROSS JOIN LATERAL (SELECT pg_get_expr(d.adbin, d.adrelid) AS expression OFFSET 0) shape
        LEFT JOIN LATERAL ({_OWN_SEQUENCE}) s ON true
        LEFT JOIN pg_description remark ON remark.objoid = c.oid
            AND remark.classoid = 'pg_class'::regclass AND remark.objsubid = a.attnum
        WHERE c.relkind <> 'S' AND CASE
            WHEN c.relkind IN ('v', 'm') THEN coalesce(d.adbin::text, remark.description) <> ''
            ELSE a.attinhcount = 0 OR NOT {_SAME_AS_PARENT} END
    """


_NOT_NULL_UNCHECKED = """
    CASE WHEN EXISTS (
        SELECT FROM pg_constraint n WHERE n.conrelid = c.oid AND n.contype = 'n'
            AND n.conkey[1] = a.attnum AND NOT n.convalidated
    ) THEN 'no' END
"""


def _sequences(scope: Scope) -> str:
    options = ", ".join(f'{sql}::text AS "{name}"' for name, sql in _OPTIONS.items())
    return f"""
        WITH {_OWNED}
        SELECT c.name, holder.name AS table,
            CASE WHEN s.seqtypid <> 20 THEN format_type(s.seqtypid, NULL) END AS type, {options},
            CASE WHEN s.seqcycle THEN 'yes' END AS cycle,
            CASE c.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
            o.relation::regclass::text || '.' || (
                SELECT quote_ident(a.attname) FROM pg_attribute a
                WHERE a.attrelid = o.relation AND a.attnum = o.number
            ) AS owner,
            {comment("pg_class", "c.oid")} AS comment
        FROM relation c
        JOIN pg_sequence s ON s.seqrelid = c.oid
        LEFT JOIN owned o ON o.seqrelid = c.oid
        LEFT JOIN relation holder ON holder.oid = o.relation
        LEFT JOIN pg_attrdef d ON d.adrelid = o.relation AND d.adnum = o.number
        WHERE o.deptype IS DISTINCT FROM 'i'
            AND pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM o.taken
            OR o.seqrelid IS NULL
    """


QUERIES = (
    Query(
        "tables",
        ("pg_class", "pg_inherits", "pg_index", "pg_foreign_table", "pg_foreign_server"),
        _tables,
    ),
    Query(
        "columns", ("pg_attribute", "pg_attrdef", "pg_sequence"), _columns, "column", worded=True
    ),
    Query("sequences", ("pg_sequence",), _sequences, "sequence"),
)
