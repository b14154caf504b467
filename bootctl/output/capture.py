"""What user code prints, turned into log lines: stdout is for results, stderr for the log."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bootctl.output import log, streams
from bootctl.output.exits import end_if_forked, exits_seen

_QUIET_SECONDS = 0.5


@contextmanager
def captured() -> Iterator[None]:
    """Log every line that is written to descriptors 1 and 2 inside, by whatever means.

    The descriptors themselves are replaced, not ``sys.stdout``: an ``env.py`` may start a
    process, use a C library, or keep a stream for later.
    """
    streams.flush()
    replaced = [_Stream(1, "stdout"), _Stream(2, "stderr")]
    for stream in replaced:
        stream.start()
    try:
        with exits_seen():
            yield
    finally:
        end_if_forked()
        streams.flush()
        for stream in replaced:
            stream.stop()


class _Stream:
    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._name = name
        self._read_lines = 0
        self._thread = threading.Thread(target=self._read, daemon=True)

    def start(self) -> None:
        self._original = os.dup(self._descriptor)
        self._source, sink = os.pipe()
        os.dup2(sink, self._descriptor)
        os.close(sink)
        self._thread.start()

    def stop(self) -> None:
        os.dup2(self._original, self._descriptor)
        os.close(self._original)
        # A process that user code left behind may hold the pipe open: wait for lines, not for it.
        read = -1
        while self._thread.is_alive() and read != self._read_lines:
            read = self._read_lines
            self._thread.join(timeout=_QUIET_SECONDS)

    def _read(self) -> None:
        with open(self._source, encoding="utf-8", errors="backslashreplace") as lines:
            for line in lines:
                self._read_lines += 1
                if line.strip():
                    log.output(self._name, line.rstrip())
