"""The hash of a catalog changes with whatever is changed by hand, and with nothing else."""

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine

from bootctl.database import plain_connection
from bootctl.database.plain_connection import PlainConnection
from bootctl.database.url import parse
from bootctl.ledger import receipts, statements
from bootctl.ledger.autogenerate import LEDGER
from tests.support.corpus.changes import Change, changes, sample
from tests.support.corpus.template import Template, migrated
from tests.support.corpus.tool import execute
from tests.support.databases.fresh import Database, fresh
from tests.support.databases.roles import role

USE = {
    "postgresql": ("ANALYZE", "VACUUM FULL users", "REINDEX TABLE users"),
    "mariadb": ("ANALYZE TABLE users", "OPTIMIZE TABLE users"),
    "sqlite": ("VACUUM", "REINDEX"),
}


def connected(database: Database) -> PlainConnection:
    """Connected as a boot connects that looks for its receipt."""
    return plain_connection.connect(parse(database.sync_url), 5)


def state(database: Database) -> str:
    """The hash of all that a receipt compares, but for the version table."""
    connection = connected(database)
    try:
        return receipts.state(connection)[0]
    finally:
        connection.close()


def is_told(database: Database, change: Change) -> bool:
    """Whether the hash tells of a change; not where an earlier one is in its way."""
    before = state(database)
    with suppress(Exception):  # whatever a driver raises
        execute(database, change.statements)
    return state(database) != before


def unseen(database: Database, template: Template, chosen: list[Change]) -> list[str]:
    """The changes that the hash does not tell of."""

    def is_told_alone(change: Change) -> bool:
        template.restore()
        return is_told(database, change)

    return [one.name for one in chosen if not (is_told(database, one) or is_told_alone(one))]


@pytest.mark.slow
@pytest.mark.parametrize("kind", USE)
def test_a_change_of_each_sort_is_told(tmp_path: Path, kind: str) -> None:
    with migrated("alembic", kind, tmp_path) as (_, database, template):
        assert unseen(database, template, sample(kind)) == []


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", USE)
def test_every_change_is_told(tmp_path: Path, kind: str) -> None:
    with migrated("alembic", kind, tmp_path) as (_, database, template):
        assert unseen(database, template, list(changes(kind))) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", USE)
def test_what_is_no_change_of_a_schema_is_none(tmp_path: Path, kind: str) -> None:
    with migrated("alembic", kind, tmp_path) as (_, database, _template):
        before = state(database)
        for statement in USE[kind]:
            database.execute(statement)
        assert state(database) == before


@pytest.mark.slow
@pytest.mark.parametrize("kind", USE)
def test_a_ledger_of_migrations_is_a_part_of_it(tmp_path: Path, kind: str) -> None:
    with migrated("alembic", kind, tmp_path) as (_, database, _template):
        before = state(database)
        database.execute(f"UPDATE {LEDGER} SET checksum = 'another'")
        assert state(database) != before


def with_ledger(database: Database) -> None:
    """Make the ledger in a database, as its first migration would."""
    engine = create_engine(database.sync_url, poolclass=NullPool)
    with engine.begin() as connection:
        statements.create(connection, None)


ACCOUNTS = {
    "postgresql": ("ALTER ROLE {user} SET work_mem = '8MB'", "ALTER ROLE {user} CREATEDB"),
    "mariadb": ("GRANT PROCESS ON *.* TO {user}@'%'", "GRANT SELECT ON mysql.* TO {user}@'%'"),
}
"""What is done for other users of a server."""


@pytest.mark.parametrize("kind", ACCOUNTS)
def test_another_user_of_the_server_is_no_change(tmp_path: Path, kind: str) -> None:
    with fresh(kind, tmp_path) as other, fresh(kind, tmp_path) as database:
        with_ledger(database)
        before = state(database)
        with role(other) as made:
            for statement in ACCOUNTS[kind]:
                other.execute(statement.format(user=made.user))
            assert state(database) == before


RIGHTS = {
    "postgresql": "ALTER ROLE {user} SET work_mem = '8MB'",
    "mariadb": "GRANT PROCESS ON *.* TO {user}@'%'",
}


@pytest.mark.parametrize("kind", RIGHTS)
def test_what_its_own_user_has_on_the_whole_server_is_told(tmp_path: Path, kind: str) -> None:
    with fresh(kind, tmp_path) as database, role(database) as own:
        with_ledger(own)
        before = state(own)
        database.execute(RIGHTS[kind].format(user=own.user))
        assert state(own) != before


def tenant_state(database: Database, schema: str) -> str:
    """The hash of what a receipt of one tenant compares."""
    url = parse(f"{database.sync_url}?options=-csearch_path%3D{schema}")
    connection = plain_connection.connect(url, 5)
    try:
        return receipts.state(connection, of_tenant=True)[0]
    finally:
        connection.close()


OWN = (
    """
CREATE TABLE {s}.t (id serial PRIMARY KEY, a text DEFAULT 'x');
CREATE TYPE {s}.mood AS ENUM ('glad');
CREATE FUNCTION {s}.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE {s}."""
    + f"{LEDGER}"
    + """ (scope text)
"""
)
OF_A_TENANT = (
    "ALTER TABLE {s}.t ADD b int",
    "ALTER TABLE {s}.t ALTER a SET DEFAULT 'y'",
    "ALTER TABLE {s}.t ADD CONSTRAINT c CHECK (id > 0)",
    "CREATE INDEX i ON {s}.t (a)",
    "COMMENT ON TABLE {s}.t IS 'told'",
    "COMMENT ON COLUMN {s}.t.a IS 'told'",
    "COMMENT ON CONSTRAINT c ON {s}.t IS 'told'",
    "COMMENT ON TYPE {s}.mood IS 'told'",
    "ALTER TYPE {s}.mood ADD VALUE 'sad'",
    "CREATE TRIGGER g BEFORE INSERT ON {s}.t FOR EACH ROW EXECUTE FUNCTION {s}.f()",
    "ALTER TABLE {s}.t DISABLE TRIGGER g",
    "CREATE OR REPLACE FUNCTION {s}.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "ALTER SEQUENCE {s}.t_id_seq INCREMENT 2",
    "ALTER SEQUENCE {s}.t_id_seq OWNED BY NONE",
    "CREATE VIEW {s}.v AS SELECT id FROM {s}.t",
    "CREATE POLICY p ON {s}.t USING (true)",
    "ALTER TABLE {s}.t ENABLE ROW LEVEL SECURITY",
    "GRANT SELECT ON {s}.t TO PUBLIC",
    "GRANT USAGE ON SCHEMA {s} TO PUBLIC",
    "CREATE AGGREGATE {s}.total (int) (SFUNC = int4pl, STYPE = int)",
    "CREATE STATISTICS {s}.n ON id, a FROM {s}.t",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT SELECT ON TABLES TO PUBLIC",
    "INSERT INTO {s}." + LEDGER + " VALUES ('a')",
    "DROP VIEW {s}.v",
)


def test_a_change_of_one_tenant_is_told_of_it_alone(postgresql: Database) -> None:
    for schema in ("one", "two"):
        postgresql.execute(f"CREATE SCHEMA {schema}")
        postgresql.execute(OWN.format(s=schema))
    other, own = tenant_state(postgresql, "two"), tenant_state(postgresql, "one")
    for change in OF_A_TENANT:
        postgresql.execute(change.format(s="one"))
        assert tenant_state(postgresql, "one") != own, change
        assert tenant_state(postgresql, "two") == other, change
        own = tenant_state(postgresql, "one")
