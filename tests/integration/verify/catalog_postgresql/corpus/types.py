"""Changes by hand: enums, domains, types."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

TYPES = (
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
    ByHand(
        "enum renamed",
        "ALTER TYPE mood RENAME TO feeling",
        {
            "enum mood": "-",
            "enum feeling": "+",
            "column users.mood": "default|type",
            "column users.moods": "type",
            "function moody(mood)": "-",
            "function moody(feeling)": "+",
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
)
