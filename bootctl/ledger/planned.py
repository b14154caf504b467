"""A row that is written with what records its revision, by statements that PostgreSQL plans once for a long history.

To plan them takes the server as long as to execute them.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection

from bootctl.database.transactions import OPEN
from bootctl.ledger.at_once import executed, literal, replacing
from bootctl.values import frozen

_CHANGED = "(SELECT version_num FROM changed)"
"""Where no row was changed it is NULL, which a key refuses; several rows are an error as well."""
_KEY = ("scope", "revision")


@frozen
class Recording:
    """What records a migration in its own tool's table, if that is done with the ledger's row."""

    update: str
    """Alembic's statement, with a condition at its end; ``{before}`` and ``{after}`` are for the revisions."""
    before: str
    after: str
    transaction: str
    """The transaction in which it is to be executed, and in no other."""


class Planned:
    """Knows the statements that the sessions of PostgreSQL have planned."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, tuple[str, str], str]] = {}
        """The driver's connections, by ``id``, with what each has planned, and its name."""

    def recorded(
        self,
        connection: Connection,
        values: Mapping[str, Any],
        schema: str | None,
        recording: Recording,
    ) -> bool:
        """Write a row, in place of one with its key, together with what is ``recording`` its revision.

        ``False``, and neither is done, where that fails, or takes several messages, or where
        ``recording`` does not change exactly one row.
        """
        driver = connection.connection.driver_connection
        texts = _prepared(tuple(values), schema, recording.update)
        known, planned, name = self._known.pop(id(driver), (None, None, ""))
        preparing: tuple[str, ...] = ()
        if known is not driver or planned != texts:
            # Of this session alone: a pool between may give it to another process.
            name = f"bootctl_{os.urandom(6).hex()}"
            preparing = tuple(f"PREPARE {name}_{text}" for text in texts)
        if not executed(connection, *preparing, *_executing(name, values, recording)):
            return False
        self._known[id(driver)] = driver, texts, name
        return True

    def forget(self, connection: Connection) -> None:
        """Have the session forget them: no more is recorded in the transaction that is open."""
        driver, _, name = self._known.pop(
            id(connection.connection.driver_connection), (None, None, "")
        )
        if driver is not None:
            executed(connection, f"DEALLOCATE {name}_delete", f"DEALLOCATE {name}_insert")


@cache
def _prepared(names: tuple[str, ...], schema: str | None, update: str) -> tuple[str, str]:
    """Return what ``PREPARE`` takes behind the beginning of each name."""
    delete_row, insert_row = replacing(names, schema, _CHANGED)
    changing = update.replace("{before}", "$1").replace("{after}", "$2")
    changed = f"{changing} AND {OPEN} = $3 RETURNING version_num"
    return (
        f"delete AS {delete_row % _places(_KEY)}",
        f"insert AS WITH changed AS ({changed}) {insert_row % _places(_others(names), first=4)}",
    )


def _places(names: Iterable[str], first: int = 1) -> dict[str, str]:
    return {name: f"${place}" for place, name in enumerate(names, first)}


def _others(names: Iterable[str]) -> list[str]:
    """Return the columns that get a value, which that of the revision does not."""
    return [name for name in names if name != "revision"]


def _executing(name: str, values: Mapping[str, Any], recording: Recording) -> tuple[str, str]:
    """Return what executes both, with the values in their order."""
    row = [values[column] for column in _others(values)]
    own = [recording.before, recording.after, int(recording.transaction)]
    keys, inserted = (
        ", ".join(map(literal, given)) for given in ([values[key] for key in _KEY], [*own, *row])
    )
    return f"EXECUTE {name}_delete({keys})", f"EXECUTE {name}_insert({inserted})"
