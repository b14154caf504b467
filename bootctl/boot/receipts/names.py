"""The names of all that a recorder saw, and of what is known without one."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path

import bootctl
from bootctl.boot.receipts.hashes import NAME
from bootctl.boot.receipts.inputs import OF_THE_PROCESS, Names, Places
from bootctl.boot.receipts.recording import Recorder
from bootctl.database.url import Url

OWN = f"{Path(bootctl.__file__).parent}/"
"""Where bootctl itself is."""


def names_of(recorder: Recorder, root: Path, settings: Iterable[str], url: Url) -> Names:
    """Return what was read of the project at ``root``, besides the database at ``url``.

    ``settings`` are the files that the settings were read from, or would have been.
    """
    places, modules = Places(str(root), sys.path), {*_modules()}
    opened = {*map(source_of, recorder.opened | modules), *settings}
    files = {path for path in _told(places, opened) if not os.path.isdir(path)}
    hidden = os.path.basename(url.database) if url.scheme == "sqlite" else ""
    files -= _of_database(files, hidden)
    asked = _told(places, recorder.asked) - files
    for told in (files, asked):  # of bootctl, which reads it for this
        told.discard(str(root / NAME))
    folders = {*recorder.listed, *map(os.path.dirname, files & modules), str(root), *sys.path}
    return Names(
        files=_named(places, files),
        asked=_named(places, asked - _of_database(asked, hidden)),
        folders=_named(places, _told(places, (f"{os.path.abspath(item)}/" for item in folders))),
        libraries=_named(places, filter(places.is_of_library, opened)),
        variables=tuple(sorted({*recorder.variables, *_of_the_process(recorder, files)})),
        every_variable=recorder.every_variable,
    )


def source_of(path: str) -> str:
    """Return the source of compiled code, which is what a change is made to."""
    if not path.endswith(".pyc"):
        return path
    with suppress(ValueError):
        return source_from_cache(path)
    return path


def _told(places: Places, paths: Iterable[str]) -> set[str]:
    """Return those that are neither Python's, nor a library's, nor the system's."""
    return {item for item in paths if not places.is_of_library(item) and places.is_told(item)}


def _named(places: Places, paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(map(places.name, paths))))


def _of_database(paths: set[str], hidden: str) -> set[str]:
    return {path for path in paths if hidden and hidden in os.path.basename(path)}


def _modules() -> Iterator[str]:
    for module in [*sys.modules.values()]:
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            yield os.path.abspath(file)


def _of_the_process(recorder: Recorder, files: set[str]) -> set[str]:
    """Return the variables of the process that the project's code may read through a library."""
    if not recorder.every_variable:
        return set()
    code = (path for path in files if path.endswith(".py") and not path.startswith(OWN))
    text = b" ".join(map(_text, code)).lower()
    return {name for name in OF_THE_PROCESS if len(name) > 1 and name.lower().encode() in text}


def _text(path: str) -> bytes:
    with suppress(OSError):
        return Path(path).read_bytes()
    return b""
