"""The migration lock: of several replicas, one migrates.

Taken on a connection of its own, because any statement on the migrating one would make Alembic
believe that it is in somebody else's transaction. Freed with that connection, whatever ends it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from bootctl.database.migration_target import MigrationTarget
from bootctl.database.session import Execute
from bootctl.database.url import Url
from bootctl.errors import BootError, Interrupted, LockedError
from bootctl.locking.mutex import Holder, Mutex
from bootctl.locking.waiting import Waiting
from bootctl.output import log

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.database.activity import Activity
    from bootctl.locking.blockers import Watches


class Lock:
    """The lock of every database of a project, held."""

    def __init__(self, mutexes: Sequence[Mutex]) -> None:
        self._mutexes = mutexes

    def check(self) -> None:
        """Raise ``LockedError`` where the lock was lost: no further step may begin."""
        for mutex in self._mutexes:
            cause: Exception | None = None
            try:
                if mutex.is_held():
                    continue
            except Exception as error:  # whatever the driver raises: the connection is gone
                cause = error
            raise LockedError(
                f"the migration lock of {mutex.target} was lost: nothing more is applied",
                hint="Its connection was ended or cut: start again, when the database is reached.",
                target=mutex.target,
            ) from cause

    @contextmanager
    def watched(self) -> "Iterator[Watches]":
        """Watch the sessions that migrate inside, where a server tells of them: who blocks them."""
        from bootctl.locking.blockers import Watches  # SQLAlchemy is imported by now

        writers = (mutex.writer() for mutex in self._mutexes)
        with Watches([writer for writer in writers if writer]) as watches:
            yield watches

    def activity(self) -> "Activity | None":
        """Return what the session that migrates does; of several, one that is active.

        ``None`` where no server tells. Raises what the driver raises.
        """
        from bootctl.locking.activity import activity  # SQLAlchemy is imported by now

        writers = (mutex.writer() for mutex in self._mutexes)
        found = [item for writer in writers if writer and (item := activity(writer))]
        found.sort(key=lambda item: item.state != "active")
        return found[0] if found else None

    def mark(self, url: Url, execute: Execute) -> None:
        """Mark the session that migrates, as ``Mutex.mark`` does. Raises ``LockedError``."""
        for mutex in self._mutexes:
            if mutex.target == str(url) and not mutex.mark(execute):
                raise LockedError(
                    f"another session still migrates {mutex.target}",
                    hint="Its process has lost the lock, and its last statement goes on: start again.",
                    target=mutex.target,
                )

    def unmark(self, url: Url, execute: Execute) -> None:
        """Free what ``mark`` took of the session."""
        for mutex in self._mutexes:
            if mutex.target == str(url):
                mutex.unmark(execute)

    def run(self, url: Url, function: "Callable[[Connection], Any]") -> Any:
        """Call ``function`` with a connection in autocommit that is the lock's own."""
        mutex = next(mutex for mutex in self._mutexes if mutex.target == str(url))
        return mutex.run(function)


@contextmanager
def taken(
    places: Sequence[MigrationTarget], timeout: float, *, even_at_head: bool = False
) -> Iterator[Lock | None]:
    """Hold the lock of every one of ``places`` inside, waiting ``timeout`` seconds for it.

    ``None``: another process has brought all of them to head meanwhile, and no lock is held; never
    with ``even_at_head``.
    Raises ``LockedError`` after that time, and for a database that refuses what is typed.
    """
    waiting = Waiting(timeout)
    mutexes: list[Mutex] = []
    try:
        with log.stage("lock"):
            needed = _acquire(places, mutexes, waiting, even_at_head=even_at_head)
        yield Lock(mutexes) if needed else None
    finally:
        _release(mutexes)


def holders(places: Sequence[MigrationTarget]) -> dict[str, Holder | None]:
    """Return who has the lock of each of ``places`` now, by its URL, as far as they tell. Takes none."""
    mutexes: list[Mutex] = []
    found: dict[str, Holder | None] = {}
    with suppress(Exception):  # who has a lock is worth less than what else is known by now
        _open(places, mutexes)
        found = {mutex.target: mutex.holder() for mutex in mutexes}
    _release(mutexes)
    return found


def _acquire(
    places: Sequence[MigrationTarget], mutexes: list[Mutex], waiting: Waiting, *, even_at_head: bool
) -> bool:
    """Fill ``mutexes``, all taken; ``False``, with none, where there is nothing to migrate."""
    while True:
        try:
            _open(places, mutexes)
            ends = [] if even_at_head else mutexes
            if not all(_take(mutex, ends, waiting) for mutex in mutexes):
                _release(mutexes)
                log.event("lock.unneeded", "another process has migrated", duration_ms=waiting.ms)
                return False
        except (BootError, Interrupted):
            raise
        except Exception as error:  # whatever the driver raises
            _release(mutexes)
            waiting.failed(error, places)
        else:
            targets = ", ".join(mutex.target for mutex in mutexes)
            message = f"holding the migration lock of {targets}"
            log.event("lock.acquired", message, target=targets, duration_ms=waiting.ms)
            return True


def _open(places: Sequence[MigrationTarget], mutexes: list[Mutex]) -> None:
    # In one order for everybody: nobody waits for a lock while another waits for one of his.
    for place in sorted(_merged(places), key=lambda place: str(place.url)):
        mutexes.append(_mutex(place))


def _merged(places: Sequence[MigrationTarget]) -> Iterator[MigrationTarget]:
    """Yield one place for each database: two connections to it are not to wait for each other."""
    for url in dict.fromkeys(str(place.url) for place in places):
        own = [place for place in places if str(place.url) == url]
        tables = tuple(table for place in own for table in place.tables)
        yield MigrationTarget(own[0].url, tables, own[0].open, partial(_all_at_head, own))


def _all_at_head(places: Sequence[MigrationTarget], connection: "Connection") -> bool:
    return all(place.at_head(connection) for place in places)


def _mutex(place: MigrationTarget) -> Mutex:
    if place.url.scheme == "sqlite":
        from bootctl.locking.sqlite import SqliteMutex

        return SqliteMutex(place)
    from bootctl.locking.server import ServerMutex

    if place.url.scheme == "postgresql":
        from bootctl.locking.postgresql import PostgresLocks

        return ServerMutex(place, PostgresLocks())
    from bootctl.locking.mysql import MysqlLocks

    return ServerMutex(place, MysqlLocks())


def _take(mutex: Mutex, ends: Sequence[Mutex], waiting: Waiting) -> bool:
    """Take the lock; ``False`` once the databases of all of ``ends`` are at head."""
    while not mutex.take():
        if ends and all(other.at_head() for other in ends):
            return False
        waiting.blocked(mutex)
    return True


def _release(mutexes: list[Mutex]) -> None:
    while mutexes:
        mutexes.pop().release()
