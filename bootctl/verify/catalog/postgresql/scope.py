"""Which part of a database is read, and the SQL that says so."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bootctl.database.driver_connection import execute
from bootctl.values import frozen
from bootctl.verify.catalog.postgresql.rendering import UNTIL_UNDONE

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LIST = "pg_catalog.json_array_elements_text(CAST(CAST(:{} AS pg_catalog.text) AS pg_catalog.json))"
"""A text for a list: about the type of an array asyncpg would ask the server."""
_WHERE = f"""
    WITH path AS (
        SELECT s.name
        FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS s (name, place)
        WHERE s.name OPERATOR(pg_catalog.!~) '^pg_' ORDER BY s.place LIMIT 1
    )
    SELECT
        pg_catalog.current_setting('server_version_num')::integer OPERATOR(pg_catalog./) 10000,
        (SELECT name FROM path),
        {{own}},
        ({{found}}),
        (
            SELECT pg_catalog.string_agg(name, ' ') FROM {_LIST.format("catalogs")} asked (name)
            WHERE NOT pg_catalog.has_table_privilege('pg_catalog.' OPERATOR(pg_catalog.||) name, 'SELECT')
        )
"""
"""Nothing of it is what the session's search path says: until it is answered, that is anybody's."""
_PLACES = ("(SELECT pg_catalog.quote_ident(name) FROM path)", "'pg_temp'")
"""Of the search path: see ``Scope.path``."""
_OF_SCHEMAS = _WHERE.format(
    own="""(
        SELECT n.oid::bigint FROM pg_catalog.pg_namespace n, path
        WHERE n.nspname OPERATOR(pg_catalog.=) path.name
    )""",
    found=f"""
        SELECT pg_catalog.string_agg(n.oid::pg_catalog.text, ' ' ORDER BY wanted.place)
        FROM pg_catalog.pg_namespace n, {_LIST.format("names")} WITH ORDINALITY AS wanted (name, place)
        WHERE n.nspname OPERATOR(pg_catalog.=) wanted.name
    """,
)
_OF_TEMPORARY = _WHERE.format(
    own="pg_catalog.pg_my_temp_schema()::bigint",
    found=f"""
        SELECT pg_catalog.string_agg(c.oid::pg_catalog.text, ' ') FROM pg_catalog.pg_class c
        WHERE c.relnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()
            AND c.relname OPERATOR(pg_catalog.=) ANY (SELECT {_LIST.format("names")})
    """,
)
_RELATION = ", ".join(
    f"c.{column}"
    for column in (
        *("oid", "relkind", "relispartition", "relpartbound", "relpersistence", "reloptions"),
        *("reltoastrelid", "reltablespace", "relam", "reloftype", "relreplident"),
        *("relrowsecurity", "relforcerowsecurity", "relacl", "relowner"),
    )
)
"""What is asked of ``pg_class``: the server takes longer to plan each query that could see all of its columns."""
_UNTIL_UNDONE = f"""{{}},
        pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', {{}}, {{}}), true),
        {UNTIL_UNDONE}
"""


@frozen
class Scope:
    """The schemas that are read, by their OIDs, or some temporary tables."""

    version: int
    """The major version of the server."""
    default: str
    """The name of the schema whose objects are named without it."""
    own: int
    """The OID of that schema, or of the one of temporary objects."""
    schemas: tuple[int, ...]
    tables: tuple[int, ...] | None = None
    """The temporary tables; ``None`` for all that is in the schemas."""
    refused: frozenset[str] = frozenset()
    """The system catalogs that the role may not read, where somebody has revoked it."""

    @property
    def path(self) -> str:
        """Return the search path with which names in the default schema are rendered without it."""
        default = '"' + self.default.replace('"', '""') + '"' if self.default else ""
        places = (default, "pg_temp") if self.tables is None else ("pg_temp", default)
        return ", ".join(place for place in places if place)

    def since(self, version: int, sql: str, otherwise: str = "NULL") -> str:
        """Return ``sql``, or ``otherwise`` on a server that is older than ``version``."""
        return sql if self.version >= version else otherwise

    def within(self, namespace: str) -> str:
        """Return the condition that an object of the schema with this OID is read."""
        return f"{namespace} IN ({_listed(self.schemas)})"

    def name(self, namespace: str, name: str, quoted: str = '."') -> str:
        """Return the expression of the name of an object, with its schema where it is not the default."""
        return (
            f"CASE {namespace} WHEN {self.own} THEN '' ELSE "
            f"(SELECT {shown('nspname')} || '.' FROM pg_namespace WHERE oid = {namespace}) END "
            f"|| {shown(name, quoted)}"
        )

    def objects(self, catalog: str, alias: str, prefix: str) -> str:
        """Return the condition that the rows of a system catalog are read.

        Whether an extension, or the server for another object, has made one is in ``pg_depend``.
        """
        return f"{self.within(f'{alias}.{prefix}namespace')} AND {made_by_hand(catalog, alias)}"

    @property
    def relation(self) -> str:
        """Return the common table expression of a statement, for all queries of it: what is asked of ``pg_class``, and ``name``."""
        only = ""
        if self.tables is not None:
            only = f" AND (c.relkind = 'S' OR c.oid IN ({_listed(self.tables)}))"
        return (
            f"relation AS (SELECT {_RELATION}, {self.name('c.relnamespace', 'c.relname')} AS name "
            "FROM pg_class c WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') "
            f"AND {self.objects('pg_class', 'c', 'rel')}{only})"
        )


def of_schemas(
    connection: "Connection",
    schemas: Iterable[str],
    catalogs: Iterable[str],
    *,
    until_undone: bool,
) -> Scope:
    """Return the connection's default schema, and ``schemas``; ``catalogs`` are what is asked.

    ``until_undone``: have the server render what is in it alike, as ``rendered`` does, until what is
    done is rolled back.
    """
    values = {"names": _json(schemas), "catalogs": _json(catalogs)}
    sql = _UNTIL_UNDONE.format(_OF_SCHEMAS, *_PLACES) if until_undone else _OF_SCHEMAS
    version, default, own, found, refused, *_ = execute(connection, sql, values).one()
    every = dict.fromkeys([*([own] if own else []), *_oids(found)])
    return Scope(version, default or "", own or 0, tuple(every), refused=_words(refused))


def of_temporary(
    connection: "Connection",
    tables: Iterable[str],
    catalogs: Iterable[str],
    *,
    until_undone: bool,
) -> Scope:
    """Return the temporary ``tables`` and what else is temporary, as if in the default schema.

    ``until_undone``: see ``of_schemas``.
    """
    values = {"names": _json(tables), "catalogs": _json(catalogs)}
    sql = _UNTIL_UNDONE.format(_OF_TEMPORARY, *_PLACES[::-1]) if until_undone else _OF_TEMPORARY
    version, default, own, found, refused, *_ = execute(connection, sql, values).one()
    return Scope(version, default or "", own, (own,), tuple(_oids(found)), _words(refused))


def shown(name: str, quoted: str = '."') -> str:
    """Return the expression of an identifier in the name of an object: quoted where it has a dot."""
    return f"CASE WHEN {name} ~ '[{quoted}]' THEN quote_ident({name}) ELSE {name} END"


def made_by_hand(catalog: str, alias: str) -> str:
    """Return the condition that no extension has made an object, nor the server for another one.

    All that extensions have made is read once, and not of each object whether it is of that.
    """
    return (
        f"{alias}.oid NOT IN (SELECT e.objid FROM pg_depend e WHERE e.classid = '{catalog}'::regclass "
        "AND e.refclassid = 'pg_extension'::regclass AND e.objsubid = 0 AND e.deptype = 'e')"
    )


def comment(catalog: str, oid: str, column: str = "0") -> str:
    """Return the expression of the comment on an object."""
    return (
        f"(SELECT description FROM pg_description WHERE objoid = {oid} "
        f"AND classoid = '{catalog}'::regclass AND objsubid = {column})"
    )


def options(array: str, prefix: str = "") -> str:
    """Return the expression of the text of storage options, in the order of their names."""
    return f"(SELECT string_agg('{prefix}' || o, ', ' ORDER BY o) FROM unnest({array}) o)"


def tablespace(alias: str) -> str:
    """Return the expression of the name of a relation's tablespace, which few have: a join costs all of them."""
    return (
        f"CASE WHEN {alias}.reltablespace <> 0 THEN "
        f"(SELECT spcname FROM pg_tablespace WHERE oid = {alias}.reltablespace) END"
    )


def access_method(alias: str, usual: int) -> str:
    """Return the expression of the name of a relation's access method, where that has not the OID ``usual``."""
    return (
        f"CASE WHEN {alias}.relam <> {usual} THEN "
        f"(SELECT amname FROM pg_am WHERE oid = {alias}.relam) END"
    )


def collation(alias: str) -> str:
    """Return the expression of a row of ``pg_collation`` as SQL names it."""
    return (
        f"CASE WHEN pg_collation_is_visible({alias}.oid) THEN '' ELSE "
        f"{alias}.collnamespace::regnamespace::text || '.' END || quote_ident({alias}.collname)"
    )


def _listed(oids: tuple[int, ...]) -> str:
    return ", ".join(map(str, oids)) or "0"


def _oids(text: str | None) -> list[int]:
    return [int(oid) for oid in (text or "").split()]


def _words(text: str | None) -> frozenset[str]:
    return frozenset((text or "").split())


def _json(names: Iterable[str]) -> str:
    return json.dumps(list(names))
