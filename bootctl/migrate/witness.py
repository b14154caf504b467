"""What became of the migration that failed, as its database says: seen from another connection."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from bootctl.database import transactions
from bootctl.migrate.inspection import Fate

Runner = Callable[[Callable[[Connection], Any]], Any]
"""Calls a function with a connection in autocommit that is not the migrating one."""

_END_SECONDS = 2.0
"""How long the end of a transaction is waited for, whose connection was just closed."""
_PAUSE_SECONDS = 0.05


class Witness:
    """Knows the transaction that a migration began in, and asks what became of it."""

    def __init__(self, run: Runner) -> None:
        self._run = run
        self._has_begun = False
        self._transaction: str | None = None
        self.commits_each = False
        """Whether there is none: each statement commits."""

    def begin(self, connection: Connection) -> None:
        """Note the transaction that ``connection`` is in, before the migration's first statement."""
        self._has_begun = True
        self._transaction = transactions.transaction(connection)
        self.commits_each = not self.is_same(connection)

    def is_same(self, connection: Connection) -> bool:
        """Return whether ``connection`` is still in that transaction, after the migration."""
        return self._transaction == transactions.transaction(connection)

    def fate(self) -> Fate:
        """Ask the database what became of it, once the migrating connection has ended."""
        name = self._transaction
        if name is None:
            return Fate.UNKNOWN if self._has_begun else Fate.UNDONE
        try:
            told = self._told(name)
        except Exception:  # whatever the driver raises: nobody can be asked
            return Fate.UNKNOWN
        return {"committed": Fate.PARTIAL, "aborted": Fate.UNDONE}.get(str(told), Fate.UNKNOWN)

    def _told(self, name: str) -> str | None:
        until = time.monotonic() + _END_SECONDS
        while True:
            told: str | None = self._run(lambda c: transactions.outcome(c, name))
            if told != "in progress" or time.monotonic() > until:
                return told
            time.sleep(_PAUSE_SECONDS)
