"""Alembic projects, written to a folder as their users would have them."""

import textwrap
from dataclasses import dataclass
from pathlib import Path

INI = """\
[alembic]
script_location = migrations
prepend_sys_path = .
sqlalchemy.url = {url}
"""

SYNC_ENV = """\
from alembic import context
from sqlalchemy import engine_from_config, pool

from models import metadata

config = context.config
{top}

def run_migrations_online():
    connectable = engine_from_config(
        config.get_section(config.config_ini_section), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    with connectable.connect() as connection:
        {before}
        context.configure(connection=connection, target_metadata=metadata{options})
        with context.begin_transaction():
            context.run_migrations()


def run_migrations_offline():
    context.configure(url=config.get_main_option("sqlalchemy.url"), target_metadata=metadata{options})
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
"""

ASYNC_ENV = """\
import asyncio

from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config

from models import metadata

config = context.config
{top}

def do_run_migrations(connection):
    {before}
    context.configure(connection=connection, target_metadata=metadata{options})
    with context.begin_transaction():
        context.run_migrations()


async def run():
    connectable = async_engine_from_config(
        config.get_section(config.config_ini_section), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    async with connectable.connect() as connection:
        await connection.run_sync(do_run_migrations)
    await connectable.dispose()


asyncio.run(run())
"""

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
"""

USERS_MODEL = """
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(100), nullable=False),
)
"""

CREATE_USERS = """\
op.create_table(
    "users",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(100), nullable=False),
)
"""

ADD_NAME = 'op.add_column("users", sa.Column("name", sa.String(50)))\n'
CREATE_POSTS = 'op.create_table("posts", sa.Column("id", sa.Integer, primary_key=True))\n'

MIGRATION = '''\
"""{revision}"""

import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends!r}


def upgrade():
{body}
'''


def write(root: Path, files: dict[str, str]) -> None:
    """Write files below ``root``, their folders too."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@dataclass(frozen=True)
class AlembicProject:
    """A folder with ``alembic.ini``, ``migrations/env.py``, ``models.py`` and migrations."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        """Write a file, its folders too."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def env(
        self, template: str = SYNC_ENV, *, top: str = "", before: str = "pass", options: str = ""
    ) -> None:
        """Write ``migrations/env.py``: ``top`` after the imports, ``before`` the configuration."""
        more = f", {options}" if options else ""
        self.write("migrations/env.py", template.format(top=top, before=before, options=more))

    def models(self, text: str) -> None:
        """Write ``models.py`` with these tables."""
        self.write("models.py", MODELS + text)

    def migration(
        self,
        revision: str,
        down: str | tuple[str, ...] | None,
        body: str,
        *,
        folder: str = "migrations/versions",
        labels: str | tuple[str, ...] | None = None,
        depends: str | tuple[str, ...] | None = None,
    ) -> Path:
        """Write one migration whose ``upgrade()`` is ``body``."""
        indented = textwrap.indent(textwrap.dedent(body), "    ")
        text = MIGRATION.format(
            revision=revision, down=down, labels=labels, depends=depends, body=indented
        )
        return self.write(f"{folder}/{revision}.py", text)


def users_project(root: Path, url: str, template: str = SYNC_ENV) -> AlembicProject:
    """The smallest whole project: one table, one migration that makes it."""
    project = AlembicProject(root)
    project.write("alembic.ini", INI.format(url=url.replace("%", "%%")))
    project.env(template)
    project.models(USERS_MODEL)
    project.migration("a1", None, CREATE_USERS)
    return project


ENGINES_ENV = """\
from alembic import context
from sqlalchemy import engine_from_config, pool

from models import metadata

config = context.config
names = [name.strip() for name in config.get_main_option("databases").split(",")]

opened = {}
for name in names:
    engine = engine_from_config(
        config.get_section(name), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    connection = engine.connect()
    opened[name] = connection, connection.begin()
try:
    for name, (connection, _) in opened.items():
        context.configure(
            connection=connection,
            upgrade_token=f"{name}_upgrades",
            downgrade_token=f"{name}_downgrades",
            target_metadata=metadata[name],
        )
        context.run_migrations(engine_name=name)
    for _, transaction in opened.values():
        transaction.commit()
except:
    for _, transaction in opened.values():
        transaction.rollback()
    raise
finally:
    for connection, _ in opened.values():
        connection.close()
"""

ENGINES_INI = """\
[alembic]
script_location = migrations
prepend_sys_path = .
databases = first, second

[first]
sqlalchemy.url = {first}

[second]
sqlalchemy.url = {second}
"""

ENGINES_MODELS = """\
import sqlalchemy as sa

metadata = {"first": sa.MetaData(), "second": sa.MetaData()}
sa.Table("users", metadata["first"], sa.Column("id", sa.Integer, primary_key=True))
sa.Table("events", metadata["second"], sa.Column("id", sa.Integer, primary_key=True))
"""

ENGINES_MIGRATION = '''\
"""tables"""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade(engine_name):
    globals()[f"upgrade_{engine_name}"]()


def upgrade_first():
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))


def upgrade_second():
    op.create_table("events", sa.Column("id", sa.Integer, primary_key=True))
'''

LOGGING = """\

[loggers]
keys = root, alembic

[handlers]
keys = console

[formatters]
keys = plain

[logger_root]
level = INFO
handlers = console

[logger_alembic]
level = DEBUG
handlers = console
qualname = alembic

[handler_console]
class = StreamHandler
args = (sys.stdout,)
formatter = plain

[formatter_plain]
format = %(levelname)s %(message)s
"""


def engines_project(root: Path, first: str, second: str) -> AlembicProject:
    """A project of two databases, as Alembic's multi-database template makes them."""
    project = AlembicProject(root)
    project.write("alembic.ini", ENGINES_INI.format(first=first, second=second))
    project.write("migrations/env.py", ENGINES_ENV)
    project.write("models.py", ENGINES_MODELS)
    project.write("migrations/versions/a1.py", ENGINES_MIGRATION)
    return project
