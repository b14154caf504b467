"""What is made seldom: publications, text search, operators, casts, collations, foreign servers."""

import json

from bootctl.verify.catalog.postgresql.query import Query, Row
from bootctl.verify.catalog.postgresql.scope import Scope, comment, made_by_hand, shown

_FIRST_OWN = 16384
"""The first number that the server gives to objects that are not its own."""


def _publications(scope: Scope) -> str:
    filtered = scope.since(
        15,
        "coalesce((SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a "
        "WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)), '') "
        "|| coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')",
        "''",
    )
    schemas = scope.since(
        15,
        "(SELECT string_agg(s.pnnspid::regnamespace::text, ', ' ORDER BY s.pnnspid::regnamespace::text) "
        "FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)",
    )
    return f"""
        SELECT {shown("p.pubname")} AS name,
            concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END) AS publish,
            CASE WHEN p.puballtables THEN 'yes' END AS "all tables",
            {scope.since(13, "CASE WHEN p.pubviaroot THEN 'yes' END")} AS "by root",
            (SELECT string_agg(r.prrelid::regclass::text || {filtered}, ', ' ORDER BY r.prrelid::regclass::text)
                FROM pg_publication_rel r WHERE r.prpubid = p.oid) AS tables,
            {schemas} AS schemas,
            {comment("pg_publication", "p.oid")} AS comment
        FROM pg_publication p WHERE {made_by_hand("pg_publication", "p")}
    """


def _text_search(scope: Scope) -> str:
    mapped = """
        SELECT string_agg(shape.line, E'\\n' ORDER BY shape.line) FROM (
            SELECT token.alias || ' WITH ' || string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS line
            FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) token ON token.tokid = m.maptokentype
            WHERE m.mapcfg = c.oid GROUP BY token.alias
        ) shape
    """
    return f"""
        SELECT 'text search configuration' AS kind, {scope.name("c.cfgnamespace", "c.cfgname")} AS name,
            quote_ident(p.prsname) AS parser, ({mapped}) AS mappings, NULL AS template, NULL AS options,
            {comment("pg_ts_config", "c.oid")} AS comment
        FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser
        WHERE {scope.objects("pg_ts_config", "c", "cfg")}
        UNION ALL
        SELECT 'text search dictionary', {scope.name("d.dictnamespace", "d.dictname")}, NULL, NULL,
            quote_ident(t.tmplname), d.dictinitoption, {comment("pg_ts_dict", "d.oid")}
        FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate
        WHERE {scope.objects("pg_ts_dict", "d", "dict")}
    """


def _operators(scope: Scope) -> str:
    sides = "coalesce(format_type(nullif({}, 0), NULL), 'NONE')"
    arguments = f"{sides.format('o.oprleft')} || ', ' || {sides.format('o.oprright')}"
    return f"""
        SELECT 'operator' AS kind, {scope.name("o.oprnamespace", "o.oprname")} || '(' || {arguments} || ')' AS name,
            nullif(o.oprcode, 0)::regproc::text AS function,
            (SELECT other.oprname FROM pg_operator other WHERE other.oid = o.oprcom) AS commutator,
            (SELECT other.oprname FROM pg_operator other WHERE other.oid = o.oprnegate) AS negator,
            nullif(o.oprrest, 0)::regproc::text AS restrict, nullif(o.oprjoin, 0)::regproc::text AS join,
            CASE WHEN o.oprcanhash THEN 'yes' END AS hashes, CASE WHEN o.oprcanmerge THEN 'yes' END AS merges,
            NULL AS type, NULL AS members, {comment("pg_operator", "o.oid")} AS comment
        FROM pg_operator o WHERE {scope.objects("pg_operator", "o", "opr")}
        UNION ALL
        SELECT 'operator class', {scope.name("c.opcnamespace", "c.opcname")} || ' using ' || m.amname,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            format_type(c.opcintype, NULL) || CASE WHEN c.opcdefault THEN ' (default)' ELSE '' END,
            concat_ws(', ', (
                SELECT string_agg(a.amopstrategy || ' ' || a.amopopr::regoperator, ', ' ORDER BY a.amopstrategy)
                FROM pg_amop a WHERE a.amopfamily = c.opcfamily AND a.amoplefttype = c.opcintype
            ), (
                SELECT string_agg(f.amprocnum || ' ' || f.amproc::regprocedure, ', ' ORDER BY f.amprocnum)
                FROM pg_amproc f WHERE f.amprocfamily = c.opcfamily AND f.amproclefttype = c.opcintype
            )), {comment("pg_opclass", "c.oid")}
        FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod WHERE {scope.objects("pg_opclass", "c", "opc")}
    """


def _casts(scope: Scope) -> str:
    concerned = " OR ".join(
        f"EXISTS (SELECT FROM pg_type t WHERE t.oid = c.{side} AND {scope.within('t.typnamespace')})"
        for side in ("castsource", "casttarget")
    )
    return f"""
        SELECT format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL) AS name,
            nullif(c.castfunc, 0)::regprocedure::text AS function,
            CASE c.castmethod WHEN 'b' THEN 'none' WHEN 'i' THEN 'input and output' END AS method,
            CASE c.castcontext WHEN 'a' THEN 'assignment' WHEN 'i' THEN 'implicit' END AS context,
            {comment("pg_cast", "c.oid")} AS comment
        FROM pg_cast c WHERE c.oid >= {_FIRST_OWN} AND ({concerned}) AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i')
        )
    """


def _collations(scope: Scope) -> str:
    row = "to_jsonb(l)"  # the column of a locale has had three names
    return f"""
        SELECT {scope.name("l.collnamespace", "l.collname")} AS name,
            CASE l.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END AS provider,
            coalesce({row} ->> 'colllocale', {row} ->> 'colliculocale', nullif({row} ->> 'collcollate', ''))
                AS locale,
            CASE WHEN NOT l.collisdeterministic THEN 'no' END AS deterministic,
            {row} ->> 'collicurules' AS rules,
            {comment("pg_collation", "l.oid")} AS comment
        FROM pg_collation l WHERE {scope.objects("pg_collation", "l", "coll")}
    """


def _foreign(_: Scope) -> str:
    """Return the query of foreign servers. Of a mapping only the names of its options, which may be secrets."""
    options = "array_to_string({}, ', ')"
    return f"""
        SELECT 'foreign data wrapper' AS kind, {shown("w.fdwname")} AS name, NULL AS wrapper, NULL AS type,
            NULL AS version, nullif(w.fdwhandler, 0)::regproc::text AS handler,
            {options.format("w.fdwoptions")} AS options
        FROM pg_foreign_data_wrapper w WHERE {made_by_hand("pg_foreign_data_wrapper", "w")}
        UNION ALL
        SELECT 'server', {shown("s.srvname")}, quote_ident(w.fdwname), s.srvtype, s.srvversion, NULL,
            {options.format("s.srvoptions")}
        FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
        WHERE {made_by_hand("pg_foreign_server", "s")}
        UNION ALL
        SELECT 'user mapping', quote_ident(m.usename) || ' on ' || quote_ident(m.srvname), NULL, NULL, NULL, NULL,
            (SELECT string_agg(split_part(o, '=', 1), ', ' ORDER BY o) FROM unnest(m.umoptions) o)
        FROM pg_user_mappings m
    """


def _rest(_: Scope) -> str:
    """Return the query of what is known by its name alone."""
    each = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, {shown(f'x.{name}')} AS name FROM {catalog} x "
        f"WHERE x.oid >= {_FIRST_OWN} AND {made_by_hand(catalog, 'x')}"
        for kind, catalog, name in (
            ("language", "pg_language", "lanname"),
            ("access method", "pg_am", "amname"),
            ("conversion", "pg_conversion", "conname"),
        )
    )
    return f"""
        {each} UNION ALL
        SELECT 'transform', format_type(x.trftype, NULL) || ' for ' || l.lanname
        FROM pg_transform x JOIN pg_language l ON l.oid = x.trflang WHERE {made_by_hand("pg_transform", "x")}
    """


def _all(scope: Scope) -> str:
    """Return one query of all of them, with their parts as a text of JSON: most schemas have none."""
    kinds = {
        "publication": _publications(scope),
        "cast": _casts(scope),
        "collation": _collations(scope),
    }
    several = (_text_search(scope), _operators(scope), _foreign(scope), _rest(scope))
    each = [f"SELECT '{kind}' AS kind, one.* FROM ({sql}) one" for kind, sql in kinds.items()]
    return " UNION ALL ".join(
        f"SELECT x.kind, x.name, jsonb_strip_nulls(to_jsonb(x) - 'kind' - 'name')::text AS parts FROM ({sql}) x"
        for sql in (*each, *several)
    )


def _some(scope: Scope) -> str:
    """Return the look for any of them. There is no server without a wrapper, and no mapping without a server."""
    schemas = {
        "pg_ts_config": "cfgnamespace",
        "pg_ts_dict": "dictnamespace",
        "pg_operator": "oprnamespace",
        "pg_opclass": "opcnamespace",
        "pg_collation": "collnamespace",
    }
    looks = [
        *(f"{catalog} WHERE {scope.within(column)}" for catalog, column in schemas.items()),
        *(
            f"{catalog} WHERE oid >= {_FIRST_OWN}"
            for catalog in ("pg_cast", "pg_language", "pg_am", "pg_conversion")
        ),
        *("pg_publication", "pg_foreign_data_wrapper", "pg_transform"),
    ]
    return " UNION ALL ".join(f"SELECT FROM {look}" for look in looks)


def _parts(row: Row) -> Row:
    return {part: text for part, text in json.loads(row["parts"]).items() if text}


QUERIES = (
    Query(
        "publications, text search, operators, casts, collations and foreign servers",
        (
            *("pg_publication", "pg_publication_rel", "pg_cast", "pg_collation", "pg_language"),
            *("pg_ts_config", "pg_ts_config_map", "pg_ts_dict", "pg_ts_parser", "pg_ts_template"),
            *("pg_operator", "pg_opclass", "pg_amop", "pg_amproc", "pg_am", "pg_conversion"),
            *("pg_foreign_server", "pg_foreign_data_wrapper", "pg_user_mappings", "pg_transform"),
        ),
        _all,
        parts=_parts,
        temporary=False,
        some=_some,
    ),
)
