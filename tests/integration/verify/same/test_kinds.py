"""Of each kind of difference that a table can have, it is not said that the table is the models'."""

import pytest
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)

from bootctl.verify.catalog.read import read
from tests.integration.verify.same.comparing import assert_sound, found_by_alembic, known, made
from tests.support.databases.fresh import Database


def models() -> MetaData:
    """A table of everything that is plain, and the one that it refers to."""
    metadata = MetaData()
    Table("other", metadata, Column("id", Integer, primary_key=True), Column("two", Integer))
    Table(
        "t",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(100), nullable=False, index=True, comment="what it is called"),
        Column("email", String(200), unique=True),
        Column("made", DateTime, server_default=func.now()),
        Column("size", Integer, server_default="0"),
        Column("price", Numeric(12, 2), server_default=text("1.5")),
        Column("live", Boolean, nullable=False, server_default=false()),
        Column("state", String, server_default="new"),
        Column("note", Text, server_default=text("'none yet'")),
        Column("other", Integer, ForeignKey("other.id", ondelete="CASCADE")),
        Column("flag", Integer, CheckConstraint("flag > 0")),
        UniqueConstraint("size", "flag", name="uq_size"),
        Index("ix_two", "size", "price", unique=True),
        comment="a table",
    )
    return metadata


SAME = [
    "",
    "ALTER TABLE t RENAME CONSTRAINT t_other_fkey TO fk_other",
    "ALTER TABLE t RENAME CONSTRAINT t_email_key TO uq_email",
    "ALTER TABLE t DROP CONSTRAINT uq_size, ADD CONSTRAINT uq_size UNIQUE (flag, size)",
    "ALTER TABLE t DROP CONSTRAINT t_flag_check",
    "ALTER TABLE t ADD CHECK (size < 9)",
    "ALTER TABLE t DROP CONSTRAINT t_pkey",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t SET (fillfactor = 50)",
    "ALTER TABLE t SET UNLOGGED",
    "COMMENT ON INDEX ix_two IS 'of two columns'",
    "ALTER TABLE t ALTER state TYPE VARCHAR(9)",
    "CREATE TRIGGER tr BEFORE UPDATE ON t EXECUTE FUNCTION suppress_redundant_updates_trigger()",
]
"""What Alembic does not look at, and nothing at all."""

DEFAULTS_DIFFER = [
    "ALTER TABLE t ALTER size SET DEFAULT 1",
    "ALTER TABLE t ALTER size DROP DEFAULT",
    "ALTER TABLE t ALTER made SET DEFAULT '2020-01-01'",
    "ALTER TABLE t ALTER made SET DEFAULT clock_timestamp()",
    "ALTER TABLE t ALTER live SET DEFAULT true",
    "ALTER TABLE t ALTER state SET DEFAULT 'old'",
    "ALTER TABLE t ALTER state SET DEFAULT lower('NEW')",
    "ALTER TABLE t ALTER note SET DEFAULT 'none'",
    "ALTER TABLE t ALTER price SET DEFAULT 1.25",
    "ALTER TABLE t ALTER flag SET DEFAULT 0",
    "CREATE SEQUENCE s; ALTER TABLE t ALTER flag SET DEFAULT nextval('s')",
]

OTHERWISE = [
    "ALTER TABLE t DROP flag",
    "ALTER TABLE t ADD more INTEGER",
    "ALTER TABLE t RENAME flag TO banner",
    "ALTER TABLE t RENAME TO u",
    "ALTER TABLE t ALTER name TYPE VARCHAR(101)",
    "ALTER TABLE t ALTER name TYPE TEXT",
    "ALTER TABLE t ALTER name TYPE CHAR(100)",
    "ALTER TABLE t ALTER note TYPE VARCHAR",
    'ALTER TABLE t ALTER note TYPE TEXT COLLATE "C"',
    "ALTER TABLE t ALTER size TYPE BIGINT",
    "ALTER TABLE t ALTER size TYPE SMALLINT",
    "ALTER TABLE t ALTER price TYPE NUMERIC(12, 3)",
    "ALTER TABLE t ALTER price TYPE NUMERIC",
    "ALTER TABLE t ALTER made TYPE TIMESTAMPTZ",
    "ALTER TABLE t ALTER made TYPE TIMESTAMP(3)",
    "ALTER TABLE t ALTER made TYPE DATE",
    "ALTER TABLE t DROP CONSTRAINT t_flag_check, ALTER flag TYPE INTEGER[] USING ARRAY[flag]",
    "CREATE DOMAIN d AS INTEGER; ALTER TABLE t ALTER flag TYPE d",
    "CREATE TYPE text AS ENUM ('a'); ALTER TABLE t ALTER note DROP DEFAULT, ALTER note TYPE public.text USING 'a'",
    "ALTER TABLE t ALTER name DROP NOT NULL",
    "ALTER TABLE t ALTER flag SET NOT NULL",
    "ALTER TABLE t ALTER id DROP DEFAULT, ALTER id ADD GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE t DROP flag, ADD flag INTEGER GENERATED ALWAYS AS (size + 1) STORED",
    "COMMENT ON TABLE t IS 'another'",
    "COMMENT ON TABLE t IS NULL",
    "COMMENT ON COLUMN t.name IS NULL",
    "COMMENT ON COLUMN t.size IS 'how much'",
    "DROP INDEX ix_two",
    "ALTER INDEX ix_two RENAME TO ix_three",
    "DROP INDEX ix_two; CREATE INDEX ix_two ON t (size, price)",
    "DROP INDEX ix_two; CREATE UNIQUE INDEX ix_two ON t (price, size)",
    "DROP INDEX ix_two; CREATE UNIQUE INDEX ix_two ON t (size)",
    "DROP INDEX ix_two; CREATE UNIQUE INDEX ix_two ON t (size, price DESC)",
    "DROP INDEX ix_two; CREATE UNIQUE INDEX ix_two ON t (size, price) WHERE live",
    "DROP INDEX ix_two; CREATE UNIQUE INDEX ix_two ON t (size, price) INCLUDE (flag)",
    "DROP INDEX ix_t_name; CREATE INDEX ix_t_name ON t (lower(name))",
    "DROP INDEX ix_t_name; CREATE INDEX ix_t_name ON t (name varchar_pattern_ops)",
    "DROP INDEX ix_t_name; CREATE INDEX ix_t_name ON t USING hash (name)",
    "CREATE INDEX ix_more ON t (flag)",
    "ALTER TABLE t DROP CONSTRAINT uq_size",
    "ALTER TABLE t RENAME CONSTRAINT uq_size TO uq_other",
    "ALTER TABLE t DROP CONSTRAINT uq_size, ADD CONSTRAINT uq_size UNIQUE (size)",
    "ALTER TABLE t DROP CONSTRAINT uq_size, ADD CONSTRAINT uq_size UNIQUE (size, flag) INCLUDE (name)",
    "ALTER TABLE t DROP CONSTRAINT uq_size; CREATE UNIQUE INDEX uq_size ON t (size, flag)",
    "ALTER TABLE t DROP CONSTRAINT t_email_key",
    "ALTER TABLE t DROP CONSTRAINT t_email_key; CREATE UNIQUE INDEX t_email_key ON t (email)",
    "ALTER TABLE t ADD UNIQUE (flag)",
    "ALTER TABLE t DROP CONSTRAINT t_other_fkey",
    "ALTER TABLE t DROP CONSTRAINT t_other_fkey, ADD FOREIGN KEY (other) REFERENCES other",
    "ALTER TABLE t DROP CONSTRAINT t_other_fkey, ADD FOREIGN KEY (other) REFERENCES other ON DELETE RESTRICT",
    "ALTER TABLE t DROP CONSTRAINT t_other_fkey, ADD FOREIGN KEY (flag) REFERENCES other ON DELETE CASCADE",
    "ALTER TABLE t DROP CONSTRAINT t_other_fkey, "
    "ADD FOREIGN KEY (other) REFERENCES other ON DELETE CASCADE ON UPDATE CASCADE",
    "ALTER TABLE t DROP CONSTRAINT t_other_fkey, ADD FOREIGN KEY (other) REFERENCES other ON DELETE CASCADE DEFERRABLE",
    "ALTER TABLE t ALTER CONSTRAINT t_other_fkey DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE t DROP CONSTRAINT t_other_fkey, "
    "ADD FOREIGN KEY (other) REFERENCES other ON DELETE CASCADE NOT VALID",
    "ALTER TABLE other ADD UNIQUE (two); ALTER TABLE t DROP CONSTRAINT t_other_fkey, "
    "ADD FOREIGN KEY (other) REFERENCES other (two) ON DELETE CASCADE",
    "ALTER TABLE t DROP CONSTRAINT t_other_fkey; ALTER TABLE t ADD FOREIGN KEY (other) REFERENCES t ON DELETE CASCADE",
    "CREATE SCHEMA s; CREATE TABLE s.other (id INTEGER PRIMARY KEY); ALTER TABLE t DROP CONSTRAINT t_other_fkey, "
    "ADD FOREIGN KEY (other) REFERENCES s.other ON DELETE CASCADE",
    "ALTER TABLE t ADD FOREIGN KEY (flag) REFERENCES other",
    "CREATE TABLE parent (id INTEGER NOT NULL, more INTEGER); ALTER TABLE t ADD more INTEGER; ALTER TABLE t INHERIT parent",
    "ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT * FROM u",
]
"""What Alembic finds, or what is none of the plain things."""


@pytest.mark.parametrize("change", SAME)
def test_it_is_known_to_be_the_same(shared: Database, change: str) -> None:
    with made(shared, models(), change or "SELECT 1") as connection:
        for defaults in (True, False):
            live = read(connection)
            assert known(connection, models(), live, defaults=defaults) == {"t", "other"}
        assert not found_by_alembic(connection, models(), compare_server_default=True)


@pytest.mark.parametrize("change", DEFAULTS_DIFFER)
def test_another_default_is_none_only_to_who_compares_them(shared: Database, change: str) -> None:
    with made(shared, models(), change) as connection:
        assert known(connection, models(), read(connection), defaults=True) == {"other"}
        assert known(connection, models(), read(connection), defaults=False) == {"t", "other"}
        assert_sound(connection, models())


@pytest.mark.parametrize("change", OTHERWISE)
def test_it_is_not_known_to_be_the_same(shared: Database, change: str) -> None:
    with made(shared, models(), change) as connection:
        assert "t" not in assert_sound(connection, models())
