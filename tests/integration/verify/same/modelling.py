"""Random tables of SQLAlchemy's models: most of them plain, and some with what is not."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg


class Upper(sa.TypeDecorator[str]):
    """A type of the project's own that the database has as another one."""

    impl = sa.String(20)
    cache_ok = True


_TYPES: tuple[Callable[[Random], Any], ...] = (
    lambda random: sa.Integer(),
    lambda random: sa.BigInteger(),
    lambda random: sa.SmallInteger(),
    lambda random: sa.String(random.choice((1, 20, 255))),
    lambda random: sa.String(),
    lambda random: sa.Text(),
    lambda random: sa.CHAR(3),
    lambda random: sa.Boolean(),
    lambda random: sa.Date(),
    lambda random: sa.DateTime(timezone=random.random() < 0.5),
    lambda random: sa.Time(timezone=random.random() < 0.5),
    lambda random: sa.Numeric(*random.choice(((), (5, 0), (12, 2), (10,)))),
    lambda random: sa.DECIMAL(8, 3),
    lambda random: sa.Float(*random.choice(((), (), (20,), (53,)))),
    lambda random: sa.Double(),
    lambda random: sa.REAL(),
    lambda random: sa.Uuid(),
    lambda random: sa.LargeBinary(),
    lambda random: pg.JSONB(),
    lambda random: Upper(),
    lambda random: sa.Text().with_variant(sa.String(40), "postgresql"),
)
_ODD: tuple[Callable[[Random], Any], ...] = (
    lambda random: sa.JSON(),
    lambda random: sa.Enum("a", "b", name="letters"),
    lambda random: sa.Enum("a", "bcd", native_enum=False, create_constraint=True),
    lambda random: pg.ARRAY(sa.Integer),
    lambda random: sa.Interval(),
    lambda random: pg.INTERVAL(fields="DAY TO SECOND"),
    lambda random: pg.TIMESTAMP(precision=3),
    lambda random: pg.TIME(precision=2),
    lambda random: pg.INET(),
    lambda random: pg.BIT(3),
    lambda random: sa.String(9, collation="C"),
    lambda random: pg.INT4RANGE(),
)
_DEFAULTS: dict[type, tuple[Any, ...]] = {
    sa.Integer: ("0", "-1", sa.text("7"), sa.text("1 + 1"), sa.literal(3)),
    sa.String: ("", "x", "'q", "a-b c", sa.text("'y'"), sa.text("upper('z')"), sa.func.lower("A")),
    sa.Boolean: ("true", sa.false(), sa.text("false")),
    sa.DateTime: (sa.func.now(), sa.text("CURRENT_TIMESTAMP"), sa.text("'2020-01-31 10:00'")),
    sa.Date: (sa.func.current_date(), sa.text("'2020-01-31'")),
    sa.Numeric: ("0", "1.50", sa.text("-2.5")),
}
_NAMES = ("a", "b", "c", "Mixed", "two words", "order", "ünï", "select", "d_1", "x.y", 'q"q')


def models(random: Random, count: int) -> sa.MetaData:
    """So many tables, which refer to each other."""
    metadata = sa.MetaData(
        naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"}
        if random.random() < 0.3
        else None
    )
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    for number in range(count):
        name = f"t{number}" if random.random() < 0.95 else f"T {number}"
        _table(random, name, metadata)
    return metadata


def _table(random: Random, name: str, metadata: sa.MetaData) -> None:
    columns = [*_columns(random)]
    names = [column.name for column in columns]
    comment = random.choice((None,) * 9 + ("of things", "", "ARRAY['a'::text]"))
    table = sa.Table(name, metadata, *_key(random), *columns, comment=comment)
    for place in range(random.choice((0, 1, 1, 2))):
        _index(random, table, f"ix_{name}_{place}", random.choice(names))
    if random.random() < 0.3:
        own = random.choice((None, f"own_{name}"))
        column = random.choice([name for name in names if not _is_json(table.c[name])] or ["id"])
        table.append_constraint(sa.UniqueConstraint(*{"id": 0, column: 0}, name=own))
    if random.random() < 0.3:
        table.append_constraint(
            sa.CheckConstraint("id > 0", name=random.choice((None, f"ck_{name}")))
        )


def _key(random: Random) -> Iterator[sa.Column[Any]]:
    identity = [sa.Identity(always=random.random() < 0.5)] if random.random() < 0.1 else []
    options: dict[str, Any] = random.choice(({}, {}, {} if identity else {"autoincrement": False}))
    kind = random.choice((sa.Integer, sa.Integer, sa.BigInteger, sa.SmallInteger))
    yield sa.Column("id", kind, *identity, primary_key=random.random() < 0.95, **options)
    if random.random() < 0.5:
        yield sa.Column("parent", sa.Integer, _foreign(random))


def _foreign(random: Random) -> sa.ForeignKey:
    action = (None, None, "CASCADE", "set null", "NO ACTION", "RESTRICT")
    deferred: dict[str, Any] = random.choice(
        ({}, {}, {"deferrable": True}, {"deferrable": True, "initially": "DEFERRED"})
    )
    return sa.ForeignKey(
        "parent.id", ondelete=random.choice(action), onupdate=random.choice(action), **deferred
    )


def _columns(random: Random) -> Iterator[sa.Column[Any]]:
    for name in random.sample(
        _NAMES[:9] if random.random() < 0.95 else _NAMES, random.randint(1, 5)
    ):
        kind = random.choice(_TYPES if random.random() < 0.97 else _ODD)(random)
        options: dict[str, Any] = {}
        if random.random() < 0.3:
            options["server_default"] = random.choice(_defaults_of(kind))
        if random.random() < 0.2:
            options["comment"] = random.choice(("what it is", "it's", None, ""))
        column = sa.Column(name, kind, nullable=random.random() < 0.5, **options)
        column.unique = random.random() < 0.1 and not _is_json(column)
        yield column


def _is_json(column: sa.Column[Any]) -> bool:
    """It has no order, and so no index."""
    return isinstance(column.type, sa.JSON)


def _defaults_of(kind: Any) -> tuple[Any, ...]:
    if isinstance(kind, sa.Enum):
        return ("a",)
    return next((each for own, each in _DEFAULTS.items() if isinstance(kind, own)), (None,))


def _index(random: Random, table: sa.Table, name: str, column: str) -> None:
    own = table.c[column]
    if _is_json(own):
        own = table.c.id
    columns: list[Any] = [own, table.c.id] if random.random() < 0.3 and own.name != "id" else [own]
    options: dict[str, Any] = {"unique": random.random() < 0.3}
    if random.random() < 0.1:
        odd: tuple[dict[str, Any], ...] = (
            {"postgresql_where": table.c.id > 5},
            {"postgresql_include": ["id"]},
            {"postgresql_with": {"fillfactor": 50}},
            {"postgresql_nulls_not_distinct": True, "unique": True},
        )
        options |= random.choice(odd)
    elif random.random() < 0.1:
        columns[0] = random.choice((own.desc(), sa.func.coalesce(table.c.id, 0)))
    sa.Index(name, *columns, **options)
