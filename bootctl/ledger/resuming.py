"""Finishes or undoes a migration that is half applied, so that a second attempt can go on.

Where DDL is rolled back, what can be in one transaction is in one, with the journal. Each other
statement is in the journal before it is executed, as it is while a migration runs.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from bootctl.database.fingerprint import fingerprint
from bootctl.ledger.executed import Statement, commits_by_itself, statement
from bootctl.ledger.journal import document, settled
from bootctl.values import frozen

_ALONE = re.compile(
    r"(?i)\bCONCURRENTLY\b|^\s*VACUUM\b|^\s*ALTER\s+TYPE\b.*\bADD\s+VALUE\b|"
    r"^\s*(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)\b|^\s*ALTER\s+SYSTEM\b"
)
"""What PostgreSQL and SQLite execute outside of a transaction only, or use after it only."""
Keep = Callable[[Connection, str | None], None]
"""Writes the journal, or deletes it."""


@frozen
class Unit:
    """Statements that take effect together, or not at all."""

    texts: tuple[str, ...]
    is_transaction: bool


def units(texts: Sequence[str], dialect: str) -> Iterator[Unit]:
    """Yield ``texts`` in groups, in order; the last is a transaction, which may be empty."""
    together: list[str] = []
    for text in texts:
        if dialect in ("mysql", "mariadb"):
            together.append(text)
            if commits_by_itself(text):
                yield Unit(tuple(together), is_transaction=False)
                together = []
        elif _ALONE.search(text):
            if together:
                yield Unit(tuple(together), is_transaction=True)
            yield Unit((text,), is_transaction=False)
            together = []
        else:
            together.append(text)
    yield Unit(tuple(together), is_transaction=True)


class Resumption:
    """Executes units on a ``connection`` in autocommit; ``keep`` writes how far it is."""

    def __init__(
        self, connection: Connection, ran: Sequence[Statement], keep: Keep, *, undoes: bool
    ) -> None:
        self._connection = connection
        self._ran = tuple(ran)
        self._keep = keep
        self._undoes = undoes

    def execute(self, unit: Unit) -> None:
        """Execute one, which is not the last."""
        after = self._after(unit)
        if unit.is_transaction:
            with transaction(self._connection):
                executed(self._connection, unit.texts)
                self._keep(self._connection, settled(after) if after else None)
        else:
            self._keep(self._connection, self._begun(unit, after))
            with _together(self._connection, unit):
                executed(self._connection, unit.texts)
        self._ran = after

    def _after(self, unit: Unit) -> tuple[Statement, ...]:
        if not self._undoes:
            return (*self._ran, *(_kept(text) for text in unit.texts))
        left = list(self._ran)
        for _ in filter(commits_by_itself, unit.texts):
            while left and not commits_by_itself(left.pop().text):
                pass
        return tuple(left)

    def _begun(self, unit: Unit, after: tuple[Statement, ...]) -> str:
        """Return the journal of a unit, of which the catalog tells whether it took effect."""
        less, more = sorted((self._ran, after), key=len)
        undoing = self._undoes and _kept(unit.texts[-1]).alters
        return document(
            less,
            more[len(less) :],
            catalog=fingerprint(self._connection),
            doubtful=self._undoes,
            **({"undoing": True} if undoing else {}),
        )


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit what is executed inside at its end, on a ``connection`` in autocommit."""
    connection.rollback()  # of SQLAlchemy's own: the server has no transaction
    if connection.dialect.name == "sqlite":  # whose driver begins none before DDL
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
        return
    level: Any = connection.default_isolation_level
    connection.execution_options(isolation_level=level)
    try:
        with connection.begin():
            yield
    finally:
        connection.execution_options(isolation_level="AUTOCOMMIT")


def executed(connection: Connection, texts: Sequence[str]) -> None:
    """Execute statements as they are: nothing in them is a placeholder."""
    for text in texts:
        try:
            _execute(connection, text)
        except Exception as error:
            error.add_note(text)  # which one it was
            raise


def _execute(connection: Connection, text: str) -> None:
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.driver == "asyncpg":  # it would prepare the text, which may be several
        connection.exec_driver_sql("SELECT 1")  # begins the transaction, if this is one
        raw.run_async(lambda driver: driver.execute(text))
        return
    cursor = raw.cursor()
    cursor.execute(text)
    cursor.close()


@contextmanager
def _together(connection: Connection, unit: Unit) -> Iterator[None]:
    """Have rows be committed by the DDL that ends a unit."""
    if len(unit.texts) == 1:
        connection.rollback()
        yield
        return
    with transaction(connection):
        yield


def _kept(text: str) -> Statement:
    return statement(text.rstrip("; "), commits=commits_by_itself(text))
