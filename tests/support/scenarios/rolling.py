"""Two releases of a service: the first one runs while the second one migrates."""

from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import Kit
from tests.support.projects.steps import Change, Sql, Step
from tests.support.scenarios.receipts import Booted, booted

ALEMBIC_MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(100), nullable=False),
)
for name in ("gone", "moved", "seen"):
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
texts = "dropped", "renamed", "retyped", "required", "once", "short", "wider", "mood"
goods = sa.Table(
    "goods",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.String(20)) for name in texts),
)
"""
TORTOISE_MODELS = """\
from tortoise import Model, fields


class User(Model):
    email = fields.CharField(max_length=100)

    class Meta:
        table = "users"


class Gone(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "gone"


class Moved(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "moved"


class Seen(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "seen"


class Good(Model):
    id = fields.IntField(primary_key=True)
    dropped = fields.CharField(max_length=20, null=True)
    renamed = fields.CharField(max_length=20, null=True)
    retyped = fields.CharField(max_length=20, null=True)
    required = fields.CharField(max_length=20, null=True)
    once = fields.CharField(max_length=20, null=True)
    short = fields.CharField(max_length=20, null=True)
    wider = fields.CharField(max_length=20, null=True)
    mood = fields.CharField(max_length=20, null=True)

    class Meta:
        table = "goods"
"""
_MOODS = {
    "postgresql": "mood mood",
    "mariadb": "mood ENUM('sad', 'glad')",
    "sqlite": "mood VARCHAR(20) CONSTRAINT moods CHECK (mood IN ('sad', 'glad'))",
}
_TEXTS = ("dropped", "renamed", "retyped", "required", "once", "short", "wider")


def first(kind: str) -> list[str]:
    """What the migration of the first release executes, besides making users."""
    texts = ", ".join(f"{name} VARCHAR(20)" for name in _TEXTS)
    types = ["CREATE TYPE mood AS ENUM ('sad', 'glad')"] if kind == "postgresql" else []
    return [
        *types,
        f"CREATE TABLE goods (id INTEGER NOT NULL PRIMARY KEY, {texts}, {_MOODS[kind]})",
        "CREATE TABLE gone (id INTEGER NOT NULL PRIMARY KEY)",
        "CREATE TABLE moved (id INTEGER NOT NULL PRIMARY KEY)",
        "CREATE VIEW seen AS SELECT id FROM users",
    ]


_COPY = [
    "CREATE TABLE new_goods (id INTEGER NOT NULL PRIMARY KEY, other VARCHAR(20), retyped INTEGER, "
    "required VARCHAR(20) NOT NULL, once VARCHAR(20) UNIQUE, short VARCHAR(20) "
    "CONSTRAINT is_short CHECK (length(short) < 5), wider VARCHAR(20), "
    "mood VARCHAR(20) CONSTRAINT moods CHECK (mood IN ('sad')), level INTEGER NOT NULL)",
    "DROP TABLE goods",
    "ALTER TABLE new_goods RENAME TO goods",
]
_TABLES = {
    "missing table gone": ["DROP TABLE gone"],
    "missing table moved": ["ALTER TABLE moved RENAME TO elsewhere"],
    "missing view seen": ["DROP VIEW seen"],
}
_ALIKE = {
    "missing column goods.dropped": ["ALTER TABLE goods DROP COLUMN dropped"],
    "missing column goods.renamed": ["ALTER TABLE goods RENAME COLUMN renamed TO other"],
    "unexpected column goods.level": ["ALTER TABLE goods ADD COLUMN level INTEGER NOT NULL"],
    "unexpected check goods.is_short": [
        "ALTER TABLE goods ADD CONSTRAINT is_short CHECK (length(short) < 5)"
    ],
}
BREAKING = {
    "postgresql": {
        **_TABLES,
        **_ALIKE,
        "changed type goods.retyped": [
            "ALTER TABLE goods ALTER COLUMN retyped TYPE INTEGER USING retyped::integer"
        ],
        "changed nullability goods.required": [
            "ALTER TABLE goods ALTER COLUMN required SET NOT NULL"
        ],
        "unexpected constraint goods.is_once": [
            "ALTER TABLE goods ADD CONSTRAINT is_once UNIQUE (once)"
        ],
        "changed enum mood": [
            "ALTER TYPE mood RENAME TO old_mood",
            "CREATE TYPE mood AS ENUM ('sad')",
            "ALTER TABLE goods ALTER COLUMN mood TYPE mood USING mood::text::mood",
            "DROP TYPE old_mood",
        ],
    },
    "mariadb": {
        **_TABLES,
        **_ALIKE,
        "changed type goods.retyped": ["ALTER TABLE goods MODIFY retyped INTEGER"],
        "changed nullability goods.required": [
            "ALTER TABLE goods MODIFY required VARCHAR(20) NOT NULL"
        ],
        "unexpected index goods.is_once": ["CREATE UNIQUE INDEX is_once ON goods (once)"],
        "changed type goods.mood": ["ALTER TABLE goods MODIFY mood ENUM('sad')"],
    },
    "sqlite": {
        **_TABLES,
        "missing column goods.dropped": _COPY,
        "missing column goods.renamed": [],
        "changed type goods.retyped": [],
        "changed nullability goods.required": [],
        "unexpected column goods.level": [],
        "unexpected constraint goods.(once)": [],
        "unexpected check goods.is_short": [],
        "changed check goods.moods": [],
    },
}
"""What breaks the first release, and the statements that do it; on SQLite those of all but tables are one copy."""
BY = {"changed enum mood": "CREATE TYPE mood AS ENUM ('sad')"}
"""The statement of several that is told."""

_WIDER = {
    "postgresql": ["ALTER TABLE goods ALTER COLUMN wider TYPE VARCHAR(40)"],
    "mariadb": ["ALTER TABLE goods MODIFY wider VARCHAR(40)"],
    "sqlite": [
        "CREATE TABLE new_goods (id INTEGER NOT NULL PRIMARY KEY, "
        + ", ".join(f"{name} VARCHAR({40 if name == 'wider' else 20})" for name in _TEXTS)
        + f", {_MOODS['sqlite']})",
        "DROP TABLE goods",
        "ALTER TABLE new_goods RENAME TO goods",
    ],
}
_RELAXED = {
    "postgresql": [
        "ALTER TABLE users ALTER COLUMN email DROP NOT NULL",
        "ALTER TABLE goods ALTER COLUMN short TYPE TEXT",
    ],
    "mariadb": [
        "ALTER TABLE users MODIFY email VARCHAR(100) NULL",
        "ALTER TABLE goods MODIFY short TEXT",
    ],
    "sqlite": [],
}
_LABELS = {
    "postgresql": ["ALTER TYPE mood ADD VALUE 'wild'"],
    "mariadb": ["ALTER TABLE goods MODIFY mood ENUM('sad', 'glad', 'wild')"],
    "sqlite": [],
}


def additive(kind: str) -> list[str]:
    """What the first release works with."""
    return [
        *_WIDER[kind],
        *_LABELS[kind],
        *_RELAXED[kind],
        "CREATE TABLE news (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(20) NOT NULL UNIQUE)",
        "ALTER TABLE goods ADD COLUMN note VARCHAR(20)",
        "ALTER TABLE goods ADD COLUMN score INTEGER DEFAULT 0 NOT NULL",
        "CREATE INDEX by_note ON goods (note)",
        "CREATE UNIQUE INDEX by_own_note ON goods (note)",
    ]


def made(kit: Kit, database: Database, tmp_path: Path) -> Booted:
    """The first release."""
    boot = booted(kit, database, tmp_path)
    models = ALEMBIC_MODELS if kit.name == "alembic" else TORTOISE_MODELS
    boot.project.write("models.py", models)
    boot.project.migration("a1", None, Change.CREATE_USERS, *map(Sql, first(database.kind)))
    return boot


def released(kit: Kit, database: Database, tmp_path: Path) -> Booted:
    """The first release, which has run."""
    boot = made(kit, database, tmp_path)
    stated(boot, "1.4.2")
    ran = boot.run(BOOTCTL__VERIFY__IGNORE="*")
    assert ran.code == 0, ran.stderr
    assert not ran.events("verify.full")[0]["not_kept"], ran.stderr
    return boot


def stated(boot: Booted, version: str) -> None:
    """Have the project state its version."""
    path = boot.project.root / "pyproject.toml"
    text = path.read_text() if path.exists() else ""
    kept = text.partition("[project]")[0]
    path.write_text(f'{kept}\n[project]\nname = "app"\nversion = "{version}"\n')


def second(boot: Booted, *steps: Step | str, **variables: str) -> Result:
    """The second release, whose Job migrates."""
    told = [Sql(step) if isinstance(step, str) else step for step in steps]
    boot.project.migration("a2", "a1", *told)
    return migrated(boot, **variables)


def migrated(boot: Booted, **variables: str) -> Result:
    """``bootctl migrate`` of the second release, as its migrations are."""
    env = {"DATABASE_URL": boot.url, "BOOTCTL__VERIFY__IGNORE": "*", **variables}
    return bootctl("migrate", cwd=boot.project.root, env=env)


def told(result: Result) -> dict[str, str]:
    """What breaks, each with its statement."""
    events = result.events("migrate.breaks_running")
    return {f"{item['kind']} {item['object']}": item["statement"] for item in events}
