"""What of a migration's statements is read word by word, while they are executed."""

from types import SimpleNamespace
from typing import Any

import pytest

from bootctl.database.state import Revision
from bootctl.migrate.risk.pending import Pending
from bootctl.migrate.risk.words import words

REVISION = Revision("a1", "", "a1.py")


def read(text: str) -> bool:
    database: Any = SimpleNamespace(url=SimpleNamespace(scheme="sqlite"), pending=[REVISION])
    pending = Pending(SimpleNamespace(databases=[database], urls=[]), lambda *_: [])  # type: ignore[arg-type]
    before = words.cache_info().misses
    pending.executing(REVISION, text)
    return words.cache_info().misses > before


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO users (id) VALUES (1)",
        "\n  insert into users values (1), (2);\n",
        "SELECT 1",
    ],
)
def test_rows_of_which_a_migration_may_have_very_many_are_not(text: str) -> None:
    assert not read(text)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO users SELECT * FROM old_users",
        "INSERT INTO users VALUES (1); DROP TABLE old_users",
        "DROP TABLE users_1",
    ],
)
def test_what_a_rule_may_be_about_is(text: str) -> None:
    assert read(text)
