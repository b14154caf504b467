"""The loop that drives the probes: all at once, under one deadline."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_delay,
    wait_exponential,
    wait_random,
)

from bootctl import log
from bootctl.errors import BootError, NotReadyError, RefusedError
from bootctl.probes.probe import NotReady, Probe, Refused
from bootctl.settings import Wait

_GRACE_SECONDS = 3.0
"""How long a refusal must repeat: a database that initialises refuses credentials for a moment."""
_ATTEMPT_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.08
_STABLE_PAUSE_SECONDS = 0.1
_LOG_EVERY_SECONDS = 10.0


def wait_for(probes: Sequence[Probe], settings: Wait) -> None:
    """Wait until every probe is ready.

    Raises ``RefusedError`` once one is known not to become ready, and ``NotReadyError`` at the
    deadline (``wait.timeout`` seconds); the verdict names each target that was not ready.
    """
    asyncio.run(_wait_for(probes, settings))


async def _wait_for(probes: Sequence[Probe], settings: Wait) -> None:
    waits = [_Wait(probe, settings) for probe in probes]
    tasks = {asyncio.ensure_future(wait.run()) for wait in waits}
    running = tasks
    try:
        while running:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            if any(not _is_not_ready(task.exception()) for task in done):
                break
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, NotReady):
            raise error
    unready = [wait for wait in waits if not wait.ready]
    if unready:
        raise _verdict(unready, settings.timeout)


def _is_not_ready(error: BaseException | None) -> bool:
    return error is None or (isinstance(error, NotReady) and not isinstance(error, Refused))


class _Wait:
    """One target's wait: its attempts, its last failure, and what was logged of it."""

    def __init__(self, probe: Probe, settings: Wait) -> None:
        self.probe = probe
        self.ready = False
        self.attempts = 0
        self.last = NotReady("timeout", "it was not asked yet")
        self._settings = settings
        self._watch = log.Stopwatch()
        self._refused_at: float | None = None
        self._logged: tuple[str, float] = ("", 0.0)

    async def run(self) -> None:
        """Ask until it is ready; raises its last ``NotReady`` where that does not happen."""
        self._deadline = time.monotonic() + self._settings.timeout
        retrying = AsyncRetrying(
            stop=stop_after_delay(self._settings.timeout),
            wait=wait_exponential(_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)
            + wait_random(0, _FIRST_PAUSE_SECONDS),
            retry=retry_if_exception(self._may_heal),
            before_sleep=self._note,
            reraise=True,
        )
        await retrying(self._attempt)
        self.ready = True
        message = f"{self.probe.target} is ready"
        log.event("wait.ready", message, **self.fields(), depth=self.probe.depth)

    def fields(self) -> dict[str, Any]:
        """What the log says of this target."""
        return {
            "target": self.probe.target,
            "attempt": self.attempts,
            "duration_ms": self._watch.ms,
        }

    async def _attempt(self) -> None:
        self.attempts += 1
        ready_at = time.monotonic()
        await self._check()
        while time.monotonic() - ready_at < self._settings.stable_for:
            if time.monotonic() >= self._deadline:
                self.last = NotReady("unstable", "it was not ready for long enough")
                raise self.last
            await asyncio.sleep(_STABLE_PAUSE_SECONDS)
            await self._check()

    async def _check(self) -> None:
        left = max(0.05, min(_ATTEMPT_SECONDS, self._deadline - time.monotonic()))
        try:
            async with asyncio.timeout(left):
                await self.probe.check()
        except TimeoutError:
            self.last = NotReady("timeout", f"no answer within {left:.1f} s")
            raise self.last from None
        except NotReady as failure:
            self.last = failure
            raise

    def _may_heal(self, failure: BaseException) -> bool:
        if not isinstance(failure, Refused):
            self._refused_at = None
            return isinstance(failure, NotReady)
        if self._refused_at is None:
            self._refused_at = time.monotonic()
        return time.monotonic() - self._refused_at < _GRACE_SECONDS

    def _note(self, state: RetryCallState) -> None:
        """Log the first failure, every other kind of failure, and a line now and then."""
        kind, at = self._logged
        now = time.monotonic()
        if kind != self.last.kind or now - at > _LOG_EVERY_SECONDS:
            self._logged = (self.last.kind, now)
            message = f"{self.probe.target} is not ready: {self.last}"
            log.event("wait.retry", message, cause=self.last.kind, **self.fields())


def _verdict(unready: list[_Wait], timeout: float) -> BootError:
    said = "; ".join(
        f"{wait.probe.target}: {wait.last.kind}: {wait.last} ({wait.attempts} attempts)"
        for wait in unready
    )
    targets = [{**wait.fields(), "cause": wait.last.kind} for wait in unready]
    if any(isinstance(wait.last, Refused) for wait in unready):
        return RefusedError(
            f"refused: {said}",
            hint="Waiting does not heal this: correct the URL, the credentials or the grants.",
            targets=targets,
        )
    return NotReadyError(
        f"not ready within {timeout:g} s: {said}",
        hint="Start the dependency, correct its address, or raise BOOTCTL__WAIT__TIMEOUT.",
        targets=targets,
    )
