"""Changes by hand: columns."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

COLUMNS = (
    ByHand(
        "column dropped",
        "ALTER TABLE users DROP COLUMN bio",
        {"column users.bio": "-", "index users.users_bio": "-"},
    ),
    ByHand(
        "column added",
        "ALTER TABLE users ADD extra text NOT NULL DEFAULT '%'",
        {"column users.extra": "+"},
    ),
    ByHand(
        "column renamed",
        "ALTER TABLE users RENAME bio TO life",
        {"column users.bio": "-", "column users.life": "+", "index users.users_bio": "columns"},
    ),
    ByHand(
        "column type", "ALTER TABLE users ALTER size TYPE integer", {"column users.size": "type"}
    ),
    ByHand(
        "column type with a default",
        "ALTER TABLE users ALTER score TYPE double precision",
        {"column users.score": "type", "check users.scored": "definition"},
    ),
    ByHand(
        "column longer",
        "ALTER TABLE users ALTER tags TYPE varchar(10)[]",
        {"column users.tags": "type"},
    ),
    ByHand(
        "column length",
        'ALTER TABLE orders ALTER price SET NOT NULL; ALTER TABLE "with.dot" ADD n varchar(10)',
        {"column orders.price": "nullable", 'column "with.dot".n': "+"},
    ),
    ByHand(
        "column type below views",
        "DROP VIEW adults CASCADE; ALTER TABLE users ALTER born TYPE timestamp; CREATE VIEW adults AS SELECT id, name FROM users WHERE born < '2006-01-01' AND name LIKE '%a%'; CREATE VIEW adult_names WITH (security_barrier) AS SELECT name FROM adults",
        {
            "column users.born": "type",
            "view adults": "definition",
            "grant adults to pg_monitor": "+",
            "grant adult_names to pg_monitor": "+",
        },
    ),
    ByHand(
        "column nullable",
        "ALTER TABLE users ALTER name DROP NOT NULL",
        {"column users.name": "nullable"},
    ),
    ByHand(
        "column default",
        "ALTER TABLE users ALTER name SET DEFAULT 'some%body'",
        {"column users.name": "default"},
    ),
    ByHand(
        "column default dropped",
        "ALTER TABLE users ALTER created DROP DEFAULT",
        {"column users.created": "default"},
    ),
    ByHand(
        "column comment", "COMMENT ON COLUMN users.name IS 'x'", {"column users.name": "comment"}
    ),
    ByHand(
        "column of a percent sign",
        'ALTER TABLE "Order" ALTER "per%cent" SET DEFAULT \'60%\'',
        {"column Order.per%cent": "default"},
    ),
    ByHand(
        "column of a dotted name",
        'ALTER TABLE "Order" ALTER "a.b" SET NOT NULL',
        {'column Order."a.b"': "nullable"},
    ),
    ByHand(
        "column of another schema",
        "ALTER TABLE other.items ALTER owner SET DEFAULT 1",
        {"column other.items.owner": "default"},
    ),
    ByHand(
        "column collation",
        "ALTER TABLE orders ALTER code TYPE text COLLATE german",
        {"column orders.code": "collation"},
    ),
    ByHand(
        "column collation lost",
        'ALTER TABLE orders ALTER code TYPE text COLLATE "default"',
        {"column orders.code": "collation"},
    ),
    ByHand(
        "column storage",
        "ALTER TABLE users ALTER bio SET STORAGE EXTERNAL",
        {"column users.bio": "storage"},
    ),
    ByHand(
        "column compression",
        "ALTER TABLE users ALTER bio SET COMPRESSION pglz",
        {"column users.bio": "compression"},
        since=14,
    ),
    ByHand(
        "column statistics",
        "ALTER TABLE users ALTER bio SET STATISTICS 500, ALTER bio SET (n_distinct = 5)",
        {"column users.bio": "options|statistics"},
    ),
    ByHand(
        "generated expression changed",
        "DROP MATERIALIZED VIEW totals; ALTER TABLE orders DROP total; ALTER TABLE orders ADD total numeric GENERATED ALWAYS AS (price * 2) STORED; CREATE MATERIALIZED VIEW totals AS SELECT buyer, sum(total) AS total FROM orders GROUP BY buyer; CREATE UNIQUE INDEX totals_buyer ON totals (buyer)",
        {"column orders.total": "generated", "grant totals to pg_monitor": "+"},
    ),
    ByHand(
        "generated expression dropped",
        "ALTER TABLE orders ALTER total DROP EXPRESSION",
        {"column orders.total": "generated"},
        since=13,
    ),
    ByHand(
        "column of a partitioned table added",
        "ALTER TABLE measures ADD extra integer",
        {"column measures.extra": "+"},
    ),
    ByHand(
        "default of one partition",
        "ALTER TABLE measures_2024 ALTER value SET DEFAULT 3",
        {"column measures_2024.value": "+"},
    ),
    ByHand(
        "NOT NULL that is not validated",
        "ALTER TABLE cache ADD CONSTRAINT x NOT NULL key NOT VALID",
        {"column cache.key": "nullable|validated"},
        made=False,
        since=18,
    ),
    ByHand(
        "NOT NULL that is no longer validated",
        "ALTER TABLE users ALTER created DROP NOT NULL; "
        "ALTER TABLE users ADD CONSTRAINT x NOT NULL created NOT VALID",
        {"column users.created": "validated"},
        made=False,
        since=18,
    ),
    ByHand(
        "virtual column added",
        "ALTER TABLE couples ADD c integer GENERATED ALWAYS AS (a + b) VIRTUAL",
        {"column couples.c": "+"},
        since=18,
    ),
)
