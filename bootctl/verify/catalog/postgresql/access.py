"""Who may do what: policies of row security, grants, default privileges."""

from bootctl.verify.catalog.postgresql import routines
from bootctl.verify.catalog.postgresql.query import Query
from bootctl.verify.catalog.postgresql.scope import Scope, comment, shown


def _policies(scope: Scope) -> str:
    return f"""
        SELECT c.name || '.' || {shown("p.polname")} AS name, c.name AS table,
            CASE WHEN NOT p.polpermissive THEN 'no' END AS permissive,
            CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS command,
            (
                SELECT string_agg({_role("role", "quote_ident({})")}, ', ' ORDER BY role)
                FROM unnest(p.polroles) role
            ) AS roles,
            pg_get_expr(p.polqual, p.polrelid) AS using,
            pg_get_expr(p.polwithcheck, p.polrelid) AS check,
            {comment("pg_policy", "p.oid")} AS comment
        FROM relation c JOIN pg_policy p ON p.polrelid = c.oid
    """


def _granted(scope: Scope) -> str:
    """Return the query of all that has privileges of its own, with those that it began with."""
    begun = "coalesce((SELECT i.initprivs FROM pg_init_privs i WHERE i.objoid = {}.oid AND i.classoid = '{}'::regclass AND i.objsubid = 0), acldefault({}, {}))"
    relation = "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\""
    return f"""
        SELECT c.name, CASE WHEN c.relkind <> 'S' THEN c.name END AS "table", c.relacl AS acl,
            {begun.format("c", "pg_class", relation, "c.relowner")} AS begun
        FROM relation c WHERE c.relacl IS NOT NULL
        UNION ALL
        SELECT c.name || '.' || {shown("a.attname")}, c.name, a.attacl, NULL
        FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL
        UNION ALL
        SELECT {routines.name(scope)}, NULL, p.proacl, {begun.format("p", "pg_proc", "'f'", "p.proowner")}
        FROM pg_proc p WHERE p.proacl IS NOT NULL AND {scope.objects("pg_proc", "p", "pro")}
        UNION ALL
        SELECT 'type ' || {scope.name("t.typnamespace", "t.typname")}, NULL, t.typacl,
            {begun.format("t", "pg_type", "'T'", "t.typowner")}
        FROM pg_type t WHERE t.typacl IS NOT NULL AND {scope.objects("pg_type", "t", "typ")}
        UNION ALL
        SELECT 'schema ' || {shown("n.nspname")}, NULL, n.nspacl,
            {begun.format("n", "pg_namespace", "'n'", "n.nspowner")}
        FROM pg_namespace n WHERE {scope.within("n.oid")}
        UNION ALL
        SELECT 'default privileges of ' || quote_ident(pg_get_userbyid(d.defaclrole)) || ' on ' ||
            CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
                WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'
                ELSE 'large objects' END
            || CASE d.defaclnamespace WHEN 0 THEN ''
                ELSE ' in ' || d.defaclnamespace::regnamespace END,
            NULL, d.defaclacl, CASE d.defaclnamespace WHEN 0 THEN acldefault(
                CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole
            ) END
        FROM pg_default_acl d WHERE d.defaclnamespace = 0 OR {scope.within("d.defaclnamespace")}
    """


def _role(oid: str, quoted: str = "{}") -> str:
    name = quoted.format(f"pg_get_userbyid({oid})")
    return f"CASE {oid} WHEN 0 THEN 'PUBLIC' ELSE {name} END"


_PRIVILEGES = """
    SELECT g.name, g."table", p.grantee, string_agg(DISTINCT p.privilege_type
        || CASE WHEN p.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', ') AS privileges
    FROM granted g CROSS JOIN LATERAL aclexplode(g.{}) p GROUP BY 1, 2, 3
"""


def _grants(scope: Scope) -> str:
    return f"""
        WITH granted AS MATERIALIZED (
            SELECT * FROM ({_granted(scope)}) g WHERE g.acl IS NOT NULL
        ), held AS ({_PRIVILEGES.format("acl")}), begun AS ({_PRIVILEGES.format("begun")})
        SELECT coalesce(held.name, begun.name) || ' to '
                || {_role("coalesce(held.grantee, begun.grantee)")} AS name,
            coalesce(held."table", begun."table") AS table,
            coalesce(held.privileges, 'none') AS privileges,
            begun.privileges AS "default"
        FROM held FULL JOIN begun ON held.name = begun.name AND held.grantee = begun.grantee
        WHERE held.privileges IS DISTINCT FROM begun.privileges
    """


QUERIES = (
    Query(
        "policies of row security",
        ("pg_policy",),
        _policies,
        "policy",
        temporary=False,
        some=lambda _: "SELECT FROM pg_policy",
    ),
    Query(
        "grants",
        ("pg_init_privs", "pg_default_acl", "pg_proc", "pg_attribute", "pg_type"),
        _grants,
        "grant",
        temporary=False,
    ),
)
