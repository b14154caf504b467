"""What user code prints, turned into log lines: stdout is for results, stderr for the log."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO

from bootctl.output import lines, log, process_state, streams
from bootctl.output.exits import end_if_forked, exits_seen

_QUIET_SECONDS = 0.5
_END_SECONDS = 5.0
"""How long lines are waited for of a process that user code left behind, and that prints on."""


@contextmanager
def captured() -> Iterator[None]:
    """Log every line that is written to descriptors 1 and 2 inside, by whatever means.

    The descriptors themselves are replaced, not ``sys.stdout``: an ``env.py`` may start a
    process, use a C library, or keep a stream for later. What it changes of the process is as it
    was afterwards.
    """
    streams.flush()
    with ExitStack() as stack, streams.kept():
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            stack.enter_context(_logged(descriptor, name))
        try:
            with process_state.kept(), exits_seen():
                yield
        finally:
            end_if_forked()
            streams.flush()


@contextmanager
def _logged(descriptor: int, name: str) -> Iterator[None]:
    """Log what is written to the descriptor, until somebody else puts it back."""
    source, sink = os.pipe()
    reader = _Reader(source, name)
    reader.start()
    os.dup2(sink, descriptor)
    os.close(sink)
    try:
        yield
    finally:
        reader.finish()


class _Reader(threading.Thread):
    def __init__(self, source: int, stream: str) -> None:
        super().__init__(daemon=True)
        self._source = source
        self._stream = stream
        self._read_lines = 0

    def finish(self) -> None:
        """Wait for the lines that are there. Who still has the pipe open is not waited for."""
        read, until = -1, time.monotonic() + _END_SECONDS
        while self.is_alive() and read != self._read_lines and time.monotonic() < until:
            read = self._read_lines
            self.join(timeout=_QUIET_SECONDS)

    def run(self) -> None:
        with open(self._source, encoding="utf-8", errors="backslashreplace") as opened:
            for line in _lines(opened):
                self._read_lines += 1
                if line.strip():
                    log.output(self._stream, line.rstrip())


def _lines(opened: TextIO) -> Iterator[str]:
    """Yield its lines, of a long one no more than its start."""
    while line := opened.readline(lines.MOST_READ):
        rest = line
        while len(rest) == lines.MOST_READ and rest[-1] != "\n":
            rest = opened.readline(lines.MOST_READ)
        yield line
