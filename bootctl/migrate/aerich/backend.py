"""The Aerich backend: its files, its table, and its ``Command``."""

import os
from pathlib import Path
from typing import Any

from bootctl.config.files import read_toml, section
from bootctl.config.settings import Settings
from bootctl.migrate.aerich.migrations import AerichMigrations
from bootctl.migrate.tortoise_common.backend import TortoiseBackend
from bootctl.output.capture import captured
from bootctl.project.tortoise import config


def create(root: Path, settings: Settings) -> TortoiseBackend:
    """Return the backend for the project at ``root``.

    Raises ``SettingsError`` or ``HistoryError`` where its configuration or files are unusable.
    """
    own = _section(root)
    named: dict[str, Any] = {
        "tortoise.config": settings.tortoise.config,
        "tortoise_orm in pyproject.toml": own.get("tortoise_orm"),
        "TORTOISE_ORM": os.environ.get("TORTOISE_ORM"),
    }
    location = settings.tortoise.location or str(own.get("location", "./migrations"))
    with captured():
        loaded = config.load(root, named)
        migrations = AerichMigrations(root, loaded, location)
    return TortoiseBackend(root, settings, loaded, migrations)


def _section(root: Path) -> dict[str, Any]:
    document = read_toml(root / "pyproject.toml")
    # ``aerich init`` writes the second where Tortoise is 1.x.
    return section(document, "tool", "aerich") or section(document, "tool", "tortoise")
