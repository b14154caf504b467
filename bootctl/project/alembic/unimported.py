"""Models whose module neither env.py nor what it imports has imported."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from bootctl.project.unimported import Unimported, candidates


def unimported(root: Path, compared: Sequence[MetaData]) -> Iterator[Unimported]:
    """Yield the tables that would be in one of those ``compared``, if their files were imported."""
    for candidate in candidates(root) if compared else ():
        if candidate.is_table and not candidate.is_loaded:
            own = [_metadata(base) for base in candidate.bases]
            if any(one is other for one in own for other in compared):
                yield candidate.found


def _metadata(base: Any) -> Any:
    return base if isinstance(base, MetaData) else getattr(base, "metadata", None)
