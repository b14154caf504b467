"""One kit for each backend: the same small projects, so that one test holds for all of them.

Migrations go by short names that end in their number, such as ``a1``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.support.databases.fresh import Database
from tests.support.projects.alembic import (
    ADD_NAME,
    ASYNC_ENV,
    CREATE_POSTS,
    CREATE_USERS,
    SYNC_ENV,
    USERS_MODEL,
    AlembicProject,
    users_project,
)
from tests.support.projects.steps import COLUMNS, Change, Python, Step, Table
from tests.support.projects.tortoise import (
    aerich_project,
    aerich_version,
    native_name,
    native_project,
)


class Project(Protocol):
    """The project of a kit: users, and the migration ``a1`` that makes their table."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        """Write a file, its folders too."""

    def configure(self, *, top: str = "", connection: str = "") -> None:
        """Write the code that is run first, with ``top`` in it.

        It connects to the value of the expression ``connection``, or else as it did at first.
        """

    def models(self, *columns: str) -> None:
        """Write the models: users with these of ``COLUMNS``."""

    def migration(self, name: str, after: str | None, *steps: Step) -> Path:
        """Write one migration."""


@dataclass(frozen=True)
class Kit:
    """What a test must know of a backend."""

    name: str
    ledger: str
    """The table of the applied revisions."""
    code: str
    """The file of a project that is run first."""
    make: Callable[[Path, str], Project]
    url: Callable[[Database], str]
    revision: Callable[[str], str]
    """A migration's name, as bootctl shows it."""
    file: Callable[[str], str]
    """A migration's file, relative to the project."""

    def project(self, root: Path, database: Database | str) -> Project:
        """The smallest whole project, for a database or its URL."""
        return self.make(root, database if isinstance(database, str) else self.url(database))


ALEMBIC_CHANGES = {
    Change.CREATE_USERS: CREATE_USERS,
    Change.ADD_NAME: ADD_NAME,
    Change.ADD_NICKNAME: 'op.add_column("users", sa.Column("nickname", sa.String(20)))\n',
    Change.CREATE_POSTS: CREATE_POSTS,
}

ALEMBIC_TABLE = """\
op.create_table(
    "{name}",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("{text}", sa.String(100), nullable=False),
)
"""

ALEMBIC_COLUMN = 'users.append_column(sa.Column("{name}", sa.String({length})))\n'

ALEMBIC_CONNECTION = """
import sqlalchemy as sa
url = {connection}
text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
config.set_main_option("sqlalchemy.url", text.replace("%", "%%"))
"""


@dataclass(frozen=True)
class AlembicUsers:
    """An Alembic project, as every kit's."""

    alembic: AlembicProject
    template: str

    @property
    def root(self) -> Path:
        """Its folder."""
        return self.alembic.root

    def write(self, name: str, text: str) -> Path:
        """Write a file, its folders too."""
        return self.alembic.write(name, text)

    def configure(self, *, top: str = "", connection: str = "") -> None:
        """Write ``env.py``."""
        connect = ALEMBIC_CONNECTION.format(connection=connection) if connection else ""
        self.alembic.env(self.template, top=top + connect)

    def models(self, *columns: str) -> None:
        """Write ``models.py``."""
        more = (ALEMBIC_COLUMN.format(name=name, length=COLUMNS[name]) for name in columns)
        self.alembic.models(USERS_MODEL + "".join(more))

    def migration(self, name: str, after: str | None, *steps: Step) -> Path:
        """Write one migration."""
        return self.alembic.migration(name, after, "\n".join(map(_alembic_code, steps)))


def _alembic_code(step: Step) -> str:
    if isinstance(step, Change):
        return ALEMBIC_CHANGES[step]
    if isinstance(step, Table):
        return ALEMBIC_TABLE.format(name=step.name, text=step.text)
    return step.text if isinstance(step, Python) else f"op.execute({step.text!r})"


def _alembic(name: str, template: str, url: Callable[[Database], str]) -> Kit:
    return Kit(
        name=name,
        ledger="alembic_version",
        code="migrations/env.py",
        make=lambda root, url: AlembicUsers(users_project(root, url, template), template),
        url=url,
        revision=str,
        file=lambda name: f"migrations/versions/{name}.py",
    )


ALEMBIC = _alembic("alembic", SYNC_ENV, lambda database: database.sync_url)
ASYNC_ALEMBIC = _alembic("alembic-async", ASYNC_ENV, lambda database: database.async_url)
AERICH = Kit(
    name="aerich",
    ledger="aerich",
    code="settings.py",
    make=aerich_project,
    url=lambda database: database.tortoise_url,
    revision=aerich_version,
    file=lambda name: f"migrations/models/{aerich_version(name)}",
)
TORTOISE = Kit(
    name="tortoise",
    ledger="tortoise_migrations",
    code="settings.py",
    make=native_project,
    url=lambda database: database.tortoise_url,
    revision=lambda name: f"models.{native_name(name)}",
    file=lambda name: f"migrations/{native_name(name)}.py",
)
KITS = (ALEMBIC, AERICH, TORTOISE)
