"""What became of the migration that failed, as its database says: seen from another connection."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bootctl.database import transactions
from bootctl.migrate.upgraded import Fate

if TYPE_CHECKING:
    from sqlalchemy import Connection

Runner = Callable[[Callable[["Connection"], Any]], Any]
"""Calls a function with a connection in autocommit that is not the migrating one."""

_END_SECONDS = 2.0
"""How long the end of a transaction is waited for, whose connection was just closed."""
_PAUSE_SECONDS = 0.05


class Witness:
    """Knows the transaction that a migration began in, and asks what became of it."""

    def __init__(self, run: Runner, before: "Witness | None" = None) -> None:
        """``before`` is that of the migration before, which may have begun in the same transaction."""
        self._run = run
        self._known = before.begun if before else (None, None)
        self._has_begun = False
        self._transaction: str | None = None
        self.commits_each = False
        """Whether there is none: each statement commits."""
        self._number: str | None = None
        self._others = 0
        """Transactions that the migration has begun and ended itself, before it failed."""
        self._again: str | None = None
        """The number of the transaction that it went on in after it had ended another, as was told."""
        self.last_is_undone = False
        """Whether all that was executed since then was in that one, which has been rolled back."""

    def begin(self, connection: "Connection", *, in_same: bool = False) -> None:
        """Note the transaction that ``connection`` is in, before the migration's first statement.

        ``in_same``: nobody can have ended that of the migration before, of which was asked after it.
        """
        self._has_begun = True
        known = self._known[0] if in_same else None
        self._transaction = known or transactions.transaction(connection)
        in_block = transactions.takes_scripts(connection)  # that is, its driver says so
        self.commits_each = not (in_block or self.is_same(connection))
        self._number = None if self.commits_each else self._numbered(connection)

    @property
    def begun(self) -> tuple[str | None, str | None]:
        """Return the transaction that the migration began in, by its name and by its number in the session."""
        return self._transaction, self._number

    def _numbered(self, connection: "Connection") -> str | None:
        """Return the number of the transaction. To ask for it costs more, the more locks it has."""
        transaction, number = self._known
        is_known = number is not None and transaction == self._transaction
        return number if is_known else transactions.number(connection)

    def is_same(self, connection: "Connection") -> bool:
        """Return whether ``connection`` is still in that transaction, after the migration."""
        return transactions.is_in(connection, self._transaction)

    def begins_again(self, connection: "Connection") -> bool:
        """Note the transaction that ``connection`` goes on in, before its first statement.

        Return whether there is none: each statement commits.
        """
        number = transactions.number(connection)
        in_block = transactions.takes_scripts(connection)
        self._again = number if in_block else None
        return not in_block and transactions.tells(connection)

    @property
    def has_ended_early(self) -> bool:
        """Return whether the migration that failed had ended its transaction, and others after it."""
        return self._others > 0

    def fails(self, connection: "Connection") -> None:
        """Look, after an error of the migration, at what it has done with its transaction.

        A ROLLBACK of its own is no end of it: what is executed then may be committed.
        """
        if self._number is not None:
            with suppress(Exception):  # of a connection that is lost
                in_block = transactions.end_block(connection)
                if in_block and self._again is not None:
                    self.last_is_undone = transactions.is_next(connection, self._again)
                self.failed(str(transactions.number(connection)), in_block=in_block)

    def failed(self, number: str, *, in_block: bool) -> None:
        """Conclude from the number of the first transaction after it.

        ``in_block``: one was open, which has been rolled back; it may be that of the beginning.
        """
        if self._number is not None:
            begun, now = (int(it.partition("/")[2]) for it in (self._number, number))
            self._others = max(0, now - begun - (2 if in_block else 1))

    def fate(self) -> Fate:
        """Ask the database what became of it, once the migrating connection has ended."""
        name = self._transaction
        if name is None:
            return Fate.UNKNOWN if self._has_begun else Fate.UNDONE
        try:
            told = self._told(name)
        except Exception:  # whatever the driver raises: nobody can be asked
            return Fate.UNKNOWN
        if told == "aborted" and self.has_ended_early:
            return Fate.UNKNOWN
        return {"committed": Fate.PARTIAL, "aborted": Fate.UNDONE}.get(str(told), Fate.UNKNOWN)

    def _told(self, name: str) -> str | None:
        until = time.monotonic() + _END_SECONDS
        while True:
            told: str | None = self._run(lambda c: transactions.outcome(c, name))
            if told != "in progress" or time.monotonic() > until:
                return told
            time.sleep(_PAUSE_SECONDS)
