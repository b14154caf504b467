"""A chain of five migrations that tells how often each of them ran.

Each has several statements, of DDL and of data, and inserts its name into ``applied_once``, where
nothing keeps the same name from being there twice.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import create_engine, inspect

from bootctl.ledger.autogenerate import LEDGER
from tests.support.databases.fresh import Database
from tests.support.projects.downgrades import downgrade
from tests.support.projects.kits import Kit, Project
from tests.support.projects.steps import Change, Python, Sql, Step, Table, undone

NAMES = ("a1", "a2", "a3", "a4", "a5")


def _once(name: str) -> Sql:
    return Sql(
        f"INSERT INTO applied_once (revision) VALUES ('{name}')",
        f"DELETE FROM applied_once WHERE revision = '{name}'",
    )


def _row(table: str, column: str, text: str) -> Sql:
    return Sql(f"INSERT INTO {table} ({column}) VALUES ('{text}')", f"DELETE FROM {table}")


def _set(column: str, text: str) -> Sql:
    return Sql(f"UPDATE users SET {column} = '{text}'", f"UPDATE users SET {column} = NULL")


def _index(name: str, table: str, column: str) -> Sql:
    """It is undone in the words of MariaDB."""
    return Sql(f"CREATE INDEX {name} ON {table} ({column})", f"DROP INDEX {name} ON {table}")


CHAIN: dict[str, tuple[Change | Table | Sql, ...]] = {
    "a1": (
        Change.CREATE_USERS,
        Table("Once", "applied_once", "revision"),
        _once("a1"),
        _row("users", "email", "a1"),
    ),
    "a2": (Change.ADD_NAME, _once("a2"), _set("name", "a2")),
    "a3": (
        Table("Post", "posts", "title"),
        _once("a3"),
        _index("posts_title", "posts", "title"),
        _row("posts", "title", "a3"),
    ),
    "a4": (_once("a4"), Change.ADD_NICKNAME, _set("nickname", "a4")),
    "a5": (
        _once("a5"),
        Table("Tag", "tags", "label"),
        _row("tags", "label", "a5"),
        _index("tags_label", "tags", "label"),
    ),
}

ALEMBIC_MODELS = """

def _table(name, text, *more):
    columns = sa.Column("id", sa.Integer, primary_key=True), sa.Column(text, sa.String(100), nullable=False)
    return sa.Table(name, metadata, *columns, *more)


once = _table("applied_once", "revision")
posts = _table("posts", "title", sa.Index("posts_title", "title"))
tags = _table("tags", "label", sa.Index("tags_label", "label"))
"""

TORTOISE_MODELS = """

from tortoise.indexes import Index


class Once(Model):
    revision = fields.CharField(max_length=100)

    class Meta:
        table = "applied_once"


class Post(Model):
    title = fields.CharField(max_length=100)

    class Meta:
        table = "posts"
        indexes = [Index(fields=("title",), name="posts_title")]


class Tag(Model):
    label = fields.CharField(max_length=100)

    class Meta:
        table = "tags"
        indexes = [Index(fields=("label",), name="tags_label")]
"""

SCHEMA = {
    "applied_once": {"id", "revision"},
    "posts": {"id", "title", "posts_title"},
    "tags": {"id", "label", "tags_label"},
    "users": {"id", "email", "name", "nickname"},
}
"""The columns and indexes of each table at the head."""
ROWS = {
    "SELECT revision FROM applied_once ORDER BY id": [(name,) for name in NAMES],
    "SELECT email, name, nickname FROM users": [("a1", "a2", "a4")],
    "SELECT title FROM posts": [("a3",)],
    "SELECT label FROM tags": [("a5",)],
}
"""What the tables hold there."""
GATE = """\
import asyncio, contextlib, pathlib, time
with contextlib.suppress(FileNotFoundError):
    taken = pathlib.Path("gate").rename("taken-gate")
    while taken.exists():
        {waits}(0.05)
"""
LEDGERS = {
    "alembic_version": "SELECT version_num FROM alembic_version",
    "aerich": "SELECT version FROM aerich ORDER BY id",
    "tortoise_migrations": "SELECT app, name FROM tortoise_migrations ORDER BY id",
}


def five(
    kit: Kit, root: Path, database: Database, more: Mapping[str, Sequence[Step]] | None = None
) -> Project:
    """A project with the five migrations. ``more`` is done in the middle of those it names."""
    root.mkdir(exist_ok=True)
    project = kit.project(root, database)
    project.models("name", "nickname")
    models = root / "models.py"
    own = ALEMBIC_MODELS if kit.ledger == "alembic_version" else TORTOISE_MODELS
    models.write_text(models.read_text() + own)
    for after, name in zip((None, *NAMES), NAMES, strict=False):
        first, *rest = CHAIN[name]
        path = project.migration(name, after, first, *(more or {}).get(name, ()), *rest)
        undo = [undone(step) for step in reversed(CHAIN[name])]
        if kit.name == "aerich" and after is None:
            undo.insert(-1, "DROP TABLE aerich")  # which is made after the first one
        path.write_text(path.read_text() + downgrade(kit, undo))
    return project


class Gate:
    """Where the first process that comes to it, in a migration, stays until it is opened.

    The others pass: bootctl may execute a migration that it only prints.
    """

    def __init__(self, root: Path) -> None:
        self._free = root / "gate"
        self._free.touch()
        self._taken = root / "taken-gate"

    @staticmethod
    def step(kit: Kit) -> Python:
        """Comes to the gate of the project."""
        waits = "time.sleep" if kit.ledger == "alembic_version" else "await asyncio.sleep"
        return Python(GATE.format(waits=waits))

    @property
    def is_taken(self) -> bool:
        """Whether a process is there now."""
        return self._taken.exists()

    def open(self) -> None:
        """Let it go on."""
        self._taken.unlink()


def differences_from_head(kit: Kit, database: Database) -> list[str]:
    """In what ``database`` is not as each of the five, applied once and in order, leaves it."""
    expected = {LEDGERS[kit.ledger]: _recorded(kit), **ROWS}
    wrong = [_difference("the schema", _schema(kit, database), SCHEMA)]
    if not any(wrong):
        wrong += [_difference(q, database.execute(q), rows) for q, rows in expected.items()]
    return [line for line in wrong if line]


def _difference(what: str, found: object, expected: object) -> str:
    return "" if found == expected else f"{what}: {found}, not {expected}"


def _recorded(kit: Kit) -> list[tuple[str, ...]]:
    revisions = [kit.revision(name) for name in NAMES]
    if kit.ledger == "alembic_version":
        return [(revisions[-1],)]
    if kit.ledger == "aerich":
        return [(revision,) for revision in revisions]
    return [tuple(revision.split(".")) for revision in revisions]


def _schema(kit: Kit, database: Database) -> dict[str, set[str]]:
    engine = create_engine(database.sync_url)
    try:
        inspector = inspect(engine)
        names = set(inspector.get_table_names()) - {kit.ledger, LEDGER}
        return {
            name: {column["name"] for column in inspector.get_columns(name)}
            | {str(index["name"]) for index in inspector.get_indexes(name)}
            for name in names
        }
    finally:
        engine.dispose()
