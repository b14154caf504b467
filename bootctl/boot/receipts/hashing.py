"""Writing down the hashes of a project's files, as a step of what builds its image."""

import json
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from hashlib import sha256
from pathlib import Path
from typing import Any

from bootctl.boot.receipts.hashes import FORMAT, NAME, SECOND, Hashed, content
from bootctl.boot.receipts.inputs import LIBRARIES, UNSEEN, library_folders, lists_in
from bootctl.errors import SettingsError

_LATE = 20_000_000
"""How late the clock of files may be: what changed a moment ago may change again at the same time."""
_COARSE = 2 * SECOND
"""Likewise, where times are kept by the second."""
_LEFT_OUT = (*UNSEEN, *LIBRARIES, "node_modules")


def write(root: Path, *, sealed: bool) -> int:
    """Write the list into the project at ``root``, and return how many files it has.

    ``sealed``: whoever builds an image says that no later step of it changes a file.
    Raises ``SettingsError`` where it cannot be written.
    """
    path = root / NAME
    try:
        path.unlink(missing_ok=True)
        with path.open("xb") as file:  # in place: so its folder keeps the time that is written down
            document = _document(str(root), os.fstat(file.fileno()), sealed=sealed)
            data = json.dumps(document, separators=(",", ":")).encode()
            file.write(b"%s\n%s" % (sha256(data).hexdigest().encode(), data))
            os.fchmod(file.fileno(), 0o644)
    except OSError as error:
        raise SettingsError(
            f"{error.filename or NAME} cannot be written: {error.strerror}",
            hint=f"Let this user (uid {os.getuid()}) write to {root}: in a Dockerfile, before USER.",
            file=NAME,
        ) from error
    return len(document["files"])


def _document(root: str, begun: os.stat_result, *, sealed: bool) -> dict[str, Any]:
    libraries = library_folders(sys.path)
    folders: dict[str, int] = {}
    files: dict[str, Any] = {}
    for folder, names in (*_below(root), *_of_libraries(libraries)):
        found = os.stat(folder)
        if found.st_dev == begun.st_dev:
            folders[folder] = found.st_mtime_ns
            files |= _hashed([os.path.join(folder, name) for name in names], begun)
    bases = [root, *libraries]
    return {"format": FORMAT, "sealed": sealed, "bases": bases, "folders": folders, "files": files}


def _below(root: str) -> Iterator[tuple[str, list[str]]]:
    for folder, folders, names in os.walk(root):
        folders[:] = (name for name in folders if name not in _LEFT_OUT)
        yield folder, [name for name in names if (folder, name) != (root, NAME)]


def _of_libraries(libraries: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield what says which files the libraries have."""
    for library in libraries:
        yield library, []
        for name in lists_in(library):
            folder, file = os.path.split(os.path.join(library, name))
            yield folder, [file]


def _hashed(paths: list[str], begun: os.stat_result) -> dict[str, tuple[Any, ...]]:
    """Return what is known of files that nobody changes meanwhile, by their names."""
    found = {}
    for path in paths:
        before = os.lstat(path)
        margin = _LATE if before.st_ctime_ns % SECOND else _COARSE
        is_old = before.st_ctime_ns < begun.st_ctime_ns - margin
        if stat.S_ISREG(before.st_mode) and before.st_dev == begun.st_dev and is_old:
            hashed = Hashed.of(content(path), before)
            if hashed.is_still(os.lstat(path)):
                found[path] = astuple(hashed)
    return found
