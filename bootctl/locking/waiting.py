"""Waiting for a lock that another process has, or for a database that cannot be reached now."""

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from bootctl.database import causes, driver_errors
from bootctl.database.migration_target import MigrationTarget
from bootctl.errors import LockedError, NotReadyError
from bootctl.locking.mutex import Mutex
from bootctl.output import log
from bootctl.output.stopwatch import Stopwatch

_POLL_SECONDS = (0.05, 0.25)
"""Between two tries, drawn evenly: replicas that started together do not stay in step."""
_SAID_EVERY_MS = 10_000


class Waiting:
    """Sleeps between two tries, says why from time to time, and ends after ``timeout`` seconds."""

    def __init__(self, timeout: float) -> None:
        self._watch = Stopwatch()
        self._timeout = timeout
        self._said: tuple[object, int] | None = None

    @property
    def ms(self) -> int:
        """Return the milliseconds since the beginning."""
        return self._watch.ms

    @property
    def _is_over(self) -> bool:
        return self.ms >= self._timeout * 1000

    def blocked(self, mutex: Mutex) -> None:
        """Sleep, because another has the lock. Raises ``LockedError`` at the end of the time."""
        holder = mutex.holder()
        who = str(holder or "another session")
        fields: dict[str, Any] = {
            "target": mutex.target,
            "holder": who,
            "holder_pid": holder.pid if holder else None,
        }
        if self._is_over:
            end = mutex.end.format(pid=holder.pid) if holder and mutex.end else ""
            raise LockedError(
                f"the migration lock of {mutex.target} was not free within {self._timeout:g} s: "
                f"it is held by {who}",
                hint="It may be migrating: see what it does. Start again when it has ended, raise "
                "BOOTCTL__LOCK__TIMEOUT, or end it" + (f": {end}." if end else "."),
                **fields,
            )
        message = f"the migration lock of {mutex.target} is held by {who}"
        self._sleep(fields["holder_pid"], message, fields)

    def failed(self, error: Exception, places: Sequence[MigrationTarget]) -> None:
        """A database refused, or could not be reached. Raises what that means, in the end."""
        failure = driver_errors.classify(error)
        target = ", ".join(str(place.url) for place in places)
        said = causes.root_message(error)
        if failure is None:
            raise LockedError(
                f"the migration lock of {target} cannot be taken: {said}",
                hint="The server must allow advisory locks: PostgreSQL's, or MySQL's GET_LOCK.",
                target=target,
            ) from error
        fault = driver_errors.fault(error, failure, {"target": target})
        if not isinstance(fault, NotReadyError) or self._is_over:
            raise fault from error
        message = f"the migration lock of {target} cannot be taken yet: {said}"
        self._sleep(failure.kind, message, {"target": target})

    def _sleep(self, why: object, message: str, fields: Mapping[str, Any]) -> None:
        if self._said is None or self._said[0] != why or self.ms - self._said[1] > _SAID_EVERY_MS:
            self._said = why, self.ms
            log.event("lock.waiting", message, duration_ms=self.ms, **fields)
        time.sleep(random.uniform(*_POLL_SECONDS))  # noqa: S311  # no secret
