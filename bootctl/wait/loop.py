"""The loop that drives the probes: all at once, under one deadline."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from bootctl.config.settings import Wait
from bootctl.errors import BootError, NotReadyError, RefusedError, SettingsError
from bootctl.output import log, screen
from bootctl.output.screen import Waiting
from bootctl.output.stopwatch import Stopwatch
from bootctl.output.system import exhaustion
from bootctl.wait.connection import ATTEMPT_SECONDS
from bootctl.wait.probe import NotReady, Probe, Refused
from bootctl.wait.running import run

_GRACE_SECONDS = 3.0
"""How long a refusal must repeat: a database that initialises refuses credentials for a moment."""
_TLS_GRACE_SECONDS = 1.0
"""A server that comes up has the certificate that it will have."""
_STABLE_PAUSE_SECONDS = 0.1
_LOG_EVERY_SECONDS = 10.0
_DRAW_EVERY_SECONDS = 0.1


def wait_for(probes: Sequence[Probe], settings: Wait, optional: Sequence[Probe] = ()) -> None:
    """Wait until every probe is ready that is not among the ``optional`` ones.

    These are asked once, and then until the others are ready. Raises ``RefusedError`` once one is
    known not to become ready, and ``NotReadyError`` at the deadline (``wait.timeout`` seconds);
    the verdict has the state of every target.
    """
    try:
        with log.libraries_muted():
            run(_wait_for(probes, settings, optional))
    finally:
        screen.waiting(())


async def _wait_for(probes: Sequence[Probe], settings: Wait, optional: Sequence[Probe]) -> None:
    waits = {probe: _Wait(probe, settings) for probe in probes}
    tasks = {probe: asyncio.ensure_future(wait.run()) for probe, wait in waits.items()}
    needed = {task for probe, task in tasks.items() if probe not in optional}
    drawing = asyncio.ensure_future(_draw([*waits.values()]))
    running = set(needed)
    try:
        while running:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            if any(not _is_not_ready(task.exception()) for task in done):
                break
        else:
            await asyncio.gather(*(waits[probe].asked.wait() for probe in optional))
    finally:
        for task in (*tasks.values(), drawing):
            task.cancel()
        await asyncio.gather(*tasks.values(), drawing, return_exceptions=True)
    for task in needed:
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, NotReady):
            raise error
    required = [wait for probe, wait in waits.items() if probe not in optional]
    if not all(wait.ready for wait in required):
        raise _verdict(required, settings.timeout)
    for probe in optional:
        waits[probe].tell_unready()


async def _draw(waits: Sequence["_Wait"]) -> None:
    """Keep the live view of a terminal up to date, where there is one."""
    while log.is_live():
        screen.waiting([wait.seen() for wait in waits])
        await asyncio.sleep(_DRAW_EVERY_SECONDS)


def _is_not_ready(error: BaseException | None) -> bool:
    return error is None or (isinstance(error, NotReady) and not isinstance(error, Refused))


def tell_ready(probe: Probe, attempt: int, duration_ms: int) -> None:
    """Say that what ``probe`` asks is ready, since that ``attempt``."""
    fields = _fields(probe, attempt, duration_ms)
    log.event("wait.ready", f"{probe.target} is ready", **fields, depth=probe.depth)


def _fields(probe: Probe, attempt: int, duration_ms: int) -> dict[str, Any]:
    return {"target": probe.target, "attempt": attempt, "duration_ms": duration_ms}


class _Wait:
    """One target's wait: its attempts, its last failure, and what was logged of it."""

    def __init__(self, probe: Probe, settings: Wait) -> None:
        self.probe = probe
        self.ready = False
        self.asked = asyncio.Event()
        """Set once there was an answer, or none in time."""
        self.attempts = 0
        self.last = NotReady("timeout", "no answer yet")
        self._settings = settings
        self._deadline = time.monotonic() + settings.timeout
        self._watch = Stopwatch()
        self._refused_at: float | None = None
        self._logged: tuple[str, float] = ("", 0.0)

    async def run(self) -> None:
        """Ask until it is ready; raises its last ``NotReady`` where that does not happen."""
        try:
            try:
                await self._attempt()
            except NotReady as failure:
                await self._again(failure)
            self.ready = True
        finally:
            self.asked.set()
            self._watch.stop()
        tell_ready(self.probe, self.attempts, self._watch.ms)

    async def _again(self, failure: NotReady) -> None:
        from bootctl.wait.again import asked_again  # where there is something to wait for

        await asked_again(
            failure,
            self._attempt,
            self._deadline - time.monotonic(),
            may_heal=self._may_heal,
            is_refused=lambda: isinstance(self.last, Refused),
            note=self._note,
        )

    def tell_unready(self) -> None:
        """Warn that the boot goes on without this target, if it is not ready."""
        if not self.ready:
            message = f"{self.probe.target} is not ready, and is optional: {self.last}"
            log.event(
                "wait.skipped", message, level="WARNING", cause=self.last.kind, **self._fields()
            )

    def state(self) -> dict[str, Any]:
        """Return what the verdict says of this target."""
        if self.ready:
            return {**self._fields(), "state": "ready"}
        state = "refused" if isinstance(self.last, Refused) else "not ready"
        return {**self._fields(), "state": state, "cause": self.last.kind}

    def seen(self) -> Waiting:
        """Return what a terminal shows of this target."""
        refused = isinstance(self.last, Refused)
        state = "ready" if self.ready else "refused" if refused else "not ready"
        said = "" if self.ready else str(self.last)
        return Waiting(
            self.probe.target, state, self.last.kind, said, self.attempts, self._watch.ms
        )

    def failure(self) -> str:
        """Return what the verdict's sentence says of this target."""
        times = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
        asked = f"{times} in {self._watch.ms / 1000:.1f} s"
        return f"{self.probe.target}: {self.last.kind}: {self.last} ({asked})"

    def _fields(self) -> dict[str, Any]:
        return _fields(self.probe, self.attempts, self._watch.ms)

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
        left = max(0.05, min(ATTEMPT_SECONDS, self._deadline - time.monotonic()))
        try:
            async with asyncio.timeout(left):
                await self.probe.check()
        except TimeoutError:
            if left == ATTEMPT_SECONDS or self.attempts == 1:  # or the deadline cut it short
                self.last = NotReady("timeout", f"no answer within {left:.1f} s")
            raise self.last from None
        except NotReady as failure:
            self.last = failure
            if spent := exhaustion(failure):
                raise self._unconnectable(spent) from failure
            raise
        except SettingsError as fault:
            raise self._unconnectable(fault) from fault

    def _unconnectable(self, fault: SettingsError) -> SettingsError:
        target = self.probe.target
        message = f"{target} cannot be connected to: {fault.message}"
        return SettingsError(message, hint=fault.hint, target=target)

    def _may_heal(self, failure: BaseException) -> bool:
        if not isinstance(failure, Refused):
            self._refused_at = None
            return isinstance(failure, NotReady)
        if self._refused_at is None:
            self._refused_at = time.monotonic()
        grace = _TLS_GRACE_SECONDS if failure.kind == "tls" else _GRACE_SECONDS
        return time.monotonic() - self._refused_at < min(grace, _GRACE_SECONDS)

    def _note(self) -> None:
        """Log the first failure, every other kind of failure, and a line now and then."""
        self.asked.set()
        kind, at = self._logged
        now = time.monotonic()
        if kind != self.last.kind or now - at > _LOG_EVERY_SECONDS:
            self._logged = (self.last.kind, now)
            level = "DEBUG" if log.is_live() else "INFO"
            message = f"{self.probe.target} is not ready: {self.last}"
            log.event("wait.retry", message, level=level, cause=self.last.kind, **self._fields())


def _verdict(waits: Sequence[_Wait], timeout: float) -> BootError:
    unready = [wait for wait in waits if not wait.ready]
    said = "; ".join(wait.failure() for wait in unready)
    targets = [wait.state() for wait in waits]
    refused = [wait.last.kind for wait in unready if isinstance(wait.last, Refused)]
    if refused:
        hint = REFUSED_HINTS.get(refused[0], "correct the URL, the credentials or the grants")
        return RefusedError(
            f"refused: {said}", hint=f"Waiting does not heal this: {hint}.", targets=targets
        )
    return NotReadyError(
        f"not ready within {timeout:g} s: {said}",
        hint="Start the dependency, correct its address (`bootctl wait --list` says where each "
        "comes from), or raise BOOTCTL__WAIT__TIMEOUT.",
        targets=targets,
    )


REFUSED_HINTS = {
    "tls": "renew the certificate, name the authority that signed it in SSL_CERT_FILE, or ask "
    "for no TLS where there is none",
    "unknown database": "create the database, or correct its name in the URL",
}
"""What to do about a refusal, by its kind."""
