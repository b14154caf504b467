"""bootctl at a terminal of a given size, and what is on the terminal then."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.processes.spawned import environment

_AT_A_TERMINAL = """\
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from bootctl.cli.commands import main
main()
"""
_PLAIN = {"TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "", "NO_COLOR": "", "GITHUB_ACTIONS": ""}


class Session:
    """A process whose streams are a terminal's, and all that it has written there."""

    def __init__(self, mine: int, process: "subprocess.Popen[bytes]") -> None:
        self.mine = mine
        self.process = process
        self.written = b""

    @property
    def text(self) -> str:
        """What was written so far."""
        return self.written.decode(errors="replace")

    def read_until(self, *wanted: str, seconds: float = 30) -> str:
        """Read until every one of ``wanted`` is there, or to the end; return all so far."""
        until = time.monotonic() + seconds
        while not wanted or not all(item in self.text for item in wanted):
            if not select.select([self.mine], [], [], max(0.0, until - time.monotonic()))[0]:
                raise AssertionError(f"not written within {seconds} s: {wanted}\n{self.text}")
            if not self._read():
                break
        return self.text

    def read_for(self, seconds: float) -> None:
        """Read what is written meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self.mine], [], [], left)[0] and not self._read():
                break

    def finish(self, seconds: float = 60) -> int:
        """Read to the end, and return the exit code."""
        self.read_until(seconds=seconds)
        return self.process.wait(timeout=seconds)

    def type(self, text: str) -> None:
        """Type what a person would."""
        os.write(self.mine, text.encode())

    def interrupt(self) -> None:
        """Send what Ctrl-C sends."""
        self.process.send_signal(signal.SIGINT)

    def _read(self) -> bytes:
        data = b""
        with suppress(OSError):  # the other end is closed
            data = os.read(self.mine, 65536)
        self.written += data
        return data


@contextmanager
def attached(
    *arguments: str, cwd: Path, env: Mapping[str, str], columns: int = 80, lines: int = 50
) -> "Iterator[tuple[int, subprocess.Popen[bytes]]]":
    """A terminal's end, and ``bootctl ARGUMENTS`` that has the other as all of its streams.

    ``env`` is all of its environment. It is killed afterwards.
    """
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _AT_A_TERMINAL, *arguments],
        cwd=cwd,
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield mine, process
    finally:
        process.kill()
        process.wait()
        os.close(mine)


@contextmanager
def session(
    *arguments: str,
    cwd: Path,
    columns: int = 80,
    lines: int = 50,
    env: Mapping[str, str] | None = None,
) -> Iterator[Session]:
    """``bootctl ARGUMENTS`` at a terminal of that size."""
    variables = environment({**_PLAIN, **(env or {})})
    sized = {key: value for key, value in variables.items() if key not in ("COLUMNS", "LINES")}
    with attached(*arguments, cwd=cwd, env=sized, columns=columns, lines=lines) as (mine, process):
        yield Session(mine, process)
