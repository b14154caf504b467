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
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_found(case: str) -> None:
    kind, name, place = CASES[case]
    assert culprit(STATEMENTS, Difference(kind, name)) == STATEMENTS[place]


def test_none_may_name_it() -> None:
    assert culprit(STATEMENTS, Difference("missing column", "towns.name")) == ""
