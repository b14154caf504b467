"""What a migration that commits as it goes has done so far, statement by statement.

Written on a connection of its own, before each statement that commits: so it is there whatever
becomes of the process. Whether the last of them took effect is for the catalog to say.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bootctl.database import driver_errors
from bootctl.database.fingerprint import before
from bootctl.database.session_settings import lock_timeout
from bootctl.ledger.executed import (
    UNSEEN,
    Statement,
    changes,
    commits_by_itself,
    leaves_nothing,
    statement,
)
from bootctl.ledger.half_applied import half_applied

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.ledger.ledger import Ledger
    from bootctl.ledger.table import Entry

_LOCK_MILLISECONDS = 300
_BY_HAND = "If this migration is interrupted, compare the database with its file by hand."

_LONGEST = 2000
"""Characters of a statement that is kept as it is until it is written."""

Runner = Callable[[Callable[["Connection"], Any]], Any]
"""Calls a function with a connection in autocommit that is not the migrating one."""


class _Executed:
    """A statement of which ``kept`` is written, if it is ever: of a transaction, mostly nothing is."""

    def __init__(self, text: str, *, commits: bool) -> None:
        self._text, self._commits = text, commits
        if len(text) > _LONGEST:
            self._text = self.kept.text

    @cached_property
    def kept(self) -> Statement:
        return statement(self._text, commits=self._commits)


class Journal:
    """Keeps one migration's statements in the ledger, and nothing of one that is a transaction."""

    def __init__(self, ledger: "Ledger", run: Runner, schema: str | None = None) -> None:
        self._ledger = ledger
        self._run = run
        self._schema = schema
        self._entry: Entry | None = None
        self._written: Entry | None = None
        self._document = ""
        """What of that was written last."""
        self._is_locked_out = False
        """Whether the migrating connection is in the way, by having created the table itself."""

        self._ran: list[_Executed] = []
        self._open: list[_Executed] = []
        """What the next statement that commits will commit with itself."""
        self._last_changes = self._last_commits = False
        self._alone = ""
        """The last statement, where it is a transaction of its own."""
        self._is_known = False
        """Whether all that ran is known to be committed, and nothing else."""

    def begin(self, entry: "Entry") -> None:
        """A migration's own statements follow."""
        self._entry, self._ran, self._open = entry, [], []
        self._last_changes = self._last_commits = self._is_known = False
        self._alone, self._written = "", None

    @property
    def changes(self) -> tuple[int, int]:
        """Return how many statements that change something were executed: at least, and at most.

        Of the last one it is not known whether it failed.
        """
        begun = len(self._ran) + len(self._open)
        return begun - self._last_changes, begun

    @property
    def has_committed(self) -> bool:
        """Return whether any statement was committed before the last one."""
        return len(self._ran) > self._last_commits

    def end(self) -> None:
        """They are done: what follows records the migration."""
        self._entry = None

    def executing(self, text: str, *, commits: bool, ddl_commits: bool) -> None:
        """A statement is about to be executed.

        ``commits``: it is a transaction of its own. ``ddl_commits``: what was executed before in
        an open transaction is then committed along with it, and not before.
        """
        if self._entry is None:
            return
        self._last_changes, self._last_commits = changes(text), False
        self._alone, self._is_known = "", False
        if not self._last_changes:
            return
        self._open.append(_Executed(text, commits=commits))
        if not commits:
            return
        self._last_commits = True
        self._alone = "" if ddl_commits else text
        running = self._open if ddl_commits else self._open[-1:]
        self._ran += self._open[: -len(running)]
        self._commit(running)

    def committing(self) -> None:
        """Keep what was executed in an open transaction, which is about to be committed.

        Not of an SQLite file, to which nobody else can write before it is.
        """
        if self._entry is not None and self._open:
            self._commit(self._open)

    def undoing(self) -> None:
        """Forget what was executed in an open transaction, which is about to be rolled back."""
        self._open = []

    def failed(self, text: str) -> None:
        """The database has refused ``text``, and told so: where it was alone in its transaction, nothing of it is left."""
        if self._entry is None or not text or text != self._alone or not leaves_nothing(text):
            return
        self._ran.pop()
        self._alone, self._last_changes, self._last_commits = "", False, False
        self._is_known = True

    def undone(self) -> None:
        """The open transaction is known to be rolled back, and to have begun after all that ran was committed."""
        self._open = []
        self._is_known = bool(self._ran)

    def doubt(self) -> None:
        """Keep that something is committed, of which it is not known what: nobody was told before."""
        running = self._open or (self._ran[-1:] if self._is_locked_out else [])
        self._is_locked_out = False
        if self._entry is not None and (running or not self._ran):
            self._write([item.kept for item in running] or [UNSEEN], doubtful=True)

    def elsewhere(self, done: Iterable[str]) -> None:
        """Keep that something may be committed that nobody tells of, while the rest is rolled back."""
        self._ran = []
        if self._entry is not None:
            unseen = Statement(f"{UNSEEN.text} it {', '.join(done)}", commits=False)
            self._write([unseen], doubtful=True)

    def withdraw(self) -> None:
        """Take back what was kept: all of it is known to be rolled back."""
        entry, self._written = self._written, None
        if entry is None:
            return
        try:
            self._run(lambda connection: self._ledger.forget(connection, entry, self._schema))
        except Exception as error:  # whatever the driver raises
            self._ledger.warn(f"the journal of {entry.revision} stays", _BY_HAND, error)

    def settle(self) -> None:
        """Keep what is known to be left once it has failed: later somebody may alter the schema."""
        entry = self._written
        if entry is None:
            return
        look = self._as_known if self._is_known else self._as_the_catalog_tells
        try:
            self._run(lambda connection: look(entry, connection))
        except Exception as error:  # whatever the driver raises
            self._ledger.warn(f"the journal of {entry.revision} stays as it is", _BY_HAND, error)

    def _as_known(self, entry: "Entry", connection: "Connection") -> None:
        if self._ran:
            ran = settled([item.kept for item in self._ran])
            self._ledger.begin(connection, entry, ran, self._schema)
        else:
            self._ledger.forget(connection, entry, self._schema)

    def _as_the_catalog_tells(self, entry: "Entry", connection: "Connection") -> None:
        """Keep that the statement that failed has left nothing, if it has not."""
        kept = json.loads(self._document)
        if kept["doubtful"]:
            return
        found = half_applied(self._document, connection)
        if found is None:
            self._ledger.forget(connection, entry, self._schema)
        elif found.doubtful is None and len(found.ran) == len(kept["ran"]):
            self._ledger.begin(connection, entry, settled(found.ran), self._schema)

    def _commit(self, running: list[_Executed]) -> None:
        self._write([item.kept for item in running])
        self._ran += running
        self._open = []

    def _write(self, running: list[Statement], *, doubtful: bool = False) -> None:
        entry = self._entry
        if entry is None or self._is_locked_out:
            return

        def write(connection: "Connection") -> None:
            ran = [item.kept for item in self._ran]
            catalog = before(connection, running[-1].text)
            self._document = document(ran, running, doubtful=doubtful, **catalog)
            with lock_timeout(connection, _LOCK_MILLISECONDS):
                self._ledger.begin(connection, entry, self._document, self._schema)

        try:
            self._run(write)
            self._written = entry
        except Exception as error:  # whatever the driver raises: without it, the migration goes on
            failure = driver_errors.classify(error)
            if failure is not None and failure.is_lock_timeout:
                self._is_locked_out = True
                return
            self._entry = None
            self._ledger.warn(f"no journal is kept of {entry.revision}", _BY_HAND, error)


def document(ran: Sequence[Statement], running: Sequence[Statement], **more: Any) -> str:
    """Return a journal: the statements that ``ran``, and those of which ``more`` tells whether they did."""
    kept = {"ran": [asdict(item) for item in ran], "running": [asdict(item) for item in running]}
    return json.dumps({**kept, **more})


def settled(ran: Sequence[Statement]) -> str:
    """Return the journal of statements, at least one, that are known to be committed."""
    return document(ran[:-1], ran[-1:], catalog="", doubtful=True, settled=True)


def commits(connection: "Connection", text: str, *, autocommits: bool) -> bool:
    """Return whether ``connection`` commits with ``text``, which it is about to execute."""
    if connection.dialect.name == "postgresql":
        return autocommits
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        return not driver.in_transaction and commits_by_itself(text)
    return commits_by_itself(text)
