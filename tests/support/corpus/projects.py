"""Projects of each backend whose migrations make a whole schema, beside the tables of their models."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.corpus.changes import baseline
from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.scenarios.ten_alembic_migrations import alembic_chain
from tests.support.scenarios.ten_tortoise_migrations import aerich_chain, native_chain

_ALEMBIC_MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(100), nullable=False, unique=True),
    sa.Column("name", sa.String(40), nullable=False, server_default="nobody", comment="as written"),
    sa.Column("code", sa.String(20)),
    sa.Column("note", sa.String(100)),
    sa.Column("level", sa.Integer, nullable=False, server_default="1"),
    sa.Column("balance", sa.Numeric(10, 2), nullable=False, server_default="0"),
    sa.Column("data", sa.JSON{data}),
    sa.CheckConstraint("balance >= 0", name="positive"),
    sa.Index("accounts_name", "name"),
    sa.Index(
        "accounts_partial", "code", postgresql_where=sa.text("level = 1"), sqlite_where=sa.text("level = 1")
    ),
{indexes}
)
invoices = sa.Table(
    "invoices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("account_id", sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    sa.UniqueConstraint("number", "account_id", name="invoices_number"),
)
visits = sa.Table("visits", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
_GIN = '    sa.Index("accounts_data", "data", postgresql_using="gin"),'

_TORTOISE_MODELS = """\
from tortoise import fields
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model


class Account(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=100, unique=True)
    name = fields.CharField(max_length=40, db_default="nobody", description="as written")
    code = fields.CharField(max_length=20, null=True)
    note = fields.CharField(max_length=100, null=True)
    level = fields.IntField(db_default=1)
    balance = fields.DecimalField(max_digits=10, decimal_places=2, db_default=0)
    data = fields.JSONField(null=True)

    class Meta:
        table = "accounts"
        indexes = [
            Index(fields=("name",), name="accounts_name"),
            {partial}(fields=("code",), name="accounts_partial"{condition}),
{indexes}
        ]
{constraints}

class Invoice(Model):
    id = fields.IntField(primary_key=True)
    number = fields.IntField()
    account = fields.ForeignKeyField("models.Account")

    class Meta:
        table = "invoices"
        unique_together = [("number", "account")]


class Visit(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "visits"
"""
_CHECK = '        constraints = (CheckConstraint(check="balance >= 0", name="positive"),)\n'
_ADDED = "ALTER TABLE accounts ADD CONSTRAINT positive CHECK (balance >= 0)"

UPGRADE = {
    "alembic": (("alembic", "upgrade", "head"),),
    "aerich": (("aerich", "upgrade"),),
    "tortoise": (("tortoise", "migrate"),),
}
"""What migrates a database without bootctl."""

ALEMBIC_HAND = '''\
"""what no model says"""

import sqlalchemy as sa
from alembic import op

revision = "by_hand"
down_revision = "create"


def upgrade():
    for statement in {statements!r}:
        op.execute(sa.text(statement.replace(":", "\\\\:")))
'''

AERICH_HAND = """\
from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return {sql!r}


async def downgrade(db: BaseDBAsyncClient) -> str:
    return ""
"""

NATIVE_HAND = """\
from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", {after!r})]

    operations = [{operations}]
"""


def make(backend: str, root: Path, database: Database, *, legacy: bool = True) -> None:
    """Write a project with one migration for its models, and one by hand for all the rest."""
    root.mkdir(parents=True, exist_ok=True)
    _MAKERS[backend](root, database, baseline(database.kind) if legacy else ())


def accept(root: Path) -> None:
    """Accept, in a baseline, that no model has the tables of the migration by hand."""
    command = ("check", "--write-baseline", "baseline.json", "--owner", "x", "--reason", "by hand")
    written = run("bootctl", *command, cwd=root)
    assert written.code == 0, written.stderr


def _alembic(root: Path, database: Database, legacy: Sequence[str]) -> None:
    gin = database.kind == "postgresql"
    data = '().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")' if gin else ""
    models = _ALEMBIC_MODELS.format(data=data, indexes=_GIN if gin else "")
    if gin:
        models = models.replace(
            "import sqlalchemy as sa",
            "import sqlalchemy as sa\nimport sqlalchemy.dialects.postgresql",
            1,
        )
    chain = alembic_chain(root, database, models)
    chain.make("create")
    if legacy:
        path = root / "migrations/versions/by_hand.py"
        path.write_text(ALEMBIC_HAND.format(statements=list(legacy)))


def _models(kind: str, *, checks: bool) -> str:
    partial = kind != "mariadb"
    return _TORTOISE_MODELS.format(
        partial="PartialIndex" if partial else "Index",
        condition=', condition={"level": 1}' if partial else "",
        indexes='            GinIndex(fields=("data",), name="accounts_data"),'
        if kind == "postgresql"
        else "",
        constraints=_CHECK if checks else "",
    )


def _aerich(root: Path, database: Database, legacy: Sequence[str]) -> None:
    aerich_chain(root, database, _models(database.kind, checks=False)).make("create")
    more = [_ADDED] if database.kind != "sqlite" else []
    path = root / "migrations/models/1_20260101000000_by_hand.py"
    sql = "".join(f"{each.rstrip(';')};\n" for each in [*more, *legacy])
    path.write_text(AERICH_HAND.format(sql=sql))


def _native(root: Path, database: Database, legacy: Sequence[str]) -> None:
    chain = native_chain(root, database, _models(database.kind, checks=False))
    after = chain.make("create").partition(".")[2]
    more = []
    if database.kind != "sqlite":
        (root / "models.py").write_text(_models(database.kind, checks=True))
        made = run("tortoise", "makemigrations", "--name", "check", cwd=root)
        assert made.code == 0, made.stderr
        [path] = root.glob("migrations/*_check.py")
        after = path.stem
    operations = ", ".join(f"ops.RunSQL({each!r})" for each in [*more, *legacy])
    number = int(after[:4]) + 1
    path = root / f"migrations/{number:04}_by_hand.py"
    path.write_text(NATIVE_HAND.format(after=after, operations=operations))


_MAKERS: dict[str, Callable[[Path, Database, Sequence[str]], None]] = {
    "alembic": _alembic,
    "aerich": _aerich,
    "tortoise": _native,
}
BACKENDS = tuple(_MAKERS)
