"""Types of MySQL and MariaDB are held against the models' by what the words for them mean."""

import pytest

from bootctl.verify.mysql_words import are_alike

ALIKE = [
    ("int(11)", "INTEGER"),
    ("int(5) unsigned zerofill", "INTEGER(5) ZEROFILL"),
    ("bigint(20) unsigned zerofill", "BIGINT UNSIGNED ZEROFILL"),
    ("timestamp(3)", "TIMESTAMP(3)"),
    ("datetime", "DATETIME"),
    ("double", "FLOAT(53)"),
    ("double(10,2)", "DOUBLE(10, 2)"),
    ("decimal(10,0)", "NUMERIC"),
    ("decimal(12,2)", "NUMERIC(12, 2)"),
    ("bit(1)", "BIT"),
    ("set('a)','b')", "SET('a)','b')"),
    ("tinyint(1)", "BOOL"),  # of other families, which Alembic compares
    ("varchar(9)", "VARCHAR(90)"),
    ("longtext", ""),
]
OTHER = [
    ("int(10) unsigned", "INTEGER"),
    ("int(5)", "INTEGER(5) ZEROFILL"),
    ("int(5) unsigned zerofill", "INTEGER ZEROFILL"),
    ("timestamp", "TIMESTAMP(3)"),
    ("float", "FLOAT(53)"),
    ("decimal(12,3)", "NUMERIC"),
    ("set('a')", "SET('a','b')"),
]


@pytest.mark.parametrize(("live", "model"), ALIKE)
def test_the_same(live: str, model: str) -> None:
    assert are_alike(live, model)


@pytest.mark.parametrize(("live", "model"), OTHER)
def test_another(live: str, model: str) -> None:
    assert not are_alike(live, model)
