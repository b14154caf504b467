"""Functions, procedures, aggregates, event triggers and extensions."""

from functools import partial

from bootctl.verify.catalog.postgresql.query import Query, any_of
from bootctl.verify.catalog.postgresql.scope import Scope, comment, made_by_hand
from bootctl.verify.catalog.postgresql.views import ENABLED

_NOT_OF_A_TYPE = """
    NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid
        AND i.deptype = 'i')
"""
"""The constructors of a range type."""


def name(scope: Scope) -> str:
    """Return the expression of the name of a row ``p`` of ``pg_proc``."""
    own = scope.name("p.pronamespace", "p.proname", quoted='."(')
    return f"{own} || '(' || oidvectortypes(p.proargtypes) || ')'"


def _functions(scope: Scope) -> str:
    return f"""
        SELECT found.kind, found.name, found.comment, CASE WHEN found.pronamespace = {scope.own}
            THEN rtrim(found.start || substr(found.definition, length(
                found.start || found.pronamespace::regnamespace || '.'
            ) + 1), E'\\n') ELSE rtrim(found.definition, E'\\n') END AS definition
        FROM (
            SELECT {name(scope)} AS name, p.pronamespace, pg_get_functiondef(p.oid) AS definition,
                CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
                'CREATE OR REPLACE ' || CASE p.prokind WHEN 'p' THEN 'PROCEDURE '
                    ELSE 'FUNCTION ' END AS start,
                {comment("pg_proc", "p.oid")} AS comment
            FROM pg_proc p
            WHERE p.prokind <> 'a' AND {scope.objects("pg_proc", "p", "pro")} AND {_NOT_OF_A_TYPE}
        ) found
    """


_FUNCTIONS = {
    "sfunc": "aggtransfn",
    "finalfunc": "aggfinalfn",
    "combinefunc": "aggcombinefn",
    "serialfunc": "aggserialfn",
    "deserialfunc": "aggdeserialfn",
    "msfunc": "aggmtransfn",
    "minvfunc": "aggminvtransfn",
    "mfinalfunc": "aggmfinalfn",
}


def _aggregates(scope: Scope) -> str:
    """Return the query of aggregates, whose parts are called as CREATE AGGREGATE calls them."""
    functions = (
        f"nullif(a.{column}, 0)::regproc::text AS {part}" for part, column in _FUNCTIONS.items()
    )
    return f"""
        SELECT {name(scope)} AS name,
            pg_get_function_arguments(p.oid) AS arguments, {", ".join(functions)},
            format_type(a.aggtranstype, NULL) AS stype,
            CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END AS mstype,
            quote_literal(a.agginitval) AS initcond,
            quote_literal(a.aggminitval) AS minitcond,
            nullif(a.aggtransspace, 0)::text AS sspace,
            nullif(a.aggsortop, 0)::regoper::text AS sortop,
            CASE WHEN a.aggfinalextra THEN 'true' END AS finalfunc_extra,
            CASE WHEN a.aggmfinalextra THEN 'true' END AS mfinalfunc_extra,
            CASE a.aggkind WHEN 'h' THEN 'true' END AS hypothetical,
            CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END AS parallel,
            {comment("pg_proc", "p.oid")} AS comment
        FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid
        WHERE {scope.objects("pg_proc", "p", "pro")}
    """


def _event_triggers(scope: Scope) -> str:
    return f"""
        SELECT t.evtname AS name, t.evtevent AS event, t.evtfoid::regproc::text AS function,
            (SELECT string_agg(quote_literal(tag), ', ' ORDER BY tag) FROM unnest(t.evttags) tag)
                AS tags,
            {ENABLED.format("t.evtenabled")} AS enabled,
            {comment("pg_event_trigger", "t.oid")} AS comment
        FROM pg_event_trigger t WHERE {made_by_hand("pg_event_trigger", "t")}
    """


def _extensions(scope: Scope) -> str:
    return f"""
        SELECT x.extname AS name, x.extversion AS version,
            CASE WHEN x.extnamespace NOT IN ({scope.own}, 'pg_catalog'::regnamespace)
                THEN x.extnamespace::regnamespace::text END AS schema
        FROM pg_extension x
    """


_some = partial(any_of, "pg_proc p", "p.pronamespace")

QUERIES = (
    Query(
        "the bodies of functions",
        ("pg_proc",),
        _functions,
        temporary=False,
        some=_some("p.prokind <> 'a'"),
    ),
    Query(
        "aggregates",
        ("pg_proc", "pg_aggregate"),
        _aggregates,
        "aggregate",
        temporary=False,
        some=_some("p.prokind = 'a'"),
    ),
    Query(
        "event triggers",
        ("pg_event_trigger",),
        _event_triggers,
        "event trigger",
        temporary=False,
        some=lambda _: "SELECT FROM pg_event_trigger",
    ),
    Query("extensions", ("pg_extension",), _extensions, "extension", temporary=False),
)
