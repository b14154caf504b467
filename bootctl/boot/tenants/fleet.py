"""Going through the tenants: a few at once, each on its own, whatever becomes of the others."""

import queue
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from typing import NamedTuple

from bootctl.boot.seen.observed import Seen, probes_answered
from bootctl.boot.tenants import child, place
from bootctl.boot.tenants.child import Child, Line
from bootctl.boot.tenants.looking import Looking
from bootctl.boot.tenants.names import named
from bootctl.boot.tenants.outcome import Outcome, Report
from bootctl.boot.tenants.processes import Processes
from bootctl.boot.tenants.shard import Shard, of
from bootctl.boot.tenants.task import MIGRATE, Task
from bootctl.config.invocation import TENANT, Invocation
from bootctl.database.url import Url
from bootctl.errors import ExitCode, Interrupted, UsageError
from bootctl.output import interruption, log
from bootctl.output.stopwatch import Stopwatch
from bootctl.wait.dependencies import beside, optional, wait_for_all

_OF_THE_LOG = ("time", "level", "event", "message", "run_id", "tenant")

_SECONDS = 0.2


class _Told(NamedTuple):
    tenant: str
    line: Line


class Fleet:
    """The tenants of this process, each with its URL, and how far they are: ``outcomes`` has those that ended."""

    def __init__(self, invocation: Invocation, task: Task, urls: Mapping[str, Url]) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self._invocation = invocation
        self._task = task
        self._urls = urls
        self._looking = Looking(invocation)
        self._processes = Processes(invocation, task.words(invocation.root), [*urls.values()])
        self._said: queue.SimpleQueue[_Told | Outcome] = queue.SimpleQueue()
        self._left = iter(urls)
        self._running: dict[str, Child] = {}
        self._lock = threading.Lock()
        self._is_over = False

    def go_through(self) -> None:
        """Do it with each tenant, and log what is said meanwhile.

        A signal ends the processes that run, which roll back what they have begun.
        """
        count = self._invocation.loaded.settings.tenants.concurrency
        with closing(self._processes), ThreadPoolExecutor(count) as pool:
            workers: list[Future[None]] = []
            try:
                with interruption.raised():
                    workers += (pool.submit(self._work) for _ in range(count))
                    self._tell(workers)
            except Interrupted as interrupted:
                self._end(interrupted.signum)
                self._tell(workers)  # another signal interrupts nothing

    def _tell(self, workers: Sequence[Future[None]]) -> None:
        while not all(worker.done() for worker in workers) or not self._said.empty():
            with suppress(queue.Empty):
                found = self._said.get(timeout=_SECONDS)
                _tell_line(found) if isinstance(found, _Told) else _tell_outcome(found)

    def _work(self) -> None:
        """Go through what is left, as others do at the same time."""
        while (tenant := self._taken()) is not None:
            try:
                outcome = self._ended(tenant)
            except Exception as error:  # a thread's would be lost
                message = f"a bug in bootctl: {type(error).__name__}: {error}"
                outcome = Outcome(tenant, ExitCode.BUG, message=message)
            on_failure = self._invocation.loaded.settings.tenants.on_failure
            self._is_over |= outcome.failed and on_failure == "stop"
            self.outcomes[tenant] = outcome
            self._said.put(outcome)

    def _taken(self) -> str | None:
        with self._lock:
            return None if self._is_over else next(self._left, None)

    def _ended(self, tenant: str) -> Outcome:
        watch = Stopwatch()
        if self._looking.is_as_verified(tenant, self._urls[tenant]):
            at_head = self._task.at_head
            return Outcome(tenant, duration_ms=watch.ms, cached=True, found=at_head)
        self._processes.prepare()
        found = self._started(tenant)
        if isinstance(found, Outcome):
            return found
        try:
            outcome = found.followed(lambda name, line: self._said.put(_Told(name, line)))
            return replace(outcome, duration_ms=watch.ms)
        finally:
            with self._lock:
                del self._running[tenant]

    def _started(self, tenant: str) -> Child | Outcome:
        with self._lock:  # none is started once all were ended
            if self._is_over:
                return Outcome(tenant, None)
            found = child.started(tenant, self._task, self._processes.start)
            if isinstance(found, Child):
                self._running[tenant] = found
        return found

    def _end(self, signum: int) -> None:
        with self._lock:
            self._is_over = True
            for found in self._running.values():
                found.process.send_signal(signum)


def go_through(invocation: Invocation, task: Task, given: str | None) -> Report:
    """Do ``task`` with every tenant of the shard that is ``given``, or that the environment names.

    Raises ``BootError`` where nothing was begun: of what settings say of all of them.
    """
    if TENANT in invocation.environ:
        raise UsageError(
            f"--tenants and {TENANT} exclude each other",
            hint=f"Unset {TENANT}, or leave out --tenants: the command is then for this one.",
        )
    watch, seen = Stopwatch(), Seen(invocation, task.command)
    with probes_answered(invocation):
        with log.stage("tenants"):
            shard = of(given, invocation.environ)
            template = place.template(invocation.root, invocation.loaded, invocation.environ)
            source, known = named(invocation)
        own = shard.of(known)
        _tell_found(source, known, shard, own)
        if task is MIGRATE:
            wait_for_all(invocation, beside(invocation, "database"), optional=optional(invocation))
        urls = {name: place.parsed(place.url_of(template, name)) for name in own}
        fleet = Fleet(invocation, task, urls)
        with log.stage("tenants"):
            fleet.go_through()
    outcomes = [fleet.outcomes.get(name, Outcome(name, None)) for name in own]
    report = Report(task, shard, outcomes, watch.ms, len(known))
    if not report.failure and not interruption.received():
        log.event("tenants.done", report.summary, duration_ms=report.duration_ms)
        seen.ends_well()
    return report


def _tell_found(source: str, known: Sequence[str], shard: Shard, own: Sequence[str]) -> None:
    of_all = f", {len(own)} of them in shard {shard}" if shard.count > 1 else ""
    level = "INFO" if known else "WARNING"
    message = f"{source} names {len(known)} tenants{of_all}"
    fields = {"tenants": len(own), "source": source, "shard": str(shard)}
    log.event("tenants.found", message, level=level, **fields)


def _tell_outcome(outcome: Outcome) -> None:
    if outcome.exit_code is None:
        return
    applied = f", {', '.join(outcome.applied)} applied" if outcome.applied else ""
    verdict = f" with {outcome.exit_code}: {outcome.message}" if outcome.failed else ""
    log.event(
        "tenants.ended",
        f"{outcome.state}{applied}{verdict}",
        level="ERROR" if outcome.failed else "INFO",
        tenant=outcome.tenant,
        exit_code=outcome.exit_code,
        applied=list(outcome.applied),
        cached=outcome.cached,
        duration_ms=outcome.duration_ms,
        **({"hint": outcome.hint} if outcome.hint else {}),
    )


def _tell_line(told: _Told) -> None:
    """Log a line of a tenant's process; its verdict is said with how it ended."""
    line = told.line
    if line["event"] == "boot.failed":
        return
    fields = {key: value for key, value in line.items() if key not in _OF_THE_LOG}
    level = str(line["level"]).upper()
    log.event(str(line["event"]), str(line["message"]), level=level, tenant=told.tenant, **fields)
