"""Enums, domains, composite and range types."""

from functools import partial

from bootctl.verify.catalog.postgresql.query import Query, any_of
from bootctl.verify.catalog.postgresql.scope import Scope, collation, comment


def _enums(scope: Scope) -> str:
    return f"""
        SELECT {scope.name("t.typnamespace", "t.typname")} AS name,
            (
                SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder)
                FROM pg_enum l WHERE l.enumtypid = t.oid
            ) AS labels,
            {comment("pg_type", "t.oid")} AS comment
        FROM pg_type t WHERE {scope.objects("pg_type", "t", "typ")} AND t.typtype = 'e'
    """


def _domains(scope: Scope) -> str:
    return f"""
        SELECT {scope.name("t.typnamespace", "t.typname")} AS name,
            format_type(t.typbasetype, t.typtypmod) AS type,
            CASE WHEN t.typnotnull THEN 'no' ELSE 'yes' END AS nullable,
            pg_get_expr(t.typdefaultbin, 0) AS "default",
            CASE WHEN t.typcollation <> base.typcollation THEN {collation("l")} END AS collation,
            (
                SELECT string_agg(
                    quote_ident(o.conname) || ' ' || pg_get_constraintdef(o.oid), E'\\n'
                    ORDER BY o.conname
                ) FROM pg_constraint o WHERE o.contypid = t.oid AND o.contype = 'c'
            ) AS checks,
            {comment("pg_type", "t.oid")} AS comment
        FROM pg_type t
        JOIN pg_type base ON base.oid = t.typbasetype
        LEFT JOIN pg_collation l ON l.oid = t.typcollation
        WHERE {scope.objects("pg_type", "t", "typ")} AND t.typtype = 'd'
    """


def _others(scope: Scope) -> str:
    return f"""
        SELECT {scope.name("t.typnamespace", "t.typname")} AS name,
            (
                SELECT string_agg(concat(
                    quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
                    CASE WHEN a.attcollation <> own.typcollation
                        THEN ' COLLATE ' || {collation("other")} END
                ), ', ' ORDER BY a.attnum)
                FROM pg_attribute a
                JOIN pg_type own ON own.oid = a.atttypid
                LEFT JOIN pg_collation other ON other.oid = a.attcollation
                WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
            ) AS attributes,
            format_type(r.rngsubtype, NULL) AS subtype,
            CASE WHEN NOT class.opcdefault THEN quote_ident(class.opcname) END AS "operator class",
            nullif(r.rngsubdiff, 0)::regproc::text AS difference,
            nullif(r.rngcanonical, 0)::regproc::text AS canonical,
            CASE WHEN t.typtype = 'b' THEN t.typinput::regproc::text END AS input,
            CASE WHEN NOT t.typisdefined THEN 'no' END AS defined,
            {comment("pg_type", "t.oid")} AS comment
        FROM pg_type t
        LEFT JOIN pg_class shape ON shape.oid = t.typrelid
        LEFT JOIN pg_range r ON r.rngtypid = t.oid
        LEFT JOIN pg_opclass class ON class.oid = r.rngsubopc
        WHERE {scope.objects("pg_type", "t", "typ")}
            AND (t.typtype = 'r' OR t.typtype = 'c' AND shape.relkind = 'c'
                OR t.typtype = 'b' AND t.typcategory <> 'A'
                OR NOT t.typisdefined)
    """


# Each table has a composite type, and an array of it, which are not made by hand.
_OTHERS = """
    t.typtype = 'r' OR t.typtype = 'b' AND t.typcategory <> 'A' OR NOT t.typisdefined OR t.typtype = 'c'
    AND EXISTS (SELECT FROM pg_class shape WHERE shape.oid = t.typrelid AND shape.relkind = 'c')
"""

_some = partial(any_of, "pg_type t", "t.typnamespace")

QUERIES = (
    Query("enums", ("pg_type", "pg_enum"), _enums, "enum", some=_some("t.typtype = 'e'")),
    Query("domains", ("pg_type",), _domains, "domain", some=_some("t.typtype = 'd'")),
    Query(
        "types",
        ("pg_type", "pg_range", "pg_opclass", "pg_attribute"),
        _others,
        "type",
        some=_some(_OTHERS),
    ),
)
