"""Which statement of several has changed an object."""

import pytest

from bootctl.database.state import Difference
from bootctl.migrate.risk.named import culprit

STATEMENTS = [
    "CREATE TABLE news (id INTEGER, email TEXT)",
    'ALTER TABLE users DROP COLUMN "email"',
    "ALTER TABLE users ADD CONSTRAINT once UNIQUE (name)",
    "COMMENT ON TABLE users IS 'without email'",
    "ALTER TYPE mood RENAME TO old_mood",
    "CREATE TYPE mood AS ENUM ('sad')",
    "ALTER TABLE users ALTER COLUMN mood TYPE mood USING mood::text::mood",
    "ALTER TABLE shop.orders DROP COLUMN price",
    "CREATE TABLE _alembic_tmp_posts (id INTEGER)",
    "DROP TABLE posts",
    "ALTER TABLE _alembic_tmp_posts RENAME TO posts",
    "ALTER TABLE goods ADD COLUMN team INTEGER REFERENCES teams (id)",
    "CREATE UNIQUE INDEX by_code ON shop.goods (code)",
    "ALTER TABLE goods ALTER COLUMN mood TYPE TEXT",
    "ALTER TABLE teams MODIFY id INTEGER",
    "CREATE VIEW seen AS SELECT id FROM teams",
    "ALTER TABLE members ADD FOREIGN KEY (team) REFERENCES teams (id)",
    "DROP VIEW looked",
]
CASES = {
    "the last that names column and table": ("missing column", "users.email", 1),
    "not one that names it in a text": ("missing column", "USERS.EMAIL", 1),
    "a key by its name": ("unexpected constraint", "users.once", 2),
    "a type by what makes it": ("changed enum", "mood", 5),
    "the type of a column": ("changed type", "users.mood", 6),
    "a table of a schema": ("missing column", "shop.orders.price", 7),
    "the copy of a table": ("missing column", "posts.title", 10),
    "a key without a name": ("unexpected constraint", "posts.(title)", 10),
    "an index by its name": ("unexpected index", "goods.by_code", 12),
    "not one of another table": ("changed default", "teams.id", 14),
    "a view": ("missing view", "looked", 17),
    "a table by its schema": ("missing table", "shop.orders", 7),
}
OF_COLUMNS = {
    "unexpected foreign key goods.goods_team_fkey": ("columns: team\ntarget: teams (id)", 11),
    "unexpected foreign key members.members_team_fkey": ("columns: team\ntarget: teams (id)", 16),
    "unexpected index goods.code": ("columns: `code`\nunique: yes", 12),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_found(case: str) -> None:
    kind, name, place = CASES[case]
    assert culprit(STATEMENTS, Difference(kind, name)) == STATEMENTS[place]


@pytest.mark.parametrize("named", OF_COLUMNS)
def test_a_key_that_the_server_named_is_found_by_its_columns(named: str) -> None:
    kind, _, name = named.rpartition(" ")
    live, place = OF_COLUMNS[named]
    assert culprit(STATEMENTS, Difference(kind, name, live=live)) == STATEMENTS[place]


def test_of_several_that_only_name_the_table_none_is_told() -> None:
    assert culprit(STATEMENTS, Difference("unexpected check", "goods.goods_check")) == ""


def test_none_may_name_it() -> None:
    assert culprit(STATEMENTS, Difference("missing column", "towns.name")) == ""
