"""The project's own source files."""

import os
from collections.abc import Iterator
from pathlib import Path

_SKIPPED = {"node_modules", "__pycache__", "site-packages", "build", "dist", "tests"}
_MAX_DEPTH = 7
_MAX_FILES = 5000


def python_files(root: Path) -> Iterator[Path]:
    """The Python files below ``root``, without those of environments, builds and tests."""
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


def _is_source(directory: Path) -> bool:
    return directory.name not in _SKIPPED and not (directory / "pyvenv.cfg").exists()
