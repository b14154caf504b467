"""What Tortoise models declare is compared as the project's own tool makes it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl, run
from tests.support.projects.kits import AERICH, TORTOISE, Kit
from tests.support.projects.steps import Sql

IN_QUICK_SUITE = {"database": ("mariadb",)}

HEAD = """\
from tortoise import Model, fields
from tortoise.indexes import PartialIndex
from tortoise.migrations.constraints import UniqueConstraint


class T(Model):
    name = fields.CharField(max_length=100)
    n = fields.IntField(default=3)
{fields}
    class Meta:
        table = "t"
{meta}
"""

RELATION = """

class U(Model):
    t = fields.ForeignKeyField("models.T", db_constraint=False)

    class Meta:
        table = "u"
"""

FIRST = {
    "aerich": (("aerich", "init-migrations"), ("aerich", "upgrade")),
    "tortoise": (("tortoise", "makemigrations"), ("tortoise", "migrate")),
}
NEXT = {**FIRST, "aerich": (("aerich", "migrate"), ("aerich", "upgrade"))}

BOTH = pytest.mark.parametrize("kit", [AERICH, TORTOISE], ids=lambda kit: kit.name)


def models(fields: str = "", meta: str = "", more: str = "") -> str:
    """The text of ``models.py``."""
    own = f"    {fields}\n" if fields else ""
    return HEAD.format(fields=own, meta=f"        {meta}" if meta else "") + more


def made(root: Path, database: Database, kit: Kit, *versions: str) -> None:
    """A project whose tool has made and applied a migration of each version of its models."""
    project = kit.project(root, database)
    (root / kit.file("a1")).unlink()
    for number, text in enumerate(versions):
        project.write("models.py", text)
        for command in (NEXT if number else FIRST)[kit.name]:
            done = run(*command, cwd=root)
            assert done.code == 0, done.stdout + done.stderr


def assert_clean(root: Path) -> None:
    """The service starts."""
    result = bootctl("run", "--", "true", cwd=root)
    assert result.code == 0, result.stderr


@BOTH
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_partial_index(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, kit: Kit
) -> None:
    database = fresh_database(kind)
    index = 'indexes = [PartialIndex(fields=("name",), condition={"n": 1})]'
    made(tmp_path, database, kit, models(meta=index))
    assert_clean(tmp_path)
    database.execute("CREATE INDEX ix_hand ON t (n) WHERE n = 1")
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert [line["object"] for line in result.events("verify.drift")] == ["t.ix_hand"]


CONSTRAINT = 'constraints = (UniqueConstraint(fields=("name", "n"), name="uq_t"),)'


def test_a_constraint_that_was_added_later(tmp_path: Path, database: Database) -> None:
    made(tmp_path, database, TORTOISE, models(), models(meta=CONSTRAINT))
    assert_clean(tmp_path)


def test_a_constraint_that_the_first_migration_does_not_make(
    tmp_path: Path, database: Database
) -> None:
    made(tmp_path, database, TORTOISE, models(meta=CONSTRAINT))
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert "missing constraint t.uq_t (name, n)" in result.verdict["message"]
    assert "ops.AddConstraint" in result.verdict["hint"]


def test_a_constraint_with_a_condition(tmp_path: Path, postgresql: Database) -> None:
    constraint = CONSTRAINT.replace('"uq_t"', '"uq_t", condition="n > 0"')
    made(tmp_path, postgresql, TORTOISE, models(), models(meta=constraint))
    assert_clean(tmp_path)


def test_constraints_are_none_of_aerichs(tmp_path: Path, database: Database) -> None:
    made(tmp_path, database, AERICH, models(meta=CONSTRAINT))
    assert_clean(tmp_path)
    database.execute("CREATE UNIQUE INDEX uq_t ON t (name, n)")
    assert_clean(tmp_path)


@BOTH
def test_a_relation_without_a_foreign_key(tmp_path: Path, database: Database, kit: Kit) -> None:
    made(tmp_path, database, kit, models(more=RELATION))
    assert_clean(tmp_path)


def test_an_indexed_column_with_a_space(tmp_path: Path, mariadb: Database) -> None:
    field = 's = fields.CharField(max_length=20, source_field="my col", db_index=True)'
    made(tmp_path, mariadb, TORTOISE, models(field))
    assert_clean(tmp_path)


NOW = {
    "postgresql": "ALTER TABLE t ALTER at SET DEFAULT CURRENT_TIMESTAMP",
    "mariadb": "ALTER TABLE t MODIFY at DATETIME(6) NOT NULL "
    "DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
    "sqlite": "ALTER TABLE t ADD at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP",
}
"""The default that Tortoise 0.20 to 0.25 gives a column, which 1.0 and newer do not."""


@BOTH
@pytest.mark.parametrize("argument", ["auto_now", "auto_now_add"])
def test_a_default_of_an_earlier_tortoise(
    tmp_path: Path, database: Database, kit: Kit, argument: str
) -> None:
    made(tmp_path, database, kit, models(f"at = fields.DatetimeField({argument}=True)"))
    if database.kind == "sqlite":
        database.execute("ALTER TABLE t DROP at")
    database.execute(NOW[database.kind])
    assert_clean(tmp_path)


DEFAULTS = {
    "percent": "fields.CharField(max_length=20, db_default='100%')",
    "numeric": "fields.DecimalField(max_digits=12, decimal_places=2, db_default=0)",
    "boolean": "fields.BooleanField(db_default=True)",
    "now": "fields.DatetimeField(db_default=Now())",
    "date": "fields.DateField(db_default='2020-01-01')",
    "colon": "fields.CharField(max_length=20, db_default='a :b')",
}


@BOTH
@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_of_the_database(tmp_path: Path, database: Database, kit: Kit, name: str) -> None:
    text = "from tortoise.fields.db_defaults import Now\n" + models(f"d = {DEFAULTS[name]}")
    made(tmp_path, database, kit, text)
    assert_clean(tmp_path)


RANDOM = "(lcase(hex(random_bytes(16))))"


@BOTH
def test_a_random_default(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    field = f"d = fields.CharField(max_length=40, db_default=SqlDefault({RANDOM!r}))"
    imported = "from tortoise.fields.db_defaults import SqlDefault\n"
    made(tmp_path, mariadb, kit, imported + models(field))
    assert_clean(tmp_path)
    mariadb.execute("ALTER TABLE t MODIFY d VARCHAR(40) NOT NULL DEFAULT (uuid())")
    result = bootctl("run", "--", "true", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert "changed default t.d" in result.verdict["message"]


SETTINGS = """\
TORTOISE_ORM = {{
    "connections": {{"default": {url!r}}},
    "apps": {{
        "models": {{"models": ["models", "aerich.models"], "default_connection": "default"}},
        "shop": {{"models": ["shop"], "default_connection": "default"}},
    }},
}}
"""


def test_the_app_whose_table_differs_is_named(tmp_path: Path, database: Database) -> None:
    project = AERICH.project(tmp_path, database)
    url = AERICH.url(database)
    project.write("settings.py", SETTINGS.format(url=url))
    project.write(
        "shop.py", models().replace('"t"', '"orders"').replace("T(Model)", "Order(Model)")
    )
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 20, result.stderr
    assert "missing table orders" in result.verdict["message"]
    assert "aerich --app shop init-migrations" in result.verdict["hint"]
    assert "--app models" not in result.verdict["hint"]


CHECKED = """
class Priced(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "priced"
        constraints = (CheckConstraint(check="id > 0", name="positive"),)
"""


def test_a_check_that_may_not_be_there_is_said(tmp_path: Path, sqlite: Database) -> None:
    project = AERICH.project(tmp_path, sqlite)
    text = (tmp_path / "models.py").read_text()
    top = "from tortoise.migrations.constraints import CheckConstraint\n"
    project.write("models.py", top + text + CHECKED)
    made = Sql("CREATE TABLE priced (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL)")
    project.migration("a2", "a1", made)
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    checked = run("bootctl", "check", "--format", "json", cwd=tmp_path)
    assert checked.code == 0, checked.stdout
    assert "CHECKs of models (priced.positive)" in " ".join(
        json.loads(checked.stdout)["not_compared"]
    )
