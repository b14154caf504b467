"""Projects of Tortoise ORM, with Aerich's migrations or its own, as their users would have them."""

import textwrap
from dataclasses import dataclass
from pathlib import Path

from tests.support.projects.alembic import write
from tests.support.projects.steps import COLUMNS, Change, Python, Sql, Step, Table

PYPROJECT = """\
[tool.{tool}]
tortoise_orm = "settings.TORTOISE_ORM"
"""

SETTINGS = """\
{top}
TORTOISE_ORM = {{
    "connections": {{"default": {connection}}},
    "apps": {{"models": {app!r}}},
}}
"""

MODELS = """\
from tortoise import Model, fields


class User(Model):
    email = fields.CharField(max_length=100)
{columns}
    class Meta:
        table = "users"
"""

COLUMN = "    {name} = fields.CharField(max_length={length}, null=True)\n"


@dataclass(frozen=True)
class TortoiseProject:
    """A folder with ``pyproject.toml``, ``settings.py`` and ``models.py``."""

    root: Path
    url: str

    def write(self, name: str, text: str) -> Path:
        """Write a file, its folders too."""
        write(self.root, {name: text})
        return self.root / name

    def configure(self, *, top: str = "", connection: str = "") -> None:
        """Write ``settings.py``: ``top``, and the URL or another expression for the connection."""
        text = SETTINGS.format(top=top, connection=connection or repr(self.url), app=self.app())
        self.write("settings.py", text)

    def app(self) -> dict[str, object]:
        """The configuration of the only app."""
        return {"models": ["models"], "default_connection": "default"}

    def models(self, *columns: str) -> None:
        """Write ``models.py``: users with these of ``COLUMNS``."""
        more = (COLUMN.format(name=name, length=COLUMNS[name]) for name in columns)
        self.write("models.py", MODELS.format(columns="".join(more)))


# What differs in the SQL that Aerich writes: the quotes, the key, JSON, and a table's options.
DIALECTS = {
    "sqlite": ('"', "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", "JSON", ""),
    "postgres": ('"', "SERIAL NOT NULL PRIMARY KEY", "JSONB", ""),
    "mysql": ("`", "INT NOT NULL PRIMARY KEY AUTO_INCREMENT", "JSON", " CHARACTER SET utf8mb4"),
}

AERICH_CHANGES = {
    Change.CREATE_USERS: """\
CREATE TABLE IF NOT EXISTS "users" (
    "id" {key},
    "email" VARCHAR(100) NOT NULL
){options};
CREATE TABLE IF NOT EXISTS "aerich" (
    "id" {key},
    "version" VARCHAR(255) NOT NULL,
    "app" VARCHAR(100) NOT NULL,
    "content" {json} NOT NULL
){options};
""",
    Change.ADD_NAME: 'ALTER TABLE "users" ADD "name" VARCHAR(50);\n',
    Change.ADD_NICKNAME: 'ALTER TABLE "users" ADD "nickname" VARCHAR(20);\n',
    Change.CREATE_POSTS: """\
CREATE TABLE IF NOT EXISTS "posts" (
    "id" {key}
){options};
""",
}

AERICH_TABLE = """\
CREATE TABLE IF NOT EXISTS "{name}" (
    "id" {key},
    "{text}" VARCHAR(100) NOT NULL
){options};
"""

AERICH_MIGRATION = '''\
from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
{body}


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        """
'''


def aerich_version(name: str) -> str:
    """The name of a migration as Aerich would number and record it."""
    return f"{int(name[1:])}_20260101000000_{name}.py"


class AerichProject(TortoiseProject):
    """A project with migrations as Aerich writes them."""

    def app(self) -> dict[str, object]:
        """With Aerich's own model."""
        return {**super().app(), "models": ["models", "aerich.models"]}

    def migration(self, name: str, after: str | None, *steps: Step) -> Path:
        """Write one migration. It returns its SQL, but for what its own code comes after."""
        code: list[str] = []
        sql = ""
        for step in steps:
            if isinstance(step, Python):
                code += [f'await db.execute_script("""\n{sql}""")'] if sql else []
                code.append(step.text)
                sql = ""
            else:
                sql += f"{step.text};\n" if isinstance(step, Sql) else self._sql(step)
        body = textwrap.indent("\n".join([*code, f'return """\n{sql}"""']), "    ")
        path = f"migrations/models/{aerich_version(name)}"
        return self.write(path, AERICH_MIGRATION.format(body=body))

    def _sql(self, step: Change | Table) -> str:
        dialect = DIALECTS.get(self.url.partition(":")[0], DIALECTS["sqlite"])
        quote, key, json, options = dialect
        template = AERICH_CHANGES[step] if isinstance(step, Change) else AERICH_TABLE
        own = {} if isinstance(step, Change) else vars(step)
        return template.format(key=key, json=json, options=options, **own).replace('"', quote)


def aerich_project(root: Path, url: str) -> AerichProject:
    """The smallest whole project: one table, one migration that makes it."""
    project = AerichProject(root, url)
    places = 'location = "./migrations"\nsrc_folder = "./."\n'
    project.write("pyproject.toml", PYPROJECT.format(tool="aerich") + places)
    project.configure()
    project.models()
    project.migration("a1", None, Change.CREATE_USERS)
    return project


CREATE_MODEL = """\
ops.CreateModel(
    name="{name}",
    fields=[
        ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),{more}
    ],
    options={{"table": "{table}", "app": "models", "pk_attr": "id"}},
    bases=["Model"],
),
"""

TEXT = '\n        ("{text}", fields.CharField(max_length=100)),'

NATIVE_CHANGES = {
    Change.CREATE_USERS: CREATE_MODEL.format(
        name="User", table="users", more=TEXT.format(text="email")
    ),
    Change.ADD_NAME: """\
ops.AddField(
    model_name="User",
    name="name",
    field=fields.CharField(null=True, max_length=50),
),
""",
    Change.ADD_NICKNAME: """\
ops.AddField(
    model_name="User",
    name="nickname",
    field=fields.CharField(null=True, max_length=20),
),
""",
    Change.CREATE_POSTS: CREATE_MODEL.format(name="Post", table="posts", more=""),
}

NATIVE_MIGRATION = """\
from tortoise import fields, migrations
from tortoise.migrations import operations as ops
{functions}

class Migration(migrations.Migration):
    dependencies = {dependencies!r}

    initial = {initial!r}

    operations = [
{operations}    ]
"""


def native_name(name: str) -> str:
    """The name of a migration as Tortoise would number it."""
    return f"{int(name[1:]):04}_{name}"


class NativeProject(TortoiseProject):
    """A project with migrations as Tortoise writes them."""

    def app(self) -> dict[str, object]:
        """With its migrations."""
        return {**super().app(), "migrations": "migrations"}

    def migration(self, name: str, after: str | None, *steps: Step) -> Path:
        """Write one migration."""
        functions = operations = ""
        for number, step in enumerate(steps):
            if isinstance(step, Python):
                body = textwrap.indent(step.text, "    ")
                functions += f"\n\nasync def step_{number}(apps, schema_editor):\n{body}\n"
                operations += f"ops.RunPython(step_{number}),\n"
            elif isinstance(step, Change):
                operations += NATIVE_CHANGES[step]
            elif isinstance(step, Table):
                more = TEXT.format(text=step.text)
                operations += CREATE_MODEL.format(name=step.model, table=step.name, more=more)
            else:
                undo = f", {step.undo!r}" if step.undo else ""
                operations += f"ops.RunSQL({step.text!r}{undo}),\n"
        text = NATIVE_MIGRATION.format(
            functions=functions,
            dependencies=[("models", native_name(after))] if after else [],
            initial=after is None,
            operations=textwrap.indent(operations, " " * 8),
        )
        return self.write(f"migrations/{native_name(name)}.py", text)


def native_project(root: Path, url: str) -> NativeProject:
    """The smallest whole project: one table, one migration that makes it."""
    project = NativeProject(root, url)
    project.write("pyproject.toml", PYPROJECT.format(tool="tortoise"))
    project.write("migrations/__init__.py", "")
    project.configure()
    project.models()
    project.migration("a1", None, Change.CREATE_USERS)
    return project
