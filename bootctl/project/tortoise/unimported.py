"""Models that no app of the configuration has, in the packages of those that one has."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tortoise import Model, Tortoise

from bootctl.project.unimported import Candidate, Unimported, candidates

_Place = tuple[str, str]
"""The real path of a file, and a name in it."""


def unimported(root: Path) -> Iterator[Unimported]:
    """Yield them, while Tortoise is initialised.

    Of other packages nothing is known: they may be of another service, or of no app on purpose.
    """
    known = dict(_known(root))
    packages = set(known.values())
    for candidate in candidates(root):
        place = os.path.realpath(candidate.path), candidate.found.name
        if _is_model(candidate) and place not in known and _top(root, candidate.path) in packages:
            yield candidate.found


def _known(root: Path) -> Iterator[tuple[_Place, str]]:
    """Yield where each registered model of the project is, and the top of its package."""
    for models in (Tortoise.apps or {}).values():
        for model in models.values():
            file = getattr(sys.modules.get(model.__module__), "__file__", None)
            if file and Path(file).is_relative_to(root):
                yield (os.path.realpath(file), model.__name__), _top(root, Path(file))


def _is_model(candidate: Candidate) -> bool:
    models = (isinstance(base, type) and issubclass(base, Model) for base in candidate.bases)
    return any(models) and not candidate.is_abstract


def _top(root: Path, path: Path) -> str:
    """Return the package at the top that a file is in; empty for a file that is in none."""
    base = root / "src" if path.is_relative_to(root / "src") else root
    parts = path.relative_to(base).parts
    return parts[0] if len(parts) > 1 else ""
