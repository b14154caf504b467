"""Whether the default of a column is that of the models, in words that PostgreSQL writes in every session."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, DefaultClause, Dialect, TextClause
from sqlalchemy.exc import CompileError

_OWN_SEQUENCE = "nextval(own sequence)"
_SERIAL = ("integer", "bigint")
"""Types of which Alembic leaves such a default out of the comparison."""
_CONSTANT = re.compile(r"\d+(\.\d+)?|true|false|now\(\)|CURRENT_TIMESTAMP|CURRENT_DATE")
_TEXT = re.compile(r"'([\w .-]*)'::(?:character varying|text)", re.ASCII)


def is_same_default(column: Column[Any], live: Mapping[str, str], dialect: Dialect) -> bool:
    """Return whether Alembic is known to find the default ``live`` that the ``column`` has.

    It compares texts, and asks the database whether a text in quotes is the other one.
    """
    there = live.get("default", "")
    if column.server_default is None:
        return not there or (there == _OWN_SEQUENCE and live["type"] in _SERIAL)
    quoted = _TEXT.fullmatch(there)
    if not isinstance(column.server_default, DefaultClause):
        return False
    if quoted is None and not _CONSTANT.fullmatch(there):
        return False
    said = column.server_default.arg
    if isinstance(said, str):
        return said == (quoted[1] if quoted else there)
    return _compiled(said, dialect) == (f"'{quoted[1]}'" if quoted else there)


def _compiled(said: Any, dialect: Dialect) -> str | None:
    if isinstance(said, TextClause):
        return said.text
    try:
        return str(said.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    except CompileError:
        return None
