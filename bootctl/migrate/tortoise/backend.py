"""The Tortoise backend: its migration packages and its table."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bootctl.config.files import read_toml, section
from bootctl.config.settings import Settings
from bootctl.errors import SettingsError
from bootctl.migrate.tortoise_common.backend import TortoiseBackend
from bootctl.output.capture import captured
from bootctl.project.tortoise import config


def create(root: Path, settings: Settings) -> TortoiseBackend:
    """Return the backend for the project at ``root``.

    Raises ``SettingsError`` or ``HistoryError`` where its configuration or files are unusable.
    """
    if find_spec("tortoise.migrations") is None:
        raise SettingsError(
            "the installed Tortoise ORM has no migrations of its own: they came with 1.0",
            hint="Install tortoise-orm>=1.1, or set BOOTCTL__ORM=aerich.",
        )
    from bootctl.migrate.tortoise.migrations import NativeMigrations

    own = section(read_toml(root / "pyproject.toml"), "tool", "tortoise")
    named: dict[str, Any] = {
        "tortoise.config": settings.tortoise.config,
        "TORTOISE_ORM": os.environ.get("TORTOISE_ORM"),
        "tortoise_orm in pyproject.toml": own.get("tortoise_orm"),
    }
    with captured():
        loaded = config.load(root, named)
        migrations = NativeMigrations(root, loaded)
    return TortoiseBackend(root, settings, loaded, migrations)
