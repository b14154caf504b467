"""Views, and what is attached to tables: triggers, rules, extended statistics."""

from bootctl.verify.catalog.postgresql.query import Query, any_of
from bootctl.verify.catalog.postgresql.scope import Scope, comment, options, shown

ENABLED = "CASE {} WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END"
"""The expression of when a trigger fires, where that is not the default."""


def _views(scope: Scope) -> str:
    return f"""
        SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END AS kind, c.name,
            rtrim(pg_get_viewdef(c.oid), ';') AS definition,
            {options("c.reloptions")} AS options,
            space.spcname AS tablespace,
            {comment("pg_class", "c.oid")} AS comment
        FROM relation c LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
        WHERE c.relkind IN ('v', 'm')
    """


def _triggers(scope: Scope) -> str:
    copied = scope.since(
        13,
        "EXISTS (SELECT FROM pg_trigger p WHERE p.oid = t.tgparentid AND p.tgenabled = t.tgenabled)",
        "false",  # there they are internal ones
    )
    # Until 14 the copies on partitions are internal, as the triggers of foreign keys are.
    own = f"(NOT t.tgisinternal OR {scope.since(13, 't.tgparentid <> 0 AND t.tgconstraint = 0', 'false')})"
    return f"""
        SELECT c.name || '.' || {shown("t.tgname")} AS name, c.name AS table,
            pg_get_triggerdef(t.oid, true) AS definition,
            CASE WHEN t.tgenabled = 'O' AND {scope.since(13, "t.tgparentid <> 0", "false")}
                THEN 'origin' ELSE {ENABLED.format("t.tgenabled")} END AS enabled,
            {comment("pg_trigger", "t.oid")} AS comment
        FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid
        WHERE {own} AND NOT {copied}
    """


def _rules(scope: Scope) -> str:
    return f"""
        SELECT c.name || '.' || {shown("r.rulename")} AS name, c.name AS table,
            rtrim(pg_get_ruledef(r.oid, true), ';') AS definition,
            {ENABLED.format("r.ev_enabled")} AS enabled,
            {comment("pg_rewrite", "r.oid")} AS comment
        FROM relation c JOIN pg_rewrite r ON r.ev_class = c.oid
        WHERE NOT (r.ev_type = '1' AND c.relkind IN ('v', 'm'))
    """


def _statistics(scope: Scope) -> str:
    """Return the query of extended statistics, whose columns the server sorts by their places."""
    expressions = scope.since(
        14,
        "(SELECT string_agg('(' || x || ')', ', ') FROM unnest("
        "pg_get_statisticsobjdef_expressions(s.oid)) x)",
    )
    return f"""
        SELECT {scope.name("s.stxnamespace", "s.stxname")} AS name, c.name AS table,
            concat(substring(shape.definition FROM '^[(][a-z, ]+[)] '), 'ON ', concat_ws(', ', (
                SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (s.stxkeys)
            ), {expressions}), ' FROM ', c.oid::regclass) AS definition,
            {scope.since(13, "CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget::text END")}
                AS target,
            {comment("pg_statistic_ext", "s.oid")} AS comment
        FROM relation c JOIN pg_statistic_ext s ON s.stxrelid = c.oid
        CROSS JOIN LATERAL (SELECT ltrim(substr(pg_get_statisticsobjdef(s.oid), length(
            'CREATE STATISTICS ' || s.stxnamespace::regnamespace || '.' || quote_ident(s.stxname)
        ) + 1)) AS definition) shape
    """


def _some_triggers(scope: Scope) -> str:
    copied = scope.since(13, "t.tgparentid <> 0", "false")
    return f"SELECT FROM pg_trigger t WHERE NOT t.tgisinternal OR {copied}"


_SOME_RULES = any_of(
    "pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid",
    "c.relnamespace",
    "NOT (r.ev_type = '1' AND c.relkind IN ('v', 'm'))",
)
QUERIES = (
    Query(
        "views",
        ("pg_class",),
        _views,
        temporary=False,
        some=any_of("pg_class c", "c.relnamespace", "c.relkind IN ('v', 'm')"),
    ),
    Query("triggers", ("pg_trigger",), _triggers, "trigger", some=_some_triggers),
    Query("rules", ("pg_rewrite",), _rules, "rule", some=_SOME_RULES),
    Query(
        "extended statistics",
        ("pg_statistic_ext",),
        _statistics,
        "statistics",
        some=lambda _: "SELECT FROM pg_statistic_ext",
    ),
)
