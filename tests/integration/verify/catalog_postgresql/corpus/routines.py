"""Changes by hand: triggers, routines."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

ROUTINES = (
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
    ByHand(
        "function with another default argument",
        "CREATE OR REPLACE FUNCTION add(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b'",
        {"function add(integer, integer)": "definition"},
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
)
