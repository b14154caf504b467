"""Changes that somebody makes by hand to the schema of ``baseline.sql``, and what is found of each.

What is found is, by the kind and the name of an object, ``+`` where only the live database has it,
``-`` where it has it no more, or the parts that differ.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ByHand:
    """One change, as one or two statements."""

    name: str
    sql: str
    found: dict[str, str]
    fixed: bool = True
    """Whether the statements of the fix undo it."""
    since: int = 12
    """The first version of the server that has the statement."""


CORPUS = (
    # Indexes
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
    # Foreign keys
    ByHand(
        "foreign key dropped",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer",
        {"foreign key orders.orders_buyer": "-"},
    ),
    ByHand(
        "foreign key not validated",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES users ON DELETE CASCADE NOT VALID",
        {"foreign key orders.orders_buyer": "validated"},
    ),
    ByHand(
        "foreign key with another action",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES users ON DELETE SET NULL ON UPDATE RESTRICT",
        {"foreign key orders.orders_buyer": "on delete|on update"},
    ),
    ByHand(
        "foreign key that sets one column to null",
        "ALTER TABLE without_key DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (a, b) REFERENCES couples MATCH FULL ON UPDATE SET NULL ON DELETE SET NULL (a) DEFERRABLE",
        {"foreign key without_key.pair": "on delete"},
        since=15,
    ),
    ByHand(
        "foreign key without action",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES users",
        {"foreign key orders.orders_buyer": "on delete"},
    ),
    ByHand(
        "foreign key deferrable",
        "ALTER TABLE orders ALTER CONSTRAINT orders_buyer DEFERRABLE INITIALLY DEFERRED",
        {"foreign key orders.orders_buyer": "deferrable"},
    ),
    ByHand(
        "foreign key of another target",
        'ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES "Order" ON DELETE CASCADE',
        {"foreign key orders.orders_buyer": "target"},
    ),
    ByHand(
        "foreign key without MATCH FULL",
        "ALTER TABLE without_key DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (a, b) REFERENCES couples ON UPDATE SET NULL DEFERRABLE",
        {"foreign key without_key.pair": "match"},
    ),
    ByHand(
        "foreign key of other columns",
        "ALTER TABLE without_key DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (b, a) REFERENCES couples MATCH FULL ON UPDATE SET NULL DEFERRABLE",
        {"foreign key without_key.pair": "columns"},
    ),
    ByHand(
        "foreign key of another schema dropped",
        "ALTER TABLE other.items DROP CONSTRAINT items_owner_fkey",
        {"foreign key other.items.items_owner_fkey": "-"},
    ),
    ByHand(
        "foreign key of a quoted table dropped",
        'ALTER TABLE "Order" DROP CONSTRAINT "Order_from_fkey"',
        {"foreign key Order.Order_from_fkey": "-"},
    ),
    ByHand(
        "foreign key added",
        "ALTER TABLE orders ADD FOREIGN KEY (room) REFERENCES users",
        {"foreign key orders.orders_room_fkey": "+"},
    ),
    ByHand(
        "foreign key not enforced",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES users ON DELETE CASCADE NOT ENFORCED",
        {"foreign key orders.orders_buyer": "enforced"},
        since=18,
    ),
    # Primary keys, constraints
    ByHand(
        "primary key dropped",
        "ALTER TABLE orders DROP CONSTRAINT orders_pkey",
        {"primary key orders.orders_pkey": "-"},
    ),
    ByHand(
        "primary key dropped with what refers to it",
        "ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE",
        {
            "primary key users.users_pkey": "-",
            "foreign key orders.orders_buyer": "-",
            "foreign key other.items.items_owner_fkey": "-",
        },
    ),
    ByHand(
        "primary key of other columns",
        "ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY (id, buyer)",
        {"primary key orders.orders_pkey": "columns"},
    ),
    ByHand(
        "primary key that includes",
        "ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD CONSTRAINT orders_pkey PRIMARY KEY (id) INCLUDE (price)",
        {"primary key orders.orders_pkey": "include"},
    ),
    ByHand(
        "primary key added",
        "ALTER TABLE cache ADD PRIMARY KEY (key)",
        {"primary key cache.cache_pkey": "+", "column cache.key": "nullable"},
    ),
    ByHand(
        "primary key renamed",
        "ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO orders_pk",
        {"primary key orders.orders_pkey": "-", "primary key orders.orders_pk": "+"},
    ),
    ByHand(
        "UNIQUE dropped",
        "ALTER TABLE users DROP CONSTRAINT users_mail_key",
        {"constraint users.users_mail_key": "-"},
    ),
    ByHand(
        "UNIQUE added",
        "ALTER TABLE users ADD UNIQUE (score)",
        {"constraint users.users_score_key": "+"},
    ),
    ByHand(
        "UNIQUE no longer deferrable",
        "ALTER TABLE orders DROP CONSTRAINT orders_number, ADD CONSTRAINT orders_number UNIQUE (number, code)",
        {"constraint orders.orders_number": "deferrable"},
    ),
    ByHand(
        "UNIQUE deferrable",
        "ALTER TABLE users DROP CONSTRAINT users_mail_key, ADD CONSTRAINT users_mail_key UNIQUE (mail) DEFERRABLE",
        {"constraint users.users_mail_key": "deferrable"},
    ),
    ByHand(
        "UNIQUE NULLS NOT DISTINCT",
        "ALTER TABLE users DROP CONSTRAINT users_mail_key, ADD CONSTRAINT users_mail_key UNIQUE NULLS NOT DISTINCT (mail)",
        {"constraint users.users_mail_key": "nulls"},
        since=15,
    ),
    ByHand(
        "UNIQUE replaced by an index",
        "ALTER TABLE users DROP CONSTRAINT users_mail_key; CREATE UNIQUE INDEX users_mail_key ON users (mail)",
        {"constraint users.users_mail_key": "-", "index users.users_mail_key": "+"},
    ),
    ByHand("CHECK dropped", "ALTER TABLE users DROP CONSTRAINT adult", {"check users.adult": "-"}),
    ByHand(
        "CHECK added",
        "ALTER TABLE users ADD CONSTRAINT long CHECK (length(name) > 1 AND name LIKE '%')",
        {"check users.long": "+"},
    ),
    ByHand(
        "CHECK changed",
        "ALTER TABLE users DROP CONSTRAINT adult, ADD CONSTRAINT adult CHECK (born < '2011-01-01')",
        {"check users.adult": "definition"},
    ),
    ByHand(
        "CHECK not validated",
        "ALTER TABLE users DROP CONSTRAINT adult, ADD CONSTRAINT adult CHECK (born < '2010-01-01') NOT VALID",
        {"check users.adult": "validated"},
    ),
    ByHand(
        "CHECK not inherited",
        "ALTER TABLE users DROP CONSTRAINT adult, ADD CONSTRAINT adult CHECK (born < '2010-01-01') NO INHERIT",
        {"check users.adult": "inherit"},
    ),
    ByHand(
        "CHECK with a percent sign changed",
        'ALTER TABLE "Order" DROP CONSTRAINT "Order_per%cent_check", ADD CONSTRAINT "Order_per%cent_check" CHECK ("per%cent" LIKE \'%\')',
        {"check Order.Order_per%cent_check": "definition"},
    ),
    ByHand(
        "CHECK of a partitioned table dropped",
        "ALTER TABLE measures DROP CONSTRAINT measures_value_check",
        {"check measures.measures_value_check": "-"},
    ),
    ByHand(
        "CHECK of one partition added",
        "ALTER TABLE measures_2024 ADD CONSTRAINT x CHECK (id > 0)",
        {"check measures_2024.x": "+"},
    ),
    ByHand(
        "CHECK of a parent dropped",
        "ALTER TABLE animals DROP CONSTRAINT animals_name_check",
        {"check animals.animals_name_check": "-"},
    ),
    ByHand(
        "constraint commented",
        "COMMENT ON CONSTRAINT adult ON users IS 'mine'",
        {"check users.adult": "comment"},
    ),
    ByHand(
        "exclusion dropped",
        "ALTER TABLE orders DROP CONSTRAINT orders_room",
        {"exclusion orders.orders_room": "-"},
    ),
    ByHand(
        "exclusion changed",
        "ALTER TABLE orders DROP CONSTRAINT orders_room, ADD CONSTRAINT orders_room EXCLUDE USING gist (room WITH =, during WITH &&)",
        {"exclusion orders.orders_room": "definition"},
    ),
    # Enums, domains, types
    ByHand(
        "enum label added", "ALTER TYPE mood ADD VALUE 'glad' AFTER 'sad'", {"enum mood": "labels"}
    ),
    ByHand(
        "enum label renamed",
        "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
        {"enum mood": "labels"},
    ),
    ByHand(
        "enum labels reordered",
        "ALTER TYPE other.level RENAME VALUE 'low' TO 'x'; ALTER TYPE other.level RENAME VALUE 'high' TO 'low'; ALTER TYPE other.level RENAME VALUE 'x' TO 'high'",
        {"enum other.level": "labels"},
    ),
    ByHand(
        "enum label missing",
        'ALTER TABLE other.items DROP COLUMN level; ALTER TABLE "with.dot" DROP COLUMN "x y"; DROP TYPE other.level; CREATE TYPE other.level AS ENUM (\'low\')',
        {
            "enum other.level": "labels",
            "column other.items.level": "-",
            'column "with.dot".x y': "-",
        },
    ),
    ByHand("enum added", "CREATE TYPE hue AS ENUM ('red')", {"enum hue": "+"}),
    ByHand(
        "domain CHECK dropped",
        "ALTER DOMAIN email DROP CONSTRAINT has_at",
        {"domain email": "checks"},
    ),
    ByHand(
        "domain CHECK added",
        "ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 10)",
        {"domain positive": "checks"},
    ),
    ByHand("domain default", "ALTER DOMAIN positive SET DEFAULT 2", {"domain positive": "default"}),
    ByHand(
        "domain may be null", "ALTER DOMAIN positive DROP NOT NULL", {"domain positive": "nullable"}
    ),
    ByHand("domain added", "CREATE DOMAIN x AS text", {"domain x": "+"}),
    ByHand(
        "composite type with an attribute more",
        "ALTER TYPE address ADD ATTRIBUTE city text",
        {"type address": "attributes"},
    ),
    ByHand(
        "composite type with an attribute less",
        "ALTER TYPE address DROP ATTRIBUTE zip",
        {"type address": "attributes"},
    ),
    ByHand(
        "composite type with an attribute renamed",
        "ALTER TYPE address RENAME ATTRIBUTE zip TO code",
        {"type address": "attributes"},
    ),
    ByHand("range type dropped", "DROP TYPE span CASCADE", {"type span": "-"}),
    # Sequences, identity
    ByHand(
        "sequence increment",
        "ALTER SEQUENCE ticket INCREMENT BY 3",
        {"sequence ticket": "increment"},
    ),
    ByHand("sequence cycles", "ALTER SEQUENCE ticket CYCLE", {"sequence ticket": "cycle"}),
    ByHand(
        "sequence maximum",
        "ALTER SEQUENCE ticket MAXVALUE 1000 CACHE 5",
        {"sequence ticket": "cache|maximum"},
    ),
    ByHand("sequence type", "ALTER SEQUENCE ticket AS bigint", {"sequence ticket": "type"}),
    ByHand(
        "sequence dropped",
        "DROP SEQUENCE spare",
        {"sequence spare": "-", "grant spare to pg_monitor": "-"},
    ),
    ByHand("sequence added", "CREATE SEQUENCE more", {"sequence more": "+"}),
    ByHand(
        "sequence owned by none",
        "ALTER SEQUENCE orders_number_seq OWNED BY NONE",
        {"sequence orders_number_seq": "owner"},
    ),
    ByHand(
        "sequence of another owner",
        "ALTER SEQUENCE spare OWNED BY users.score",
        {"sequence spare": "owner"},
    ),
    ByHand(
        "sequence of a serial column",
        "ALTER SEQUENCE users_id_seq INCREMENT BY 10 CYCLE",
        {"column users.id": "sequence"},
    ),
    ByHand(
        "default of an id lost",
        "ALTER TABLE users ALTER id DROP DEFAULT",
        {"column users.id": "default", "sequence users_id_seq": "+"},
    ),
    ByHand(
        "sequence of an id lost",
        "DROP SEQUENCE users_id_seq CASCADE",
        {"column users.id": "default"},
    ),
    ByHand(
        "identity by default",
        "ALTER TABLE orders ALTER id SET GENERATED BY DEFAULT",
        {"column orders.id": "identity"},
    ),
    ByHand(
        "identity with another increment",
        "ALTER TABLE orders ALTER id SET INCREMENT BY 1",
        {"column orders.id": "identity"},
    ),
    ByHand(
        "identity dropped",
        "ALTER TABLE orders ALTER id DROP IDENTITY",
        {"column orders.id": "identity"},
    ),
    ByHand(
        "identity added",
        'ALTER TABLE "Order" ALTER "select" ADD GENERATED ALWAYS AS IDENTITY',
        {"column Order.select": "identity"},
    ),
    # Columns
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
        {"column users.bio": "statistics|options"},
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
    # Tables
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
        {"table users": "-"},
        fixed=False,
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
    # Views
    ByHand(
        "view changed",
        "CREATE OR REPLACE VIEW adults AS SELECT id, name FROM users WHERE born < '2005-01-01' AND name LIKE '%a%'",
        {"view adults": "definition"},
    ),
    ByHand(
        "view with a column more",
        "CREATE OR REPLACE VIEW adults AS SELECT id, name, score FROM users WHERE born < '2006-01-01' AND name LIKE '%a%'",
        {"view adults": "definition"},
    ),
    ByHand("view dropped", "DROP VIEW adult_names", {"view adult_names": "-"}),
    ByHand(
        "view added",
        "CREATE VIEW x AS SELECT 1 AS one",
        {"view x": "+", "grant x to pg_monitor": "+"},
    ),
    ByHand(
        "view no longer a barrier",
        "ALTER VIEW adult_names RESET (security_barrier)",
        {"view adult_names": "options"},
    ),
    ByHand(
        "view with a check option",
        "ALTER VIEW adults SET (check_option = local)",
        {"view adults": "options"},
    ),
    ByHand(
        "view default", "ALTER VIEW adults ALTER name SET DEFAULT 'x'", {"column adults.name": "+"}
    ),
    ByHand(
        "materialized view changed",
        "DROP MATERIALIZED VIEW totals; CREATE MATERIALIZED VIEW totals AS SELECT buyer, max(total) AS total FROM orders GROUP BY buyer; CREATE UNIQUE INDEX totals_buyer ON totals (buyer)",
        {"materialized view totals": "definition", "grant totals to pg_monitor": "+"},
    ),
    ByHand(
        "materialized view dropped",
        "DROP MATERIALIZED VIEW totals",
        {"materialized view totals": "-", "index totals.totals_buyer": "-"},
    ),
    ByHand("rule dropped", "DROP RULE no_delete ON cache", {"rule cache.no_delete": "-"}),
    ByHand(
        "rule changed",
        "CREATE OR REPLACE RULE no_delete AS ON DELETE TO cache WHERE old.key = '%' DO INSTEAD NOTHING",
        {"rule cache.no_delete": "definition"},
    ),
    ByHand(
        "rule disabled",
        "ALTER TABLE cache DISABLE RULE no_delete",
        {"rule cache.no_delete": "enabled"},
    ),
    # Triggers, routines
    ByHand("trigger dropped", "DROP TRIGGER stamped ON users", {"trigger users.stamped": "-"}),
    ByHand(
        "trigger disabled",
        "ALTER TABLE users DISABLE TRIGGER stamped",
        {"trigger users.stamped": "enabled"},
    ),
    ByHand(
        "trigger always",
        "ALTER TABLE users ENABLE ALWAYS TRIGGER stamped",
        {"trigger users.stamped": "enabled"},
    ),
    ByHand(
        "trigger changed",
        "DROP TRIGGER stamped ON users; CREATE TRIGGER stamped AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION stamp()",
        {"trigger users.stamped": "definition"},
    ),
    ByHand(
        "trigger added",
        "CREATE TRIGGER x BEFORE DELETE ON orders EXECUTE FUNCTION stamp()",
        {"trigger orders.x": "+"},
    ),
    ByHand(
        "constraint trigger added",
        "CREATE CONSTRAINT TRIGGER x AFTER DELETE ON orders DEFERRABLE FOR EACH ROW EXECUTE FUNCTION stamp()",
        {"trigger orders.x": "+"},
    ),
    ByHand(
        "trigger of one partition disabled",
        "ALTER TABLE measures_2024 DISABLE TRIGGER stamped_too",
        {"trigger measures_2024.stamped_too": "+"},
        since=13,
    ),
    ByHand(
        "trigger of all partitions dropped",
        "DROP TRIGGER stamped_too ON measures",
        {"trigger measures.stamped_too": "-"},
    ),
    ByHand(
        "function body",
        "CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        {"function stamp()": "definition"},
    ),
    ByHand(
        "function volatility",
        "ALTER FUNCTION add(integer, integer) VOLATILE",
        {"function add(integer, integer)": "definition"},
    ),
    ByHand(
        "function security definer",
        "ALTER FUNCTION stamp() SECURITY DEFINER",
        {"function stamp()": "definition"},
    ),
    ByHand(
        "function search_path",
        "ALTER FUNCTION stamp() SET search_path = other, public",
        {"function stamp()": "definition"},
    ),
    ByHand("function dropped", "DROP FUNCTION add(text)", {"function add(text)": "-"}),
    ByHand(
        "function added",
        "CREATE FUNCTION add(a numeric) RETURNS numeric LANGUAGE sql AS 'SELECT a'",
        {"function add(numeric)": "+"},
    ),
    ByHand(
        "function result",
        "DROP FUNCTION add(text); CREATE FUNCTION add(b text) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        {"function add(text)": "definition"},
    ),
    ByHand(
        "function of another schema",
        "CREATE OR REPLACE FUNCTION other.helper() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
        {"function other.helper()": "definition"},
    ),
    ByHand(
        "function commented", "COMMENT ON FUNCTION stamp() IS 'x'", {"function stamp()": "comment"}
    ),
    ByHand(
        "procedure body",
        "CREATE OR REPLACE PROCEDURE tidy(a integer) LANGUAGE sql AS 'DELETE FROM animals'",
        {"procedure tidy(integer)": "definition"},
    ),
    ByHand("procedure dropped", "DROP PROCEDURE tidy(integer)", {"procedure tidy(integer)": "-"}),
    ByHand(
        "aggregate changed",
        "DROP AGGREGATE sum_of(integer); CREATE AGGREGATE sum_of (integer) (sfunc = int4pl, stype = integer, initcond = '1')",
        {"aggregate sum_of(integer)": "initcond"},
    ),
    ByHand(
        "aggregate dropped", "DROP AGGREGATE sum_of(integer)", {"aggregate sum_of(integer)": "-"}
    ),
    ByHand(
        "event trigger added",
        "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER x ON ddl_command_end WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION e()",
        {"event trigger x": "+", "function e()": "+"},
    ),
    # Extensions, statistics, grants
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
        "REVOKE INSERT ON users FROM postgres",
        {"grant users to postgres": "+"},
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
        {"grant default privileges of postgres on sequences in other to pg_monitor": "+"},
    ),
    ByHand(
        "default privileges revoked",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM pg_monitor",
        {"grant default privileges of postgres on tables in public to pg_monitor": "-"},
    ),
)
