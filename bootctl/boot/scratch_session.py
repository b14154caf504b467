"""What keeps a migration that is replayed on a scratch database from writing to another one."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bootctl.database.session import Execute
from bootctl.database.url import Url
from bootctl.errors import HistoryError
from bootctl.migrate.protocol import HeldLock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_WHERE = {"postgresql": "SELECT current_database()"}
_QUALIFIED = re.compile(
    r"(?is)\b(?:TABLE|INTO|UPDATE|DELETE\s+FROM|VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|REFERENCES"
    r"|INDEX\s+\S+\s+ON)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
    r"(?:`([^`]+)`|(\w+))\s*\.\s*[`\w]"
)
_DATABASE = re.compile(
    r"(?is)^\s*(?:USE|(?:CREATE|DROP|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:DATABASE|SCHEMA))\s+"
    r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
    r"(?!(?:CHARACTER|CHARSET|COLLATE|COMMENT|DEFAULT|ENCRYPTION|READ)\b)(?:`([^`]+)`|(\w+))"
)
_TEXT = re.compile(
    r"(?s)'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|/\*(?!!).*?\*/|--\s[^\n]*|#[^\n]*"
)
"""Texts and comments of MySQL's."""


class OnlyScratch:
    """The lock of the scratch database, which lets no session of another database migrate."""

    def __init__(self, held: HeldLock, url: Url) -> None:
        self._held = held
        self._url = url

    def mark(self, url: Url, execute: Execute) -> None:
        """Mark the session, once it is known where it is: code may connect to elsewhere."""
        where = execute(_WHERE.get(url.scheme, "SELECT database()"))
        if str(where) != self._url.database:
            raise _elsewhere(
                f"env.py connects to {where}, although its URL names the scratch database"
            )
        self._held.mark(url, execute)

    def unmark(self, url: Url, execute: Execute) -> None:
        """Free the mark."""
        self._held.unmark(url, execute)

    def run(self, url: Url, function: "Callable[[Connection], Any]") -> Any:
        """Call ``function`` with another connection to the scratch database."""
        return self._held.run(url, function)


def refuse_other_databases(url: Url) -> Callable[[str], None] | None:
    """Return what refuses statements that write to another database of a MySQL server.

    ``None`` for other servers, where no statement can.
    """
    if url.scheme not in ("mysql", "mariadb"):
        return None

    def executing(statement: str) -> None:
        plain = _TEXT.sub("''", statement)
        for match in (*_QUALIFIED.finditer(plain), *_DATABASE.finditer(plain)):
            name = match[1] or match[2]
            if name.lower() != url.database.lower():
                raise _elsewhere(f"a migration writes to the database {name}, by its name")

    return executing


def _elsewhere(what: str) -> HistoryError:
    return HistoryError(
        f"{what}, so the migrations cannot be replayed on an empty one",
        hint="Nothing was written. Migrate a database of your own, and compare it: "
        "`bootctl check --live`.",
    )
