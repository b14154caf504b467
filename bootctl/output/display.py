"""What the terminal of a person can show: its size, colours, and other letters than ASCII's."""

import os
from contextlib import suppress

_COLUMNS, _LINES = 80, 24
_NO_CHARSET = {"", "C", "POSIX"}


def is_screen(descriptor: int) -> bool:
    """Return whether it is a terminal on which lines can be drawn again."""
    return os.isatty(descriptor) and os.environ.get("TERM") != "dumb"


def has_colours() -> bool:
    """Return whether colours are wanted: see https://no-color.org and https://force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    return os.environ.get("TERM") != "dumb" or bool(os.environ.get("FORCE_COLOR"))


def is_ascii() -> bool:
    """Return whether the locale has no letters but ASCII's.

    Where nobody has named one, Python sets ``LC_CTYPE=C.UTF-8`` itself (PEP 538): that is not asked.
    """
    named = [os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if not named[0] and named[1] == "C.UTF-8":
        named[1] = ""
    locale = next(filter(None, named), "")
    return locale in _NO_CHARSET or not locale.lower().replace("-", "").endswith("utf8")


def size(descriptor: int) -> tuple[int, int]:
    """Return the columns and the lines; where nobody says it, those of old terminals."""
    columns, lines = _of_environment("COLUMNS"), _of_environment("LINES")
    if not (columns and lines):
        with suppress(OSError):
            found = os.get_terminal_size(descriptor)
            columns, lines = columns or found.columns, lines or found.lines
    return columns or _COLUMNS, lines or _LINES


def _of_environment(name: str) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() else 0
