"""Changes by hand: extensions, statistics, grants."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

GRANTS = (
    ByHand("extension added", "CREATE EXTENSION hstore", {"extension hstore": "+"}),
    ByHand(
        "extension dropped",
        "DROP EXTENSION pg_trgm CASCADE",
        {"extension pg_trgm": "-", "index users.users_bio": "-"},
    ),
    ByHand("statistics dropped", "DROP STATISTICS users_stats", {"statistics users_stats": "-"}),
    ByHand(
        "statistics changed",
        "DROP STATISTICS users_stats; CREATE STATISTICS users_stats (ndistinct) ON name, born FROM users",
        {"statistics users_stats": "definition"},
    ),
    ByHand(
        "statistics target",
        "ALTER STATISTICS users_stats SET STATISTICS 200",
        {"statistics users_stats": "target"},
        since=13,
    ),
    ByHand(
        "grant on a table",
        "GRANT DELETE ON users TO pg_monitor",
        {"grant users to pg_monitor": "privileges"},
    ),
    ByHand("grant to all", "GRANT SELECT ON orders TO PUBLIC", {"grant orders to PUBLIC": "+"}),
    ByHand(
        "grant option",
        "GRANT SELECT ON users TO pg_monitor WITH GRANT OPTION",
        {"grant users to pg_monitor": "privileges"},
    ),
    ByHand(
        "revoke on a table",
        "REVOKE ALL ON users FROM pg_monitor",
        {"grant users to pg_monitor": "-", "grant users.name to pg_monitor": "-"},
    ),
    ByHand(
        "revoke from the owner",
        "REVOKE INSERT ON users FROM CURRENT_USER",
        {"grant users to CURRENT_USER": "+"},
    ),
    ByHand(
        "grant on a column",
        "GRANT SELECT (bio) ON users TO pg_monitor",
        {"grant users.bio to pg_monitor": "+"},
    ),
    ByHand(
        "revoke on a column",
        "REVOKE UPDATE (name) ON users FROM pg_monitor",
        {"grant users.name to pg_monitor": "-"},
    ),
    ByHand(
        "grant on a function",
        "GRANT EXECUTE ON FUNCTION add(integer, integer) TO PUBLIC",
        {"grant add(integer, integer) to PUBLIC": "-"},
    ),
    ByHand(
        "revoke on a function",
        "REVOKE EXECUTE ON FUNCTION stamp() FROM PUBLIC",
        {"grant stamp() to PUBLIC": "+"},
    ),
    ByHand(
        "grant on a schema",
        "GRANT CREATE ON SCHEMA other TO pg_monitor",
        {"grant schema other to pg_monitor": "privileges"},
    ),
    ByHand(
        "revoke on a schema",
        "REVOKE USAGE ON SCHEMA other FROM pg_monitor",
        {"grant schema other to pg_monitor": "-"},
    ),
    ByHand(
        "grant on a sequence",
        "GRANT UPDATE ON SEQUENCE spare TO pg_monitor",
        {"grant spare to pg_monitor": "privileges"},
    ),
    ByHand(
        "revoke on a sequence",
        "REVOKE ALL ON SEQUENCE spare FROM pg_monitor",
        {"grant spare to pg_monitor": "-"},
    ),
    ByHand(
        "revoke on a type",
        "REVOKE USAGE ON TYPE mood FROM PUBLIC",
        {"grant type mood to PUBLIC": "+"},
    ),
    ByHand(
        "default privileges granted",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON SEQUENCES TO pg_monitor",
        {"grant default privileges of CURRENT_USER on sequences in other to pg_monitor": "+"},
    ),
    ByHand(
        "default privileges revoked",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM pg_monitor",
        {"grant default privileges of CURRENT_USER on tables in public to pg_monitor": "-"},
    ),
)
