"""Which line of the project's files says what is expected."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootctl.database.state import Difference, History, Layers, Revision
from bootctl.project.alembic.declared import declared
from bootctl.project.places import Declared, placed

MODELS = '''\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Timed:
    created: Mapped[int]


class User(Timed, Base):
    """A user of "users"."""

    __tablename__ = "users"
    __table_args__ = (
        sa.Index("ix_users_email", "address"),
        {"schema": None},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column("address", sa.String(100), unique=True)
    name = mapped_column(
        sa.String(20),
        index=True,
    )

    class Inner:
        email = 1


class Admin(Base):
    __tablename__ = f"ad{'mins'}"
    __table_args__ = {"schema": "audit"}
    id: Mapped[int] = mapped_column(primary_key=True)


notes = sa.Table(
    "notes",
    Base.metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "text", sa.String(20)
    ),
    sa.Index("ix_notes_text", "text"),
)


def make():
    return sa.Table("tags", Base.metadata, sa.Column("id", sa.Integer), schema="audit")
'''

FIRST = '''\
"""makes users and v_users"""
from alembic import op

def upgrade():
    op.create_table("users")
    op.execute("""
        CREATE TABLE old_things (id integer);
        CREATE VIEW v_users AS
        SELECT 1
    """)

def downgrade():
    op.drop_table("scratch")
'''
SECOND = """\
def upgrade():
    op.execute("CREATE TRIGGER t_users BEFORE UPDATE ON users")
    op.execute("CREATE FUNCTION" " audit.f(integer)")

def downgrade():
    op.execute("DROP VIEW v_users")
"""
HISTORY = History(
    (
        Revision("a1", "", "migrations/a1.py"),
        Revision("a2", "", "migrations/a2.py"),
        Revision("a3", "", "migrations/gone.py"),
        Revision("a4", "", "migrations/broken.py"),
    ),
    ("a4",),
)


@pytest.fixture
def models(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of the module of models, which is loaded."""
    name = "models_of_the_test_of_places"
    (root / f"{name}.py").write_text(MODELS)
    folder = root / "migrations"
    folder.mkdir()
    (folder / "a1.py").write_text(FIRST)
    (folder / "a2.py").write_text(SECOND)
    (folder / "broken.py").write_text("def upgrade(:")
    monkeypatch.syspath_prepend(str(root))
    importlib.import_module(name)
    yield name
    del sys.modules[name]


def place(root: Path, item: Difference) -> str:
    [found] = placed([item], root, declared, lambda: HISTORY)
    return found.place


def line(text: str, start: str) -> int:
    """The only line that starts with it."""
    [number] = [
        number
        for number, found in enumerate(text.splitlines(), 1)
        if found.strip().startswith(start)
    ]
    return number


@pytest.mark.parametrize(
    ("kind", "name", "detail", "start"),
    [
        ("missing table", "users", "", "class User("),
        ("missing column", "users.address", "VARCHAR(100)", "email: Mapped"),
        ("changed type", "users.name", "a -> b", "name = mapped"),
        ("missing column", "users.created", "", "created: Mapped"),
        ("missing index", "users.ix_users_email", "address", 'sa.Index("ix_users_email"'),
        ("missing constraint", "users.uq_users_address", "address", "email: Mapped"),
        ("unexpected column", "users.left_over", "INTEGER", "class User("),
        ("missing table", "audit.admins", "", "class Admin("),
        ("missing column", "audit.admins.id", "", None),
        ("missing table", "notes", "", "notes = sa.Table("),
        ("changed type", "notes.text", "a -> b", '"text", sa.String(20)'),
        ("missing index", "notes.ix_notes_text", "text", 'sa.Index("ix_notes_text"'),
        ("unexpected column", "notes.left_over", "", "notes = sa.Table("),
        ("missing table", "audit.tags", "", "return sa.Table("),
    ],
)
def test_a_model_s_line(
    root: Path, models: str, kind: str, name: str, detail: str, start: str | None
) -> None:
    expected = (
        line(MODELS, start) if start else line(MODELS, '__table_args__ = {"schema": "audit"}') + 1
    )
    assert place(root, Difference(kind, name, detail)) == f"{models}.py:{expected}"


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("missing view", "v_users", "migrations/a1.py:8"),
        ("missing trigger", "users.t_users", "migrations/a2.py:2"),
        ("missing function", "audit.f(integer)", "migrations/a2.py:3"),
        ("unexpected table", "old_things", "migrations/a1.py:7"),
        ("unexpected table", "scratch", ""),
        ("unexpected table", "nowhere", ""),
        ("unexpected table", "", ""),
        ("unexpected table", "a.b.c.d..", ""),
    ],
)
def test_what_only_migrations_say(
    root: Path, models: str, kind: str, name: str, expected: str
) -> None:
    assert place(root, Difference(kind, name)) == expected


def test_of_what_the_migrations_alone_say_otherwise_the_migration_is_named(
    root: Path, models: str
) -> None:
    item = Difference("missing table", "users", layers=(Layers.MIGRATIONS_DATABASE,))
    assert place(root, item) == "migrations/a2.py:2"


def test_a_place_that_is_known_stays(root: Path, models: str) -> None:
    assert place(root, Difference("missing table", "users", place="a.py:1")) == "a.py:1"


def test_nothing_is_read_where_nothing_differs(root: Path) -> None:
    def refuse() -> History:
        raise AssertionError

    assert placed([], root, refuse, refuse) == ()  # type: ignore[arg-type]


def test_what_cannot_be_read_leaves_a_difference_as_it_is(root: Path) -> None:
    def broken() -> Iterator[Declared]:
        yield Declared("users", int, {})
        raise RuntimeError("a model's own")

    item = Difference("missing table", "users")
    assert placed([item], root, broken, lambda: HISTORY) == (item,)
    assert placed([item], root / "gone", broken, lambda: 1 / 0) == (item,)  # type: ignore[arg-type,return-value]


def test_a_module_that_is_loaded_when_it_is_asked_is_not_asked(
    root: Path, models: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Proxy:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError(name)

    monkeypatch.setitem(sys.modules, "a_proxy", Proxy())  # type: ignore[arg-type]
    sys.modules[models].__dict__["proxy"] = Proxy()
    assert place(root, Difference("missing table", "users")).startswith(models)
