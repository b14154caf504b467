"""How exact a type of PostgreSQL is, by the words of a model and of the catalog."""

import pytest
from sqlalchemy import Column, DateTime, Float, Integer, Interval, Numeric, Time
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.precision import of_column


class Money(TypeDecorator):
    """A type of a project."""

    impl = Numeric(8, 3)
    cache_ok = True


ALIKE = [
    (Numeric(8, 3), "numeric(8,3)"),
    (Numeric(8), "numeric(8,0)"),
    (Numeric(), "numeric"),
    (Money(), "numeric(8,3)"),
    (Float(), "double precision"),
    (DateTime(timezone=True), "timestamp with time zone"),
    (DateTime(), "timestamp(6) without time zone"),
    (Time(), "time without time zone"),
    (Interval(), "interval"),
    (postgresql.INTERVAL(precision=3), "interval(3)"),
    (postgresql.INTERVAL(fields="DAY TO SECOND", precision=2), "interval day to second(2)"),
    (Integer(), "bigint"),  # of another kind, which Alembic compares
    (DateTime(), "timestamp with time zone"),
]
OTHER = [
    (Numeric(8, 3), "numeric", "numeric(8,3)"),
    (Numeric(), "numeric(8,3)", "numeric"),
    (Money(), "numeric(8,2)", "numeric(8,3)"),
    (DateTime(timezone=True), "timestamp(0) with time zone", "timestamp with time zone"),
    (
        postgresql.TIMESTAMP(precision=3),
        "timestamp without time zone",
        "timestamp(3) without time zone",
    ),
    (Interval(), "interval day to second", "interval"),
    (postgresql.INTERVAL(precision=3), "interval", "interval(3)"),
]


def claimed(kind, live):
    """What a column of the type says of one that is there."""
    item = SchemaObject("column", "t.c", "t", {"type": live})
    return of_column(Column("c", kind), item, postgresql.dialect())


@pytest.mark.parametrize(("kind", "live"), ALIKE)
def test_a_type_that_is_as_exact(kind, live):
    assert claimed(kind, live) == {}


@pytest.mark.parametrize(("kind", "live", "said"), OTHER)
def test_a_type_that_is_less_or_more_exact(kind, live, said):
    assert claimed(kind, live) == {"type": said}
