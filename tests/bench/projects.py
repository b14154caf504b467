"""The projects that are measured: robyn-config's, and generated ones as large as asked for."""

from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.projects.alembic import ASYNC_ENV, AlembicProject, users_project

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()


def columns(n):
    yield sa.Column("id", sa.Integer, primary_key=True)
    yield sa.Column("name", sa.String(100), nullable=False, index=True)
    yield sa.Column("email", sa.String(200), unique=True)
    yield sa.Column("made", sa.DateTime, server_default=sa.func.now())
    yield sa.Column("size", sa.Integer, server_default="0")
    yield sa.Column("price", sa.Numeric(12, 2))
    yield sa.Column("live", sa.Boolean, nullable=False)
    yield sa.Column("text", sa.Text)
    yield sa.Column("other", sa.Integer, *([sa.ForeignKey(f"t{{n - 1}}.id")] if n else []))
    yield sa.Column("flag", sa.Integer, sa.CheckConstraint("flag > 0"))


for n in range({tables}):
    sa.Table(f"t{{n}}", metadata, *columns(n))
"""
MIGRATION = "from models import metadata\nmetadata.create_all(op.get_bind())\n"

HISTORY = """\
import sqlalchemy as sa

metadata = sa.MetaData()
for n in range({tables}):
    columns = (sa.Column(f"c{{n}}", sa.String(50)) for n in range(1, {each}))
    sa.Table(f"t{{n}}", metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)
"""
_EACH = 10
"""Revisions that one table takes: the one that makes it, and one for each more column."""


def tables(root: Path, url: str, count: int, template: str = ASYNC_ENV) -> AlembicProject:
    """A project of so many tables of ten columns, which one migration makes."""
    project = users_project(root, url, template)
    project.write("models.py", MODELS.format(tables=count))
    project.migration("a1", None, MIGRATION)
    return project


def history(root: Path, database: Database, revisions: int) -> AlembicProject:
    """A project whose tables were made by so many migrations, in batches of ten."""
    project = users_project(root, database.async_url, ASYNC_ENV)
    (root / "migrations/versions/a1.py").unlink()
    project.write("models.py", HISTORY.format(tables=revisions // _EACH, each=_EACH))
    for number in range(revisions):
        down = f"r{number - 1:04}" if number else None
        project.migration(f"r{number:04}", down, _step(*divmod(number, _EACH)))
    return project


_LENGTHS = {
    "from sqlalchemy.orm import DeclarativeBase": "from sqlalchemy import String\n{}",
    "    metadata = meta\n": "{}    type_annotation_map = {{str: String(255)}}\n",
}


def give_strings_a_length(root: Path) -> None:
    """Change models of robyn-config so that ``alembic check`` can compare them on MariaDB."""
    base = root / "src/app/infrastructure/database/tables/base.py"
    text = base.read_text()
    for found, more in _LENGTHS.items():
        assert text.count(found) == 1
        text = text.replace(found, more.format(found))
    base.write_text(text)


def _step(table: int, column: int) -> str:
    if column == 0:
        return f'op.create_table("t{table}", sa.Column("id", sa.Integer, primary_key=True))\n'
    return f'op.add_column("t{table}", sa.Column("c{column}", sa.String(50)))\n'
