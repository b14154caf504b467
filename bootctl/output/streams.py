"""The process's standard streams, and the lines of a terminal that are drawn again in place."""

import io
import os
import shutil
import sys
import termios
from collections.abc import Sequence
from contextlib import suppress


def line_buffer() -> None:
    """Keep what is printed in step with the log when stdout is a pipe."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)


def flush() -> None:
    """Flush what Python still holds of stdout and stderr: exec would lose it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a closed pipe: there is nobody left to read it
            stream.flush()


class Terminal:
    """A descriptor that text is written to, above a few lines that are drawn last, and redrawn."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._drawn: list[str] = []

    def write(self, text: str) -> None:
        """Write ``text`` where it stays. Raises ``OSError`` where it cannot be."""
        self._put(self._erasing() + text + "".join(self._drawn))

    def draw(self, lines: Sequence[str]) -> None:
        """Replace the lines that were drawn before; as many as there is room for."""
        width, height = shutil.get_terminal_size()
        erasing = self._erasing()
        if bool(lines) != bool(self._drawn):
            self._echo(on=not lines)
        self._drawn = [f"{line[: width - 1]}\n" for line in lines[: height - 1]]
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
        return f"\x1b[{len(self._drawn)}F\x1b[J" if self._drawn else ""

    def _put(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        while data:
            data = data[os.write(self.descriptor, data) :]
