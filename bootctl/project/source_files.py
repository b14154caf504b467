"""The project's own source files."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

_SKIPPED = {"node_modules", "__pycache__", "site-packages", "build", "dist", "tests"}
_MAX_DEPTH = 7
_MAX_FILES = 5000


def python_files(root: Path) -> Iterator[Path]:
    """Yield the Python files below ``root``, without those of environments, builds and tests."""
    found = 0
    for directory, names, files in os.walk(root):
        here = Path(directory)
        deep = len(here.relative_to(root).parts) >= _MAX_DEPTH
        names[:] = [] if deep else sorted(n for n in names if n[0] != "." and _is_source(here / n))
        for name in sorted(files):
            if name.endswith(".py"):
                found += 1
                yield here / name
        if found > _MAX_FILES:
            return


def checksum(path: Path, omitted: re.Pattern[bytes] | None = None) -> str:
    """SHA-256 of a file's text, without what ``omitted`` matches; empty where there is no source.

    Line endings, white space at the end of lines, blank lines and a byte order mark do not count:
    checkouts, editors and formatters change them, and what a migration executes does not depend
    on them. The text counts, not its syntax tree: that changes with Python.
    """
    if path.suffix != ".py":  # bytecode, which changes with Python too
        return ""
    lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    text = b"\n".join(map(bytes.rstrip, lines))
    kept = omitted.sub(b"", text) if omitted else text
    return hashlib.sha256(b"\n".join(filter(None, kept.split(b"\n")))).hexdigest()


def _is_source(directory: Path) -> bool:
    return directory.name not in _SKIPPED and not (directory / "pyvenv.cfg").exists()
