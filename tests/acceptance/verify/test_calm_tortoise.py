"""A database that Aerich's migrations or Tortoise's own made is clean, and what changes by hand is found."""

import json
from pathlib import Path

import pytest

from tests.acceptance.verify.test_tortoise_declarations import BOTH, made
from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import Kit

pytestmark = pytest.mark.exhaustive
IN_QUICK_SUITE = {"database": ("sqlite",)}

MODELS = """\
from enum import Enum, IntEnum
from tortoise import Model, fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index


class Colour(str, Enum):
    red = "its"
    blue = "100%"


class Level(IntEnum):
    low = 1


class Parent(Model):
    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=50, unique=True, description="its 100% :x")

    class Meta:
        table = "order"
        table_description = "reserved"


class Child(Model):
    id = fields.BigIntField(primary_key=True)
    choice = fields.CharField(max_length=20, db_default="its 100% :y", source_field="select")
    amount = fields.DecimalField(max_digits=12, decimal_places=2, db_default=0)
    small = fields.SmallIntField(null=True, db_index=True)
    ratio = fields.FloatField(null=True)
    live = fields.BooleanField(db_default=True)
    body = fields.TextField(null=True)
    blob = fields.BinaryField(null=True)
    day = fields.DateField(null=True)
    at = fields.DatetimeField(db_default=Now())
    changed = fields.DatetimeField(auto_now=True)
    clock = fields.TimeField(null=True)
    span = fields.TimeDeltaField(null=True)
    data = fields.JSONField(null=True)
    colour = fields.CharEnumField(Colour, max_length=10, default=Colour.red)
    level = fields.IntEnumField(Level, default=Level.low)
    parent = fields.ForeignKeyField("models.Parent", related_name="a", on_delete=fields.RESTRICT)
    other = fields.ForeignKeyField("models.Parent", related_name="b", null=True, on_delete=fields.SET_NULL)
    one = fields.OneToOneField("models.Parent", related_name="c", null=True)
    many = fields.ManyToManyField("models.Parent", related_name="d", through="child_parent")

    class Meta:
        table = "child"
        unique_together = (("small", "day"),)
        indexes = [Index(fields=("day", "live"), name="ix_day_live")]
{more}"""

MORE = "\n\nclass Later(Model):\n    id = fields.IntField(primary_key=True)\n"

BY_HAND = {
    "ALTER TABLE child ADD hand INTEGER": "child.hand",
    "CREATE INDEX ix_hand ON child (day)": "child.ix_hand",
    "DROP INDEX ix_day_live": "child.ix_day_live",
}


def found(root: Path) -> set[str]:
    """The names of what differs."""
    result = bootctl("check", "--format", "json", cwd=root)
    assert result.code in (0, 20), result.stderr
    return {item["name"] for item in json.loads(result.stdout)["differences"]}


@BOTH
def test_all_that_models_say(tmp_path: Path, database: Database, kit: Kit) -> None:
    made(tmp_path, database, kit, MODELS.replace("{more}", ""))
    assert found(tmp_path) == set()
    assert bootctl("run", "--", "true", cwd=tmp_path).code == 0
    names = set()
    for statement, name in BY_HAND.items():
        own = statement + (
            " ON child" if database.kind == "mariadb" and "DROP" in statement else ""
        )
        database.execute(own)
        names.add(name)
        assert found(tmp_path) == names


@BOTH
def test_two_releases(tmp_path: Path, database: Database, kit: Kit) -> None:
    made(tmp_path, database, kit, *(MODELS.replace("{more}", more) for more in ("", MORE)))
    assert found(tmp_path) == set()
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert found(tmp_path) == set()
