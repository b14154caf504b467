"""Aerich's migration files, loaded and checked before any of them is applied."""

import importlib.util
import inspect
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from bootctl.config.files import refuse_other_than_files
from bootctl.errors import HistoryError
from bootctl.output.process_state import directory_kept
from bootctl.project.tortoise.faults import user_code
from bootctl.values import frozen

_VERSION = re.compile(r"(\d+)_.*\.py")


@frozen
class File:
    """One migration file of one app."""

    path: Path
    app: str
    module: ModuleType

    @property
    def is_atomic(self) -> bool:
        """Return whether Aerich runs it in a transaction."""
        return bool(getattr(self.module, "RUN_IN_TRANSACTION", True))

    @property
    def models_state(self) -> str | None:
        """Aerich's encoded description of the models; ``None`` in a file of an older Aerich."""
        return getattr(self.module, "MODELS_STATE", None)


def folder(root: Path, location: str, app: str) -> Path:
    """Return the folder in which Aerich keeps the migrations of ``app``."""
    return root / (location.format(app=app) if "{app}" in location else Path(location, app))


def load(root: Path, location: str, app: str) -> tuple[File, ...]:
    """Return the migration files of ``app``, in the order of their numbers.

    Raises ``HistoryError`` where two have one number, or one is no migration.
    """
    place = folder(root, location, app)
    if place.exists() and not place.is_dir():
        raise HistoryError(
            f"{os.path.relpath(place, root)} is not a directory",
            hint=f"Aerich keeps the migrations of app {app} there: make it a directory.",
            file=os.path.relpath(place, root),
        )
    paths = sorted(_paths(place), key=_number)
    for first, second in itertools.pairwise(paths):
        if _number(first) == _number(second):
            raise HistoryError(
                f"two migration files have the number {_number(first)}: "
                f"{first.name} and {second.name}",
                hint="Delete the one that was never applied, or give it the next number.",
                files=[first.name, second.name],
            )
    refuse_other_than_files(paths)
    return tuple(File(path, app, _module(path, root)) for path in paths)


def _paths(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from (path for path in place.iterdir() if _VERSION.fullmatch(path.name))


def _number(path: Path) -> int:
    match = _VERSION.fullmatch(path.name)
    assert match is not None  # only such paths are listed
    return int(match[1])


def _module(path: Path, root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None  # a file that ends in .py has a loader
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with user_code(root, f"{path.name} cannot be loaded"), directory_kept():
        spec.loader.exec_module(module)
    _refuse_no_migration(path, root, getattr(module, "upgrade", None))
    return module


def _refuse_no_migration(path: Path, root: Path, upgrade: Any) -> None:
    if inspect.iscoroutinefunction(upgrade):
        return
    relative = os.path.relpath(path, root)
    line = upgrade.__code__.co_firstlineno if inspect.isfunction(upgrade) else 1
    what = "its upgrade() is not a coroutine" if callable(upgrade) else "it has no upgrade()"
    raise HistoryError(
        f"{path.name} is no migration: {what} ({relative}:{line})",
        hint="Write it as Aerich does: async def upgrade(db) that returns the statements.",
        file=relative,
        line=line,
    )
