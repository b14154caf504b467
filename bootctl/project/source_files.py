"""The project's own source files."""

import hashlib
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

_SKIPPED = {"node_modules", "__pycache__", "site-packages", "build", "dist", "tests"}
_USUAL = {"migrations", "versions", "alembic", "aerich"}
"""Where migrations usually are: searched first."""
_MAX_DEPTH = 7
_MAX_SEARCHED = 5000
_MAX_LISTED = 100_000


class PythonFiles:
    """The Python files below a directory, without those of environments, builds and tests.

    Those where migrations usually are come first. After 5,000 files, and below seven directories,
    there is no other.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._deeper = ""
        listed = list(islice(self._listed(), _MAX_LISTED))
        self._total = len(listed)
        self._paths = sorted(listed, key=self._is_unusual)[:_MAX_SEARCHED]

    def __iter__(self) -> Iterator[Path]:
        """Yield each that is searched."""
        return iter(self._paths)

    @property
    def left_out(self) -> str:
        """Return what was not searched, as a sentence's end; empty where all was."""
        if self._total > len(self._paths):
            return f"of its {self._total} Python files {len(self._paths)} were searched"
        return f"{self._deeper} is too deep to be searched" if self._deeper else ""

    def _listed(self) -> Iterator[Path]:
        for directory, names, files in os.walk(self._root, onerror=self._refuse_migrations):
            here = Path(directory)
            names[:] = sorted(n for n in names if n[0] != "." and _is_source(here / n))
            if len(here.relative_to(self._root).parts) >= _MAX_DEPTH:
                self._deeper = self._deeper or "".join(str(here / name) for name in names[:1])
                names.clear()
            yield from (here / name for name in sorted(files) if name.endswith(".py"))

    def _refuse_migrations(self, error: OSError) -> None:
        """Raise ``error`` where a folder of migrations cannot be listed; others, as of data, are skipped."""
        if not self._is_unusual(Path(error.filename)):
            raise error

    def _is_unusual(self, path: Path) -> bool:
        return path.name != "env.py" and _USUAL.isdisjoint(path.relative_to(self._root).parts)


def python_files(root: Path) -> Iterator[Path]:
    """Yield what ``PythonFiles`` has."""
    return iter(PythonFiles(root))


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
    return directory.name not in _SKIPPED and not os.path.exists(directory / "pyvenv.cfg")
