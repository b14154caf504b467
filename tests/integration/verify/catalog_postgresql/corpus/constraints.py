"""Changes by hand: primary keys, constraints."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

CONSTRAINTS = (
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
)
