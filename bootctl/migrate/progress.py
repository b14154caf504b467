"""What an upgrade is doing, and what it has done."""

from contextlib import suppress
from copy import copy
from pathlib import Path

from bootctl.database.state import Revision
from bootctl.errors import BootError, MigrationError
from bootctl.ledger.executed import is_whole
from bootctl.ledger.journal import Journal
from bootctl.ledger.table import Entry
from bootctl.migrate.direct_connections import elsewhere
from bootctl.migrate.upgraded import Applied, Failure, Fate, Upgraded
from bootctl.migrate.witness import Witness
from bootctl.output.redact import redactor
from bootctl.output.stopwatch import Stopwatch


class Progress:
    """Which migration is being applied, how long each took, and what becomes of one that fails."""

    def __init__(self) -> None:
        self.current: Revision | None = None
        self.executed: int | None = None
        """The statements of the migration that failed, that one included, where they are counted."""
        self.applied: list[Applied] = []
        self.verify_ms: int | None = None
        self.witness: Witness | None = None
        self.journal: Journal | None = None
        self.is_recording = False
        """Whether the migration has ended, and what is executed is what records it."""
        self.has_committed = False
        """Whether anything is committed that the end of the upgrade was to commit."""
        self.unseen: set[str] = set()
        """What migrations have done that may have committed something unseen."""
        self._elsewhere: Journal | None = None
        """That of the first migration that has done so, while the row that records it is not committed."""
        self._last = ""
        """The statement of the current migration that was executed last, as far as it was told."""
        self._unrecorded: tuple[Revision, Journal | None] | None = None
        """The last migration that has committed by itself, while the row that records it is not."""

    def start(self, revision: Revision, witness: Witness, journal: Journal | None) -> None:
        """Begin with a migration, which ``witness`` can tell of afterwards."""
        self.current, self.witness, self.journal = revision, witness, journal
        self.executed, self.is_recording, self._last = None, False, ""
        self._watch = Stopwatch()

    @property
    def elapsed_ms(self) -> int:
        """Return the milliseconds since the migration that began has begun."""
        return self._watch.ms

    def begin_journal(self, entry: Entry) -> None:
        """Keep what follows as statements of the migration."""
        if self.journal is not None:
            self.journal.begin(entry)

    def end_journal(self) -> None:
        """Keep nothing more: what follows records the migration."""
        self.is_recording = True
        if self.journal is not None:
            self.journal.end()

    def commits_early(self, *, can_write: bool) -> None:
        """Note that the current migration has ended the transaction that it began in.

        ``can_write``: another connection can write now, while this one is in another transaction.
        """
        assert self.current is not None  # it has just ended
        self.has_committed = True
        self._unrecorded = self.current, copy(self.journal)
        if can_write and self.journal is not None:
            self.journal.doubt()

    def recorded(self) -> None:
        """Note that what was applied until now is committed together with the rows that record it."""
        self._unrecorded = self._elsewhere = None

    def finish(self) -> None:
        """Count the migration that began as applied."""
        assert self.current is not None
        self.applied.append(Applied(self.current, self.elapsed_ms))
        self.current, self.is_recording = None, False

    def executes(self, text: str) -> None:
        """Note a statement of the current migration, before it is executed."""
        if self.current is None or self.is_recording:
            return
        self._last = text
        redactor.learn(text)
        done = elsewhere(text)
        if done:
            self.sees(done)

    def sees(self, done: str) -> None:
        """Note what code of the current migration does past its connection."""
        if not self.is_recording:
            self.unseen.add(done)
            self._elsewhere = self._elsewhere or copy(self.journal)

    @property
    def is_partial(self) -> bool:
        """Return whether a part of the migration that was begun last is committed."""
        return self._fate() is Fate.PARTIAL

    @property
    def is_untouched(self) -> bool:
        """Return whether nothing of a migration was committed where its first statement has failed."""
        if self.current is None:
            return True
        return self.executed == 1 and not self.unseen and is_whole(self._last)

    def upgraded(self, error: BootError | None = None) -> Upgraded:
        """Return all of it, at the end; ``error`` is why it ended early."""
        failure = self._failure(error) if error else None
        return Upgraded(tuple(self.applied), self.verify_ms, failure)

    def _read(self) -> None:
        """Note what the file of the migration says that is done elsewhere.

        What it executes by the driver's own cursor nobody tells.
        """
        if self.current is None or self.is_recording:
            return
        with suppress(OSError, ValueError):
            done = elsewhere(Path(self.current.path).read_text())
            if done:
                self.sees(done)

    def _failure(self, error: BootError) -> Failure:
        self._read()
        fate, partial, journal = self._fate(), self.current, self.journal
        if partial is None and fate is Fate.PARTIAL:  # it ended, and its row was committed with it
            fate = Fate.UNDONE
        begins_in_none = self.witness is not None and self.witness.commits_each
        if fate is not Fate.PARTIAL and self._unrecorded and not begins_in_none:
            fate, (partial, journal) = Fate.PARTIAL, self._unrecorded
        ended = fate is Fate.UNKNOWN and self.witness is not None and self.witness.has_ended_early
        if (fate is Fate.PARTIAL or ended) and journal is not None:
            journal.doubt()
        elif fate is Fate.UNDONE and journal is not None:
            journal.withdraw()
        if fate is Fate.UNDONE and self.unseen:
            fate = Fate.UNKNOWN
            self._doubt_elsewhere()
        if journal is not None and isinstance(error, MigrationError):  # so the server has answered
            journal.settle()
        kept = bool(journal and journal.has_committed)
        unseen = tuple(sorted(self.unseen))
        return Failure(error, fate, self.is_untouched, partial, unseen, kept)

    def _doubt_elsewhere(self) -> None:
        """Keep the migration that may have committed elsewhere from being run again."""
        if self._elsewhere is not None:
            self._elsewhere.elsewhere(sorted(self.unseen))

    def _fate(self) -> Fate:
        """Return what became of the migration that was begun last."""
        if self.witness is None:
            return Fate.UNDONE
        if self.witness.commits_each and self.journal is not None:
            least, most = self.journal.changes
            return Fate.PARTIAL if least else Fate.UNKNOWN if most else Fate.UNDONE
        return self.witness.fate()
