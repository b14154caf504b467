"""What the migrations of the tests do, whichever ORM they are written for."""

from dataclasses import dataclass
from enum import Enum, auto

# Nullable columns of users that a model may have, and their lengths.
COLUMNS = {"name": 50, "nickname": 20}


class Change(Enum):
    """A change in the ORM's own words."""

    CREATE_USERS = auto()
    """How each history begins: users with an id and an email."""
    ADD_NAME = auto()
    ADD_NICKNAME = auto()
    CREATE_POSTS = auto()
    """A table of an id only."""


@dataclass(frozen=True)
class Table:
    """A new table of an id and one text."""

    model: str
    name: str
    text: str


@dataclass(frozen=True)
class Sql:
    """One statement, without its semicolon, and the one that undoes it."""

    text: str
    undo: str = ""


@dataclass(frozen=True)
class Python:
    """Code that is run in its turn."""

    text: str


Step = Change | Table | Sql | Python

_UNDONE = {
    Change.CREATE_USERS: "DROP TABLE users",
    Change.ADD_NAME: "ALTER TABLE users DROP COLUMN name",
    Change.ADD_NICKNAME: "ALTER TABLE users DROP COLUMN nickname",
    Change.CREATE_POSTS: "DROP TABLE posts",
}


def undone(step: Change | Table | Sql) -> str:
    """The statement that undoes it."""
    if isinstance(step, Table):
        return f"DROP TABLE {step.name}"
    return _UNDONE[step] if isinstance(step, Change) else step.undo
