"""Where the log is written: above a few lines that are drawn again, and never for ever."""

import os
import re
import select
import termios
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from bootctl.output import display, folding

_END_SECONDS = 1.0
"""How long the last lines wait for somebody who reads."""
_PAUSE_MS = 100

_STYLES = re.compile(r"\x1b\[[0-9;]*m")

_until: float | None = None


def hurry() -> None:
    """From now on wait for a reader no longer than a second in all: the process is about to end."""
    global _until
    _until = time.monotonic() + _END_SECONDS


def _cells(line: str) -> int:
    return folding.cells(_STYLES.sub("", line).rstrip("\n"))


class Terminal:
    """A descriptor that text is written to, above a few lines that are drawn last, and redrawn."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._drawn: list[str] = []
        self._unlock()
        os.register_at_fork(after_in_child=self._unlock)

    def _unlock(self) -> None:
        """Have a lock that nobody holds: who held it is not in a child."""
        self.lock = threading.RLock()

    def write(self, text: str) -> None:
        """Write ``text`` where it stays. Raises ``OSError`` where it cannot be."""
        with self.lock:
            self._put(self._erasing() + text + "".join(self._drawn))

    def draw(self, lines: Sequence[str]) -> None:
        """Replace the lines that were drawn before, by as many as there is room for.

        None of them may be wider than the terminal.
        """
        with self.lock:
            erasing = self._erasing()
            if bool(lines) != bool(self._drawn):
                self._echo(on=not lines)
            self._drawn = [f"{line}\n" for line in lines[: display.size(self.descriptor)[1] - 1]]
            if erasing or self._drawn:
                self._put(erasing + "".join(self._drawn))

    def _echo(self, *, on: bool) -> None:
        """Have the terminal show what is typed, or not: it would be where lines are drawn again."""
        with suppress(OSError, termios.error):  # it is gone
            if os.tcgetpgrp(self.descriptor) != os.getpgrp():
                return  # in the background, a change would stop this process
            state = termios.tcgetattr(self.descriptor)
            state[3] = state[3] | termios.ECHO if on else state[3] & ~termios.ECHO
            termios.tcsetattr(self.descriptor, termios.TCSANOW, state)

    def _erasing(self) -> str:
        """Return what erases the lines that were drawn: a terminal that is narrower now has wrapped them."""
        if not self._drawn:
            return ""
        columns = max(1, display.size(self.descriptor)[0])
        rows = sum(max(1, -(-_cells(line) // columns)) for line in self._drawn)
        return f"\x1b[{rows}F\x1b[J"

    def _put(self, text: str) -> None:
        data = memoryview(text.encode("utf-8", "backslashreplace"))
        while data:
            self._await_reader()
            with suppress(BlockingIOError):  # somebody has made it so
                # As much as a pipe that has room takes at once.
                data = data[os.write(self.descriptor, data[: select.PIPE_BUF]) :]

    def _await_reader(self) -> None:
        """Return once a write does not wait. Raises ``TimeoutError`` where the process is ending."""
        poll = select.poll()
        poll.register(self.descriptor, select.POLLOUT)
        while not poll.poll(_PAUSE_MS):
            if _until is not None and time.monotonic() > _until:
                raise TimeoutError("nobody reads the log")
