"""The chain of ten migrations, as Alembic generates them."""

from dataclasses import dataclass
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.projects.alembic import INI, AlembicProject
from tests.support.scenarios.ten_migrations import DATA, STEPS, models_at

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(100), nullable=False),  # until unique
    sa.Column("email", sa.String(100), nullable=False, unique=True),  # from unique
    sa.Column("name", sa.String(50), nullable=False),  # until alter
    sa.Column("name", sa.String(80)),  # from alter
    sa.Column("active", sa.Boolean, nullable=False, server_default="1"),
    sa.Column("balance", sa.Numeric(10, 2)),
    sa.Column("joined", sa.DateTime, nullable=False, server_default=sa.func.current_timestamp()),
    sa.Column("nickname", sa.String(20)),  # from add until rename
    sa.Column("handle", sa.String(20)),  # from rename until drop
    sa.Column("visits", sa.Integer, nullable=False, server_default="0"),  # from add until alter
    sa.Column("visits", sa.Integer, nullable=False, server_default="5"),  # from alter
)


posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("author_id", sa.ForeignKey("users.id", ondelete="CASCADE")),  # from foreign_key
    sa.Index(None, "title"),  # from index
)


# until drop
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
)


# from many_to_many
groups = sa.Table(
    "groups",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(30), nullable=False, unique=True),
)


# from many_to_many
users_groups = sa.Table(
    "users_groups",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id"), primary_key=True),
    sa.Column("group_id", sa.ForeignKey("groups.id"), primary_key=True),
)
"""

TEMPLATE = '''\
"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades if upgrades else "pass"}
'''

BY_HAND = {
    # A rename is a drop and an add to autogenerate.
    "rename": """\
        with op.batch_alter_table("users") as batch:
            batch.alter_column("nickname", new_column_name="handle", existing_type=sa.String(20))
        """,
    "data": f'op.execute("{DATA}")',
}


@dataclass(frozen=True)
class AlembicChain:
    """A project of Alembic with an ``env.py`` that compares all it can."""

    project: AlembicProject
    models: str

    def make(self, step: str) -> str:
        """Have ``alembic revision`` make the migration of ``step``; the revision is its name."""
        self.project.write("models.py", models_at(step, self.models))
        if step in BY_HAND:
            self.project.migration(step, STEPS[STEPS.index(step) - 1], BY_HAND[step])
        else:
            command = ("alembic", "revision", "--autogenerate", "--rev-id", step, "-m", step)
            made = run(*command, cwd=self.project.root)
            assert made.code == 0, made.stderr
        return step


def alembic_chain(root: Path, database: Database, models: str = MODELS) -> AlembicChain:
    """A project without a migration."""
    project = AlembicProject(root)
    project.write("alembic.ini", INI.format(url=database.sync_url))
    project.env(options="compare_server_default=True, render_as_batch=True")
    project.write("migrations/script.py.mako", TEMPLATE)
    (root / "migrations/versions").mkdir()
    return AlembicChain(project, models)
