"""Changes by hand: tables."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

_USERS = [
    "id",
    "name",
    "mail",
    "mood",
    "moods",
    "born",
    "bio",
    "score",
    "home",
    "tags",
    "data",
    "size",
    "created",
]

TABLES = (
    ByHand(
        "table dropped",
        "DROP TABLE cache",
        {
            "table cache": "-",
            "column cache.key": "-",
            "column cache.value": "-",
            "rule cache.no_delete": "-",
        },
    ),
    ByHand(
        "table added",
        'CREATE TABLE "table" (id serial PRIMARY KEY, x text UNIQUE)',
        {
            "table table": "+",
            "column table.id": "+",
            "column table.x": "+",
            "primary key table.table_pkey": "+",
            "constraint table.table_x_key": "+",
            "grant table to pg_monitor": "+",
        },
    ),
    ByHand(
        "table with a serial id dropped",
        "DROP TABLE users CASCADE",
        dict.fromkeys(
            (
                "table users",
                *(f"column users.{name}" for name in _USERS),
                "primary key users.users_pkey",
                "constraint users.users_mail_key",
                "check users.adult",
                "check users.scored",
                *(
                    f"index users.users_{name}"
                    for name in ("name", "lower", "bio", "pattern", "born")
                ),
                "statistics users_stats",
                "trigger users.stamped",
                "foreign key orders.orders_buyer",
                "foreign key other.items.items_owner_fkey",
                "view adults",
                "view adult_names",
                "grant users to pg_monitor",
                "grant users.name to pg_monitor",
            ),
            "-",
        ),
    ),
    ByHand("table logged", "ALTER TABLE cache SET LOGGED", {"table cache": "persistence"}),
    ByHand("table unlogged", "ALTER TABLE animals SET UNLOGGED", {"table animals": "persistence"}),
    ByHand(
        "table options",
        "ALTER TABLE orders SET (fillfactor = 50), RESET (autovacuum_enabled)",
        {"table orders": "options"},
    ),
    ByHand(
        "table options of TOAST",
        "ALTER TABLE users SET (toast.autovacuum_enabled = false)",
        {"table users": "options"},
    ),
    ByHand(
        "table of a type",
        "CREATE TYPE listed AS (code varchar(5)); ALTER TABLE lists OF listed",
        {"table lists": "of type", "type listed": "+"},
    ),
    ByHand("table comment", "COMMENT ON TABLE users IS NULL", {"table users": "comment"}),
    ByHand(
        "replica identity",
        "ALTER TABLE users REPLICA IDENTITY FULL",
        {"table users": "replica identity"},
    ),
    ByHand(
        "row security enabled",
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
        {"table users": "row security"},
    ),
    ByHand(
        "row security forced",
        "ALTER TABLE orders FORCE ROW LEVEL SECURITY",
        {"table orders": "row security"},
    ),
    ByHand(
        "row security disabled",
        "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
        {"table orders": "row security"},
    ),
    ByHand("policy dropped", "DROP POLICY own_orders ON orders", {"policy orders.own_orders": "-"}),
    ByHand(
        "policy added",
        "CREATE POLICY x ON orders FOR DELETE USING (false)",
        {"policy orders.x": "+"},
    ),
    ByHand(
        "policy changed",
        "ALTER POLICY own_orders ON orders TO pg_monitor USING (buyer = 2)",
        {"policy orders.own_orders": "roles|using"},
    ),
    ByHand(
        "policy checks otherwise",
        "ALTER POLICY all_orders ON orders WITH CHECK (true)",
        {"policy orders.all_orders": "check"},
    ),
    ByHand(
        "partition added",
        "CREATE TABLE measures_2025 PARTITION OF measures FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        {"partition measures_2025": "+", "grant measures_2025 to pg_monitor": "+"},
    ),
    ByHand("partition dropped", "DROP TABLE measures_2024", {"partition measures_2024": "-"}),
    ByHand(
        "partition detached",
        "ALTER TABLE measures DETACH PARTITION measures_2024",
        {
            "partition measures_2024": "-",
            "table measures_2024": "+",
            "column measures_2024.id": "+",
            "column measures_2024.at": "+",
            "column measures_2024.value": "+",
            "primary key measures_2024.measures_2024_pkey": "+",
            "index measures_2024.measures_2024_value_idx": "+",
            "check measures_2024.measures_value_check": "+",
        },
    ),
    ByHand(
        "partition of another bound",
        "ALTER TABLE measures DETACH PARTITION measures_2024; ALTER TABLE measures ATTACH PARTITION measures_2024 FOR VALUES FROM ('2024-01-01') TO ('2024-06-01')",
        {"partition measures_2024": "bound"},
    ),
    ByHand(
        "inheritance lost",
        "ALTER TABLE cats NO INHERIT animals",
        {
            "table cats": "inherits",
            "check cats.animals_name_check": "+",
            "column cats.legs": "+",
            "column cats.name": "+",
        },
    ),
    ByHand(
        "inheritance gained",
        "CREATE TABLE beasts (); ALTER TABLE cats INHERIT beasts",
        {"table cats": "inherits", "table beasts": "+", "grant beasts to pg_monitor": "+"},
    ),
)
