"""The process that does something with one tenant's database, and what it says of that."""

import json
import os
import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from bootctl.boot.tenants.outcome import Outcome
from bootctl.boot.tenants.processes import Process
from bootctl.boot.tenants.task import Task
from bootctl.errors import ExitCode
from bootctl.output.stopwatch import Stopwatch

_BYTES = 1 << 16
_MILLISECONDS = 500

Line = Mapping[str, Any]


@dataclass
class Child:
    """A process that was started for a tenant, which is told of by lines of its log."""

    tenant: str
    task: Task
    process: Process
    log: int
    """Where its log is read."""
    printed: BinaryIO
    watch: Stopwatch = field(default_factory=Stopwatch)
    applied: list[str] = field(default_factory=list)
    verdict: Line = field(default_factory=dict)

    def followed(self, tell: Callable[[str, Line], None]) -> Outcome:
        """Return how it ends; ``tell`` gets each line of its log until then."""
        with self.printed:
            for line in _lines(self.process, self.log):
                self._note(line)
                tell(self.tenant, line)
            code = self.process.wait()
            return self._outcome(code if code >= 0 else 128 - code)

    def _note(self, line: Line) -> None:
        if line["event"] == "migrate.applied" and "revision" in line:
            self.applied.append(str(line["revision"]))
        elif line["event"] == "boot.failed":
            self.verdict = line

    def _outcome(self, code: int) -> Outcome:
        unsaid = f"its process ended with {code}, and without a verdict" if code else ""
        result = self._result()
        return Outcome(
            self.tenant,
            code,
            tuple(self.applied),
            self.watch.ms,
            str(self.verdict.get("message", unsaid)),
            str(self.verdict.get("hint", "")),
            pending=tuple(result.get("pending", ())),
            found=self.task.found(code, result),
        )

    def _result(self) -> Mapping[str, Any]:
        """Return what was printed as JSON; nothing where that is none."""
        self.printed.seek(0)
        found: Any = None
        with suppress(ValueError):
            found = json.loads(self.printed.read())
        return found if isinstance(found, dict) else {}


def started(tenant: str, task: Task, start: Callable[[str, int, int], Process]) -> Child | Outcome:
    """Have ``start`` start the process, with these descriptors for what it prints and logs.

    Where the system refuses that, the tenant has ended.
    """
    try:
        log, stderr = os.pipe()
        printed = open(os.memfd_create("result"), "w+b")  # noqa: SIM115  # it is read at the end
        with open(stderr, "wb"):
            process = start(tenant, printed.fileno(), stderr)
    except OSError as error:
        return Outcome(
            tenant, ExitCode.BUG, message=f"its process cannot be started: {error.strerror}"
        )
    return Child(tenant, task, process, log, printed)


def _lines(process: Process, log: int) -> Iterator[Line]:
    """Yield each line of the log, until the process has ended: what it has started may go on, and not close it."""
    with open(log, "rb"):
        left = b""
        while (data := _read(process, log)) or left:
            *lines, left = (left + data).split(b"\n") if data else (left, b"")
            yield from map(_line, filter(None, lines))


def _read(process: Process, descriptor: int) -> bytes:
    """Return what there is to be read; nothing where nothing will be, as after the end of the process."""
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    has_ended = False
    while not ready.poll(_MILLISECONDS):
        if has_ended:
            return b""
        has_ended = process.poll() is not None  # what was written last is there now
    return os.read(descriptor, _BYTES)


def _line(data: bytes) -> Line:
    """Return a line of the log; what is none, as Python's last words, is what was printed."""
    text = data.decode(errors="backslashreplace")
    found: Any = None
    with suppress(ValueError):
        found = json.loads(text)
    if isinstance(found, dict) and {"event", "stage", "level", "message"} <= found.keys():
        return found
    said = {"event": "tenants.output", "stage": "tenants", "level": "warning"}
    return {**said, "message": text, "stream": "stderr"}
