"""A hash of all that PostgreSQL's catalog says of the schemas of a database, or of those of one tenant.

See ``catalog_hash`` for what it is of.
"""

_SYSTEM = "(n.nspname LIKE 'pg\\_%' OR n.nspname = 'information_schema')"
_OWN = 16384
"""The first number that PostgreSQL gives to objects that are not its own."""
_RELATION = (
    "c.oid, c.relname, c.relnamespace, c.reltype, c.reloftype, c.relowner, c.relam, "
    "c.reltablespace, c.relpersistence, c.relkind, c.relnatts, c.relchecks, c.relrowsecurity, "
    "c.relforcerowsecurity, c.relispopulated, c.relreplident, c.relispartition, c.relacl, "
    "c.reloptions, t.reloptions, pg_get_expr(c.relpartbound, c.oid)"
)
"""Without how large a relation is, where it is stored, and how old its oldest transaction is."""
_OF_RELATIONS = (
    ("pg_attrdef", "adrelid"),
    ("pg_index", "indrelid"),
    ("pg_trigger", "tgrelid"),
    ("pg_policy", "polrelid"),
    ("pg_rewrite", "ev_class"),
    ("pg_sequence", "seqrelid"),
    ("pg_inherits", "inhrelid"),
    ("pg_partitioned_table", "partrelid"),
    ("pg_statistic_ext", "stxrelid"),
    ("pg_foreign_table", "ftrelid"),
)
_OF_SCHEMAS = (
    ("pg_constraint", "connamespace"),
    ("pg_type", "typnamespace"),
    ("pg_collation", "collnamespace"),
    ("pg_operator", "oprnamespace"),
    ("pg_opclass", "opcnamespace"),
    ("pg_opfamily", "opfnamespace"),
    ("pg_conversion", "connamespace"),
    ("pg_ts_config", "cfgnamespace"),
    ("pg_ts_dict", "dictnamespace"),
    ("pg_ts_parser", "prsnamespace"),
    ("pg_ts_template", "tmplnamespace"),
)
_OF_THE_DATABASE = {
    "pg_extension": "",
    "pg_enum": "x.enumtypid IN (SELECT oid FROM types)",
    "pg_range": "x.rngtypid IN (SELECT oid FROM types)",
    "pg_default_acl": "(x.defaclnamespace = 0 OR x.defaclnamespace IN (SELECT oid FROM schemas))",
    **dict.fromkeys(("pg_event_trigger", "pg_language", "pg_am", "pg_foreign_server"), ""),
    **dict.fromkeys(("pg_foreign_data_wrapper", "pg_publication"), ""),
    "pg_publication_rel": "x.prrelid IN (SELECT oid FROM relations)",
    **dict.fromkeys(("pg_seclabel", "pg_init_privs", "pg_transform", "pg_user_mappings"), ""),
}
"""Tables of a whole database, and which of their rows are of a part of it."""
_BY_ID = {
    ("pg_proc", "oid"): "x.pronamespace IN (SELECT oid FROM schemas)",
    ("pg_aggregate", "aggfnoid::oid"): "x.aggfnoid::oid IN (SELECT oid FROM functions)",
    ("pg_cast", "oid"): "",
    ("pg_amop", "oid"): "",
    ("pg_amproc", "oid"): "",
    ("pg_ts_config_map", "mapcfg"): "",
}
_OF_THE_PATH = "n.nspname = ANY (current_schemas(false))"
"""Which schemas a tenant's are, where a database has one for each tenant."""
_OBJECTS = " UNION ALL ".join(
    (
        "SELECT 'pg_namespace'::regclass::oid AS class, oid FROM schemas",
        "SELECT 'pg_class'::regclass::oid, oid FROM relations",
        "SELECT 'pg_type'::regclass::oid, oid FROM types",
        "SELECT 'pg_proc'::regclass::oid, oid FROM functions",
        *(
            f"SELECT '{table}'::regclass::oid, x.oid FROM {table} x WHERE x.{column} IN (SELECT oid FROM {of})"
            for table, column, of in (
                ("pg_constraint", "connamespace", "schemas"),
                ("pg_trigger", "tgrelid", "relations"),
                ("pg_policy", "polrelid", "relations"),
                ("pg_rewrite", "ev_class", "relations"),
                ("pg_attrdef", "adrelid", "relations"),
            )
        ),
    )
)
"""What of a tenant's can have a comment, an owner, or belong to something."""


_DEPENDS = (
    "(x.deptype IN ('e', 'x') "
    "OR (x.deptype IN ('a', 'i') AND x.objid IN (SELECT seqrelid FROM pg_sequence)) "
    "OR x.classid = (SELECT to_regclass('pg_catalog.pg_publication_namespace')))"
)
"""What belongs to an extension, which column owns a sequence, and (since 15) which schemas are published."""
_OF_THIS_DATABASE = (
    "x.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())"
)
_OF_THE_USER = "x.setrole IN (current_user::regrole, session_user::regrole)"
"""Whose settings on the whole server count: others' come and go with every role that anybody makes on it."""
_SETTINGS = (
    "search_path",
    "TimeZone",
    "DateStyle",
    "IntervalStyle",
    "bytea_output",
    "quote_all_identifiers",
    "standard_conforming_strings",
)


def expression(*, of_tenant: bool = False) -> str:
    """Return the expression of the hash, of every schema but the server's own and temporary ones.

    ``of_tenant``: of those in ``search_path`` alone. What is in others, and their roles, changes nothing.
    """
    where = _OF_THE_PATH if of_tenant else f"NOT {_SYSTEM}"
    parts = {
        "schemas": f"SELECT n.oid FROM pg_namespace n WHERE {where}",
        "relations": "SELECT c.oid FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM schemas)",
        "types": "SELECT t.oid FROM pg_type t WHERE t.typnamespace IN (SELECT oid FROM schemas)",
        "functions": "SELECT p.oid FROM pg_proc p WHERE p.pronamespace IN (SELECT oid FROM schemas)",
        **({"objects": _OBJECTS} if of_tenant else {}),
    }
    named = ", ".join(f"{name} AS ({query})" for name, query in parts.items())
    rows = [*_of_both(), *(_of_a_tenant() if of_tenant else _of_the_whole())]
    hashes = ", ".join(f"({_hashed(query)})" for query in rows)
    return f"(WITH {named} SELECT md5(concat_ws(' ', {hashes}, {_session()})))"


def _of_both() -> list[str]:
    return [
        "SELECT n::text AS row FROM pg_namespace n WHERE n.oid IN (SELECT oid FROM schemas)",
        f"SELECT ROW({_RELATION})::text AS row FROM pg_class c LEFT JOIN pg_class t "
        "ON t.oid = c.reltoastrelid WHERE c.relnamespace IN (SELECT oid FROM schemas)",
        "SELECT x::text AS row FROM pg_attribute x WHERE x.attnum > 0 AND x.attrelid IN (SELECT oid FROM relations)",
        *(
            _rows(table, f"x.{column} IN (SELECT oid FROM relations)")
            for table, column in _OF_RELATIONS
        ),
        *(
            _rows(table, f"x.{column} IN (SELECT oid FROM schemas)")
            for table, column in _OF_SCHEMAS
        ),
    ]


def _of_the_whole() -> list[str]:
    return [
        *(_rows(table, "true") for table in _OF_THE_DATABASE),
        *(_rows(table, f"x.{column} >= {_OWN}") for table, column in _BY_ID),
        _rows("pg_description", f"x.objoid >= {_OWN} OR x.classoid = 'pg_namespace'::regclass"),
        _rows("pg_depend", f"x.objid >= {_OWN} AND {_DEPENDS}"),
        _rows("pg_db_role_setting", f"{_OF_THIS_DATABASE} OR x.setdatabase = 0 AND {_OF_THE_USER}"),
        "SELECT ROW(d.oid, d.datname, d.datdba, d.encoding, d.datcollate, d.datctype, d.datacl)"
        "::text AS row FROM pg_database d WHERE d.datname = current_database()",
        _roles(""),
    ]


def _of_a_tenant() -> list[str]:
    own = "(x.classid, x.objid) IN (SELECT class, oid FROM objects)"
    return [
        *(_rows(table, where or "true") for table, where in _OF_THE_DATABASE.items()),
        *(
            _rows(table, where or f"x.{column} >= {_OWN}")
            for (table, column), where in _BY_ID.items()
        ),
        _rows("pg_description", "(x.classoid, x.objoid) IN (SELECT class, oid FROM objects)"),
        _rows("pg_depend", f"{own} AND {_DEPENDS}"),
        _rows(
            "pg_db_role_setting",
            f"({_OF_THIS_DATABASE} OR x.setdatabase = 0) AND (x.setrole = 0 OR {_OF_THE_USER})",
        ),
        "SELECT ROW(d.oid, d.datname, d.datdba, d.encoding, d.datcollate, d.datctype)"
        "::text AS row FROM pg_database d WHERE d.datname = current_database()",
        _roles(" AND (s.classid, s.objid) IN (SELECT class, oid FROM objects)"),
    ]


def _rows(table: str, where: str) -> str:
    return f"SELECT x::text AS row FROM {table} x WHERE {where}"


def _roles(of: str) -> str:
    """Return the query of the roles that own something, or have a right to it."""
    return (
        "SELECT ROW(x.oid, x.rolname)::text AS row FROM pg_roles x WHERE x.oid IN (SELECT "
        "s.refobjid FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass AND s.dbid = "
        f"(SELECT d.oid FROM pg_database d WHERE d.datname = current_database()){of})"
    )


def _hashed(rows: str) -> str:
    # A second hash of each row would have the server write it twice, which is most of what this takes.
    return f"SELECT concat_ws('.', count(*), sum(hashtextextended(r.row, 1))) FROM ({rows}) r"


def _session() -> str:
    settings = ", ".join(f"current_setting('{name}')" for name in _SETTINGS)
    return f"version(), current_user, session_user, current_schemas(true)::text, {settings}"
