"""Lines that are drawn again and again, at a terminal whose size changes."""

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Iterator

import pytest

from bootctl.output.terminal import Terminal


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """A terminal's two ends: what is written to the second is read from the first."""
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    mine, theirs = pty.openpty()
    yield mine, theirs
    os.close(mine)
    os.close(theirs)


def resize(terminal: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def drawn(terminal: int, last: str) -> str:
    """What has arrived once its ``last`` line has: the kernel may hand it on in parts."""
    text = ""
    while not text.endswith(f"{last}\r\n"):
        text += os.read(terminal, 65536).decode()
    return text


@pytest.mark.parametrize(
    ("columns", "rows"), [(80, 2), (100, 2), (20, 4), (30, 3), (61, 2), (60, 2), (59, 3)]
)
def test_what_a_narrower_terminal_has_wrapped_is_erased(
    ends: tuple[int, int], columns: int, rows: int
) -> None:
    mine, theirs = ends
    terminal = Terminal(theirs)
    resize(theirs, 80)
    terminal.draw([f"\x1b[1m{'a' * 60}\x1b[0m", "b"])
    drawn(mine, "b")
    resize(theirs, columns)
    terminal.draw(["c"])
    assert drawn(mine, "c").startswith(f"\x1b[{rows}F\x1b[J")
