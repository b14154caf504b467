"""Fixtures of the unit tests."""

from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty project, with room for other things beside it."""
    place = tmp_path / "project"
    place.mkdir()
    return place
