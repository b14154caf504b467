"""What most schemas have none of is read where it is all that there is: the server is then asked for it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from bootctl.verify.catalog.postgresql import reading
from tests.support.databases import fresh

ALONE = {
    "enum": "CREATE TYPE mood AS ENUM ('well')",
    "domain": "CREATE DOMAIN age AS integer",
    "type of attributes": "CREATE TYPE point2 AS (x integer)",
    "type that is a range": "CREATE TYPE span AS RANGE (subtype = integer)",
    "type that is a shell": "CREATE TYPE shell",
    "view": "CREATE VIEW one AS SELECT 1 AS one",
    "materialized view": "CREATE MATERIALIZED VIEW one AS SELECT 1 AS one",
    "trigger": "CREATE TABLE t (); CREATE TRIGGER tr BEFORE UPDATE ON t "
    "EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()",
    "rule": "CREATE TABLE t (); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING",
    "rule on a view": "CREATE VIEW v AS SELECT 1; CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING",
    "statistics": "CREATE TABLE t (a integer, b integer); CREATE STATISTICS s ON a, b FROM t",
    "function": "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "procedure": "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
    "aggregate": "CREATE AGGREGATE total (integer) (sfunc = pg_catalog.int4pl, stype = integer)",
    "event trigger": "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
    "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f()",
    "policy": "CREATE TABLE t (); CREATE POLICY p ON t",
    "publication": "CREATE PUBLICATION p",
    "cast": "CREATE DOMAIN d AS integer; CREATE TYPE point2 AS (x integer); CREATE CAST (point2 AS text) WITH INOUT",
    "collation": "CREATE COLLATION c (locale = 'C')",
    "text search configuration": "CREATE TEXT SEARCH CONFIGURATION c (copy = simple)",
    "text search dictionary": "CREATE TEXT SEARCH DICTIONARY d (template = simple)",
    "operator": "CREATE OPERATOR === (leftarg = integer, rightarg = integer, function = pg_catalog.int4eq)",
    "operator class": "CREATE OPERATOR CLASS c FOR TYPE integer USING hash AS OPERATOR 1 =",
    "foreign data wrapper": "CREATE FOREIGN DATA WRAPPER w",
    "server": "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w",
    "user mapping": "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; "
    "CREATE USER MAPPING FOR PUBLIC SERVER s",
    "language": "CREATE LANGUAGE l HANDLER pg_catalog.plpgsql_call_handler",
    "access method": "CREATE ACCESS METHOD m TYPE TABLE HANDLER pg_catalog.heap_tableam_handler",
    "conversion": "CREATE CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM pg_catalog.iso8859_1_to_utf8",
    "transform": "CREATE TRANSFORM FOR integer LANGUAGE plpgsql "
    "(FROM SQL WITH FUNCTION pg_catalog.prsd_lextype(internal))",
}
"""Statements that make it, by its kind and what else it is."""


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with fresh.fresh("postgresql", tmp_path_factory.mktemp("catalog")) as database:
        engine = create_engine(database.sync_url)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


@pytest.mark.parametrize("what", ALONE)
def test_it_is_read(connection: Connection, what: str) -> None:
    with connection.begin() as transaction:
        connection.exec_driver_sql(ALONE[what].replace("%", "%%"))
        kinds = {item.kind for item in reading.read(connection, ()).objects}
        transaction.rollback()
    assert kinds & {what, what.split(" ")[0]}
