"""Models of Tortoise with ``Meta.schema``: their tables are compared where they are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.projects.kits import Kit
from tests.support.projects.steps import Change, Sql
from tests.support.projects.tortoise_shapes import both

MODELS = """\
from tortoise import Model, fields
from tortoise.indexes import Index


class User(Model):
    email = fields.CharField(max_length=100)

    class Meta:
        table = "users"


class Tag(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=50, unique=True, description="its name")

    class Meta:
        table = "tags"
        schema = "shop"
        table_description = "what is told of customers"


class Customer(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=50, db_index=True)
    user = fields.ForeignKeyField("models.User", related_name="customers")
    tags = fields.ManyToManyField("models.Tag", related_name="customers", through="customers_tags")

    class Meta:
        table = "users"
        schema = "shop"
        unique_together = (("email", "user"),)
        indexes = [Index(fields=("email", "id"), name="by_email")]


class Order(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=50)
    customer = fields.ForeignKeyField("models.Customer", related_name="orders")

    class Meta:
        table = "orders"
        indexes = [Index(fields=("email", "id"), name="by_email")]
"""

POSTGRESQL = """\
CREATE SCHEMA "shop"
CREATE TABLE "shop"."tags" ("id" SERIAL NOT NULL PRIMARY KEY, "name" VARCHAR(50) NOT NULL UNIQUE)
COMMENT ON TABLE "shop"."tags" IS 'what is told of customers'
CREATE TABLE "shop"."users" ("id" SERIAL NOT NULL PRIMARY KEY, "email" VARCHAR(50) NOT NULL, \
"user_id" INT NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE, \
CONSTRAINT "uid_users_email_1" UNIQUE ("email", "user_id"))
CREATE INDEX "idx_users_email_1" ON "shop"."users" ("email")
CREATE INDEX "by_email" ON "shop"."users" ("email", "id")
CREATE TABLE "orders" ("id" SERIAL NOT NULL PRIMARY KEY, "email" VARCHAR(50) NOT NULL, \
"customer_id" INT NOT NULL REFERENCES "shop"."users" ("id") ON DELETE CASCADE)
CREATE INDEX "by_email" ON "orders" ("email", "id")
CREATE TABLE "shop"."customers_tags" (\
"users_id" INT NOT NULL REFERENCES "shop"."users" ("id") ON DELETE CASCADE, \
"tag_id" INT NOT NULL REFERENCES "shop"."tags" ("id") ON DELETE CASCADE)
CREATE UNIQUE INDEX "uidx_1" ON "shop"."customers_tags" ("users_id", "tag_id")
"""


def shop(
    root: Path, database: Database, kit: Kit, script: str = POSTGRESQL, models: str = MODELS
) -> None:
    """A project whose tables are in two schemas, two of them of one name; migrated."""
    project = kit.project(root, database)
    project.write("models.py", models)
    steps = map(Sql, script.splitlines())
    project.migration("a1", None, Change.CREATE_USERS, *steps)
    result = run("bootctl", "migrate", cwd=root)
    assert result.code == 0, result.stderr
    assert result.events("verify.clean")


def checked(root: Path, *arguments: str) -> dict[str, Any]:
    """What ``check --format json`` prints."""
    result = run("bootctl", "check", "--format", "json", *arguments, cwd=root)
    document: dict[str, Any] = json.loads(result.stdout)
    assert result.code == (20 if document["differences"] else 0), result.stderr
    return document


CHANGES = {
    ("missing column", "shop.users.email"): (
        "ALTER TABLE shop.users RENAME email TO mail",
        "ALTER TABLE shop.users RENAME mail TO email",
    ),
    ("unexpected column", "shop.users.extra"): (
        "ALTER TABLE shop.users ADD extra int",
        "ALTER TABLE shop.users DROP extra",
    ),
    ("missing table", "shop.customers_tags"): (
        "ALTER TABLE shop.customers_tags SET SCHEMA public",
        "ALTER TABLE public.customers_tags SET SCHEMA shop",
    ),
    ("unexpected table", "shop.more"): ("CREATE TABLE shop.more (id int)", "DROP TABLE shop.more"),
    ("missing index", "shop.users.by_email"): (
        "DROP INDEX shop.by_email",
        "CREATE INDEX by_email ON shop.users (email, id)",
    ),
    ("changed type", "shop.users.email"): (
        "ALTER TABLE shop.users ALTER email TYPE varchar(9)",
        "ALTER TABLE shop.users ALTER email TYPE varchar(50)",
    ),
    ("unexpected constraint", "shop.tags.twice"): (
        "ALTER TABLE shop.tags ADD CONSTRAINT twice UNIQUE (name, id)",
        "ALTER TABLE shop.tags DROP CONSTRAINT twice",
    ),
}
"""What somebody does by hand, and what takes it back."""


@both
def test_tables_of_another_schema(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    shop(tmp_path, postgresql, kit)
    assert checked(tmp_path)["differences"] == []
    before = postgresql.dump()
    for command in (["migrate"], ["run", "--", "true"]):
        result = run("bootctl", *command, cwd=tmp_path)
        assert result.code == 0, result.stderr
        assert result.events("verify.clean")
    assert postgresql.dump() == before
    postgresql.execute("DROP INDEX shop.by_email")
    for command in (["migrate"], ["run", "--", "true"]):
        verdict = run("bootctl", *command, cwd=tmp_path).verdict
        assert verdict["exit_code"] == 20
        assert "missing index shop.users.by_email" in verdict["message"]


@both
@pytest.mark.slow
@pytest.mark.parametrize("record", [True, False], ids=["recorded", "models alone"])
def test_a_change_by_hand_in_another_schema(
    tmp_path: Path, postgresql: Database, kit: Kit, record: bool
) -> None:
    shop(tmp_path, postgresql, kit)
    if not record:
        postgresql.execute("DROP TABLE bootctl_ledger")
    for difference, (change, undo) in CHANGES.items():
        postgresql.execute(change)
        found = checked(tmp_path)["differences"]
        [own] = [item for item in found if (item["kind"], item["name"]) == difference]
        assert ("migrations != database" in own["layers"]) is record
        fixes = [statement for item in found for statement in item["fix"]]
        for statement in fixes if record else [undo]:
            postgresql.execute(statement)
        assert checked(tmp_path)["differences"] == [], change


MARIADB = """\
CREATE TABLE `{other}`.`tags` (`id` INT NOT NULL PRIMARY KEY AUTO_INCREMENT, \
`name` VARCHAR(50) NOT NULL UNIQUE COMMENT 'its name') \
CHARACTER SET utf8mb4 COMMENT='what is told of customers'
CREATE TABLE `{other}`.`users` (`id` INT NOT NULL PRIMARY KEY AUTO_INCREMENT, \
`email` VARCHAR(50) NOT NULL, `user_id` INT NOT NULL, \
UNIQUE KEY `uid_users_email_1` (`email`, `user_id`), \
CONSTRAINT `fk_1` FOREIGN KEY (`user_id`) REFERENCES `{own}`.`users` (`id`) ON DELETE CASCADE, \
KEY `idx_users_email_1` (`email`), KEY `by_email` (`email`, `id`)) CHARACTER SET utf8mb4
CREATE TABLE `orders` (`id` INT NOT NULL PRIMARY KEY AUTO_INCREMENT, `email` VARCHAR(50) NOT NULL, \
`customer_id` INT NOT NULL, CONSTRAINT `fk_2` FOREIGN KEY (`customer_id`) \
REFERENCES `{other}`.`users` (`id`) ON DELETE CASCADE, KEY `by_email` (`email`, `id`)) CHARACTER SET utf8mb4
CREATE TABLE `{other}`.`customers_tags` (`users_id` INT NOT NULL, `tag_id` INT NOT NULL, \
FOREIGN KEY (`users_id`) REFERENCES `{other}`.`users` (`id`) ON DELETE CASCADE, \
FOREIGN KEY (`tag_id`) REFERENCES `{other}`.`tags` (`id`) ON DELETE CASCADE, \
UNIQUE KEY `uidx_1` (`users_id`, `tag_id`)) CHARACTER SET utf8mb4
"""


@both
@pytest.mark.slow
def test_tables_of_another_database(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit
) -> None:
    own, other = fresh_database("mariadb"), fresh_database("mariadb")
    script = MARIADB.format(own=own.name, other=other.name)
    models = MODELS.replace('"shop"', repr(other.name))
    shop(tmp_path, own, kit, script, models)
    before = own.dump(), other.dump()
    assert checked(tmp_path)["differences"] == []
    assert (own.dump(), other.dump()) == before
    own.execute("DROP TABLE bootctl_ledger")
    other.execute("CREATE TABLE more (id int)")
    other.execute("ALTER TABLE users DROP KEY by_email, MODIFY email VARCHAR(40) NOT NULL")
    found = {(item["kind"], item["name"]) for item in checked(tmp_path)["differences"]}
    assert found == {
        ("unexpected table", f"{other.name}.more"),
        ("missing index", f"{other.name}.users.by_email"),
        ("changed type", f"{other.name}.users.email"),
    }
    for table in ("orders", f"`{other.name}`.customers_tags", f"`{other.name}`.users"):
        own.execute(f"DROP TABLE {table}")  # so that each database can be dropped by itself


@both
def test_a_schema_where_there_are_none(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, sqlite)
    own = 'table = "users"\n        schema = "app"'
    project.write("models.py", (tmp_path / "models.py").read_text().replace('table = "users"', own))
    file = tmp_path / kit.file("a1")
    file.write_text(
        file.read_text().replace('"table": "users"', '"table": "users", "schema": "app"')
    )
    result = run("bootctl", "migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert checked(tmp_path)["differences"] == []
    sqlite.execute("ALTER TABLE users DROP COLUMN email")
    [found] = checked(tmp_path)["differences"]
    assert (found["kind"], found["name"]) == ("missing column", "users.email")
