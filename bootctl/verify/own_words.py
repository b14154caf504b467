"""CHECKs that models say in the server's own words: what it would make of them need not be tried."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.exc import CompileError, InvalidRequestError

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.claim import Claim
from bootctl.verify.claims import has_expressions, whole_constraints
from bootctl.verify.strict_comparison import known_name

_READING_THE_SAME = ("postgresql", "sqlite")
"""They read what they write as the same expression: PostgreSQL's dumps depend on that, and SQLite keeps the text."""


def in_own_words(
    dialect: Dialect, table: Table, name: str, live: Sequence[SchemaObject]
) -> list[Claim]:
    """Return what ``table``, which the database knows as ``name``, says of its ``live`` CHECKs.

    None of a table with one that is not there in the same words, or with anything else that only the
    server has words for.
    """
    if dialect.name not in _READING_THE_SAME or has_expressions(table, dialect):
        return []
    there = [item for item in live if item.kind == "check"]
    found = [_same(dialect, item, name, there) for item in whole_constraints(table)]
    return [Claim(item, item, whole=True) for item in found if item] if all(found) else []


def _same(
    dialect: Dialect, constraint: Any, table: str, live: Sequence[SchemaObject]
) -> SchemaObject | None:
    """Return the live CHECK that is written as ``constraint`` is, and nothing but that."""
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # none is compiled yet
    own = known_name(constraint, compiler.preparer)
    try:
        _, _, text = compiler.process(constraint).partition("CHECK ")
    except (CompileError, InvalidRequestError):  # as where a naming convention wants a name
        return None
    for item in live:
        written = item.parts.get("definition", "")
        is_said = text in (written, f"({written})") and item.parts == {"definition": written}
        if is_said and (not own or item.name == f"{table}.{own}"):
            return item
    return None
