"""Changes by hand: indexes."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

INDEXES = (
    ByHand("index dropped", "DROP INDEX users_name", {"index users.users_name": "-"}),
    ByHand("index added", "CREATE INDEX x ON users (score)", {"index users.x": "+"}),
    ByHand(
        "index of another predicate",
        "DROP INDEX users_lower; CREATE INDEX users_lower ON users (lower(name), born DESC NULLS LAST) INCLUDE (score) WHERE name <> '99%'",
        {"index users.users_lower": "predicate"},
    ),
    ByHand(
        "index without predicate",
        "DROP INDEX users_lower; CREATE INDEX users_lower ON users (lower(name), born DESC NULLS LAST) INCLUDE (score)",
        {"index users.users_lower": "predicate"},
    ),
    ByHand(
        "index of another expression",
        "DROP INDEX users_lower; CREATE INDEX users_lower ON users (upper(name), born DESC NULLS LAST) INCLUDE (score) WHERE name <> '100%'",
        {"index users.users_lower": "columns"},
    ),
    ByHand(
        "index of another order",
        "DROP INDEX users_lower; CREATE INDEX users_lower ON users (lower(name), born) INCLUDE (score) WHERE name <> '100%'",
        {"index users.users_lower": "columns"},
    ),
    ByHand(
        "index without INCLUDE",
        "DROP INDEX users_lower; CREATE INDEX users_lower ON users (lower(name), born DESC NULLS LAST) WHERE name <> '100%'",
        {"index users.users_lower": "include"},
    ),
    ByHand(
        "index by another method",
        "DROP INDEX users_name; CREATE INDEX users_name ON users USING hash (name)",
        {"index users.users_name": "method"},
    ),
    ByHand(
        "index of another operator class",
        "DROP INDEX users_pattern; CREATE INDEX users_pattern ON users (name) WITH (fillfactor = 70)",
        {"index users.users_pattern": "columns"},
    ),
    ByHand(
        "index of another trigram operator class",
        "DROP INDEX users_bio; CREATE INDEX users_bio ON users USING gist (bio gist_trgm_ops(siglen=32))",
        {"index users.users_bio": "columns|method"},
        since=13,
    ),
    ByHand(
        "index of another collation",
        "DROP INDEX users_born; CREATE UNIQUE INDEX users_born ON users (born, name)",
        {"index users.users_born": "columns"},
    ),
    ByHand(
        "index made unique",
        "DROP INDEX users_name; CREATE UNIQUE INDEX users_name ON users (name)",
        {"index users.users_name": "unique"},
    ),
    ByHand(
        "index no longer unique",
        'DROP INDEX users_born; CREATE INDEX users_born ON users (born, name COLLATE "C")',
        {"index users.users_born": "unique"},
    ),
    ByHand(
        "index NULLS NOT DISTINCT",
        'DROP INDEX users_born; CREATE UNIQUE INDEX users_born ON users (born, name COLLATE "C") NULLS NOT DISTINCT',
        {"index users.users_born": "nulls"},
        since=15,
    ),
    ByHand(
        "index invalid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_name'::regclass",
        {"index users.users_name": "valid"},
        made=False,
    ),
    ByHand(
        "index with another fillfactor",
        "ALTER INDEX users_pattern SET (fillfactor = 60)",
        {"index users.users_pattern": "options"},
    ),
    ByHand(
        "index with an option more",
        "ALTER INDEX users_name SET (fillfactor = 60)",
        {"index users.users_name": "options"},
    ),
    ByHand(
        "index renamed",
        "ALTER INDEX users_name RENAME TO users_nom",
        {"index users.users_name": "-", "index users.users_nom": "+"},
    ),
    ByHand(
        "index of a quoted name dropped",
        'DROP INDEX "Index of (all)"',
        {"index Order.Index of (all)": "-"},
    ),
    ByHand(
        "index of a materialized view dropped",
        "DROP INDEX totals_buyer",
        {"index totals.totals_buyer": "-"},
    ),
    ByHand(
        "index of a partitioned table dropped",
        "DROP INDEX measures_value",
        {"index measures.measures_value": "-"},
    ),
    ByHand(
        "index of one partition added",
        "CREATE INDEX x ON measures_2024 (value)",
        {"index measures_2024.x": "+"},
    ),
    ByHand(
        "index commented",
        "COMMENT ON INDEX users_name IS 'mine'",
        {"index users.users_name": "comment"},
    ),
)
