"""Changes by hand: what is made seldom, such as publications, casts and operators."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

OTHERS = (
    ByHand("publication dropped", "DROP PUBLICATION readers", {"publication readers": "-"}),
    ByHand(
        "publication of another table",
        "ALTER PUBLICATION readers ADD TABLE users",
        {"publication readers": "tables"},
    ),
    ByHand(
        "publication of some rows",
        "ALTER PUBLICATION readers SET TABLE couples (a, b) WHERE (a > 5), lists",
        {"publication readers": "tables"},
        since=15,
    ),
    ByHand(
        "publication of other events",
        "ALTER PUBLICATION readers SET (publish = 'delete', publish_via_partition_root)",
        {"publication readers": "by root|publish"},
        since=13,
    ),
    ByHand(
        "text search configuration dropped",
        "DROP TEXT SEARCH CONFIGURATION plain_words",
        {"text search configuration plain_words": "-"},
    ),
    ByHand(
        "text search configuration with another dictionary",
        "ALTER TEXT SEARCH CONFIGURATION plain_words ALTER MAPPING FOR word WITH words, english_stem",
        {"text search configuration plain_words": "mappings"},
    ),
    ByHand(
        "text search dictionary with other options",
        "ALTER TEXT SEARCH DICTIONARY words (STOPWORDS = danish)",
        {"text search dictionary words": "options"},
    ),
    ByHand(
        "operator dropped",
        "DROP OPERATOR === (integer, integer)",
        {"operator ===(integer, integer)": "-"},
    ),
    ByHand(
        "operator estimated otherwise",
        "ALTER OPERATOR === (integer, integer) SET (RESTRICT = NONE)",
        {"operator ===(integer, integer)": "restrict"},
    ),
    ByHand(
        "operator added",
        "CREATE OPERATOR other.<== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
        {"operator other.<==(text, text)": "+"},
    ),
    ByHand("cast dropped", "DROP CAST (grade AS integer)", {"cast grade as integer": "-"}),
    ByHand(
        "cast made implicit",
        "DROP CAST (grade AS integer); CREATE CAST (grade AS integer) WITH FUNCTION grade_number(grade) AS IMPLICIT",
        {"cast grade as integer": "context"},
    ),
    ByHand(
        "cast by input and output",
        "CREATE CAST (grade AS varchar) WITH INOUT",
        {"cast grade as character varying": "+"},
    ),
    ByHand(
        "function of a cast changed",
        "DROP CAST (grade AS integer); DROP FUNCTION grade_number(grade); "
        "CREATE FUNCTION grade_number(g grade) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2'; "
        "CREATE CAST (grade AS integer) WITH FUNCTION grade_number(grade) AS ASSIGNMENT",
        {"function grade_number(grade)": "definition"},
    ),
    ByHand(
        "enum of a cast in another order",
        "DROP TYPE grade CASCADE; CREATE TYPE grade AS ENUM ('high', 'low'); "
        "CREATE FUNCTION grade_number(grade) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; "
        "CREATE CAST (grade AS integer) WITH FUNCTION grade_number(grade) AS ASSIGNMENT",
        {"enum grade": "labels"},
    ),
    ByHand(
        "collation added",
        "CREATE COLLATION x (provider = libc, locale = 'C')",
        {"collation x": "+"},
    ),
    ByHand(
        "collation with a column of it",
        "CREATE COLLATION x (provider = libc, locale = 'C'); ALTER TABLE orders ALTER code TYPE text COLLATE x",
        {"collation x": "+", "column orders.code": "collation"},
    ),
    ByHand(
        "operator class added",
        "CREATE OPERATOR CLASS x FOR TYPE integer USING hash AS OPERATOR 1 ===, FUNCTION 1 hashint4(integer)",
        {"operator class x using hash": "+"},
        made=False,
    ),
    ByHand(
        "foreign server added",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s TYPE 't' FOREIGN DATA WRAPPER w OPTIONS (host 'it''s'); "
        "CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (password 'secret')",
        {
            "foreign data wrapper w": "+",
            "server s": "+",
            "user mapping CURRENT_USER on s": "+",
        },
        made=False,
    ),
    ByHand("type without a definition", "CREATE TYPE x", {"type x": "+"}, made=False),
    ByHand(
        "CHECK of a list changed",
        "ALTER TABLE lists DROP CONSTRAINT listed, ADD CONSTRAINT listed CHECK (code IN ('a', 'c'))",
        {"check lists.listed": "definition"},
    ),
    ByHand(
        "CHECK of a list dropped",
        "ALTER TABLE lists DROP CONSTRAINT listed",
        {"check lists.listed": "-"},
    ),
    ByHand(
        "triggers of foreign keys disabled",
        "ALTER TABLE without_key DISABLE TRIGGER ALL",
        {"foreign key without_key.pair": "triggers"},
        made=False,
    ),
    ByHand(
        "default of a sequence that was not there",
        'CREATE SEQUENCE x; ALTER TABLE "Order" ALTER "select" SET DEFAULT nextval(\'x\')',
        {"sequence x": "+", "column Order.select": "default"},
    ),
    ByHand(
        "column of a domain that was not there",
        "CREATE DOMAIN x AS text; ALTER TABLE cache ALTER value TYPE x",
        {"domain x": "+", "column cache.value": "type"},
    ),
)
