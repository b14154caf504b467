"""Changes that somebody makes by hand to the schema of ``baseline.sql``, and what is found of each.

What is found is, by the kind and the name of an object, ``+`` where only the live database has it,
``-`` where it has it no more, or the parts that differ.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.objects import Catalog


@dataclass(frozen=True)
class ByHand:
    """One change, as one or two statements."""

    name: str
    sql: str
    found: dict[str, str]
    fixed: bool = True
    """Whether the statements of the fix undo it."""
    made: bool = True
    """Whether those of the fix in the other direction make it."""
    since: int = 12
    """The first version of the server that has the statement."""


def run(connection: Connection, statement: str) -> None:
    """Execute a statement below SQLAlchemy, where a percent sign is one."""
    with connection.connection.cursor() as cursor:
        cursor.execute(statement)


def differing(expected: Catalog, live: Catalog) -> dict[str, str]:
    """What is found, as ``ByHand.found`` has it."""
    return {
        f"{change.object.kind} {change.object.name}": "+"
        if change.expected is None
        else "-"
        if change.live is None
        else "|".join(change.parts)
        for change in changes(expected, live)
    }
