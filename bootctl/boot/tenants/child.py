"""The process that migrates one tenant's database, and what it says of that."""

import json
import os
import select
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bootctl.boot.tenants.outcome import Outcome
from bootctl.errors import ExitCode
from bootctl.output.stopwatch import Stopwatch

_BYTES = 1 << 16
_MILLISECONDS = 500

Line = Mapping[str, Any]


@dataclass
class Child:
    """A process that was started for a tenant, which is told of by lines of its log."""

    tenant: str
    process: "subprocess.Popen[bytes]"
    watch: Stopwatch = field(default_factory=Stopwatch)
    applied: list[str] = field(default_factory=list)
    verdict: Line = field(default_factory=dict)

    def followed(self, tell: Callable[[str, Line], None]) -> Outcome:
        """Return how it ends; ``tell`` gets each line of its log until then."""
        for line in _lines(self.process):
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
        message = str(self.verdict.get("message", unsaid))
        hint = str(self.verdict.get("hint", ""))
        return Outcome(self.tenant, code, tuple(self.applied), self.watch.ms, message, hint)


def started(
    tenant: str, command: Sequence[str], environ: Mapping[str, str], folder: str
) -> Child | Outcome:
    """Start the process; where the system refuses that, the tenant has ended."""
    try:
        process = subprocess.Popen(  # noqa: S603  # bootctl itself
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        return Outcome(
            tenant, ExitCode.BUG, message=f"its process cannot be started: {error.strerror}"
        )
    return Child(tenant, process)


def _lines(process: "subprocess.Popen[bytes]") -> Iterator[Line]:
    """Yield each line of the log, until the process has ended: what it has started may go on, and not close it."""
    assert process.stderr is not None
    with process.stderr as stream:
        left = b""
        while (data := _read(process, stream.fileno())) or left:
            *lines, left = (left + data).split(b"\n") if data else (left, b"")
            yield from map(_line, filter(None, lines))


def _read(process: "subprocess.Popen[bytes]", descriptor: int) -> bytes:
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
