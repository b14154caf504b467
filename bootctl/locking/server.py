"""The lock of a database on a server: advisory locks of a session, polled."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import Connection

from bootctl.database.migration_target import MigrationTarget, VersionTable, Writer
from bootctl.database.session import Execute, Session
from bootctl.database.silence import is_silent
from bootctl.locking.mutex import Holder

_ANSWER_SECONDS = 10.0
"""A lock whose session does not answer for so long is lost."""
_BELIEVED_SECONDS = 0.1
"""For so long nobody notices a session that is cut off so that its end does not arrive, as nobody does in a statement."""


class AdvisoryLocks(Protocol):
    """What a server calls an advisory lock."""

    end: str
    """See ``bootctl.locking.mutex.Mutex``."""

    def refuse_shared(self, place: MigrationTarget, session: Session) -> None:
        """Raise ``SettingsError`` where others have the same session of the server."""

    def prepare(self, connection: Connection) -> None:
        """Make the session one that stays, and can be recognised."""

    def key(self, connection: Connection, table: VersionTable) -> str:
        """Return the lock for the migrations that ``table`` records."""

    def writer(self, key: str) -> str:
        """Return the lock of the session that applies them."""

    def take(self, key: str) -> str:
        """Return the query that tries to take a lock, and gives whether it did."""

    def give(self, key: str) -> str:
        """Return the query that frees it."""

    def holder(self, connection: Connection, key: str) -> Holder | None:
        """Return the session that has the lock of ``key``."""

    def own(self, connection: Connection) -> int:
        """Return what a holder's pid is for this connection."""

    def has(self, connection: Connection, key: str) -> bool:
        """Return whether the session of this connection has the lock of ``key``."""


class ServerMutex:
    """See ``bootctl.locking.mutex.Mutex``."""

    def __init__(self, place: MigrationTarget, locks: AdvisoryLocks) -> None:
        self.target = str(place.url)
        self.end = locks.end
        self._place = place
        self._locks = locks
        self._taken: list[str] = []
        self._is_own = False
        """Whether the session is known to be nobody else's."""
        self._driver: Any = None
        self._believed_until = 0.0
        self.session = place.open()
        try:
            self._keys = self.session.run(self._prepared)
        except BaseException:
            self.session.close()
            raise

    def _prepared(self, connection: Connection) -> list[str]:
        self._locks.prepare(connection)
        # In one order for everybody: nobody waits for a lock while another waits for one of his.
        return sorted({self._locks.key(connection, table) for table in self._place.tables})

    @property
    def _writers(self) -> list[str]:
        return [self._locks.writer(key) for key in self._keys]

    def take(self) -> bool:
        """Take what is free of the locks, and see whether a migrating session is still there."""
        if not self._is_own:
            self._locks.refuse_shared(self._place, self.session)
            self._is_own = True
        return self.session.run(self._take, timeout=_ANSWER_SECONDS)

    def _take(self, connection: Connection) -> bool:
        def execute(statement: str) -> object:
            return connection.exec_driver_sql(statement).scalar()

        for key in self._keys[len(self._taken) :]:
            if not execute(self._locks.take(key)):
                return False
            self._taken.append(key)
        if not self.mark(execute):
            return False
        self.unmark(execute)
        return True

    def is_held(self) -> bool:
        """Return whether the server says so.

        The end of the session shows at its socket. Where that is silent, the last answer is believed for
        a moment: of short migrations there are many in one.
        """
        if time.monotonic() < self._believed_until and is_silent(self._driver):
            return True
        asked = time.monotonic()
        is_held = self.session.run(self._is_held, timeout=_ANSWER_SECONDS)
        self._believed_until = asked + _BELIEVED_SECONDS if is_held else 0.0
        return is_held

    def _is_held(self, connection: Connection) -> bool:
        self._driver = connection.connection.driver_connection
        return all(self._locks.has(connection, key) for key in self._keys)

    def holder(self) -> Holder | None:
        """Return the session with a lock, or else the one that still migrates."""
        return self.session.run(self._holder, timeout=_ANSWER_SECONDS)

    def _holder(self, connection: Connection) -> Holder | None:
        own = self._locks.own(connection)
        holders = [self._locks.holder(connection, key) for key in [*self._keys, *self._writers]]
        return next((holder for holder in holders if holder and holder.pid != own), None)

    def at_head(self) -> bool:
        """Return whether nothing is pending, as the project's backend reads it."""
        return self.session.run(self._place.at_head, timeout=_ANSWER_SECONDS)

    def run(self, function: Callable[[Connection], Any]) -> Any:
        """Call ``function`` with the lock's own connection."""
        return self.session.run(function, timeout=_ANSWER_SECONDS)

    def writing_pid(self, connection: Connection) -> int | None:
        """Return the session that is migrating now."""
        holders = (self._locks.holder(connection, key) for key in self._writers)
        return next((holder.pid for holder in holders if holder), None)

    def writer(self) -> Writer:
        """Return the session that migrates, to be asked for on the lock's own session."""
        return Writer(self.session, self.writing_pid)

    def mark(self, execute: Execute) -> bool:
        """Take the locks of the migrating session, which live as long as its last statement."""
        taken: list[str] = []
        for key in self._writers:
            if not execute(self._locks.take(key)):
                for own in taken:
                    execute(self._locks.give(own))
                return False
            taken.append(key)
        return True

    def unmark(self, execute: Execute) -> None:
        """Free the locks of the migrating session."""
        for key in self._writers:
            execute(self._locks.give(key))

    def release(self) -> None:
        """The end of a session frees its locks."""
        self.session.close()
