"""One sibling for each ORM, behind one protocol; the ORM's import stays inside each."""

import sys
from importlib.util import find_spec
from pathlib import Path

from bootctl.config.settings import Settings
from bootctl.errors import SettingsError
from bootctl.migrate.protocol import Backend
from bootctl.project.alembic.highlighting import without_highlighting
from bootctl.project.faults import missing_greenlet
from bootctl.project.late_patterns import expect_imports

_PACKAGES = {"alembic": "alembic", "aerich": "aerich", "tortoise": "tortoise-orm"}


def create(name: str, root: Path, settings: Settings) -> Backend:
    """Return the backend called ``name`` for the project at ``root``.

    Raises ``SettingsError`` or ``HistoryError`` where its configuration or files are unusable, and
    ``SettingsError`` where the ORM is not installed, or none is to be used.
    """
    if name == "none":
        raise SettingsError(
            "orm is none: there are no migrations and no models to look at",
            hint="Unset BOOTCTL__ORM, or name the ORM. `bootctl run`, `migrate` and `wait` do without.",
            setting="orm",
        )
    if not find_spec(name):
        raise SettingsError(
            f"{name} is not installed beside bootctl, for {sys.executable}",
            hint="Install bootctl, from its wheel or checkout, where the service is installed; or "
            f"install what the service migrates with here: pip install {_PACKAGES[name]}.",
        )
    expect_imports()
    if name == "alembic":
        with without_highlighting():
            from bootctl.migrate.alembic.backend import AlembicBackend

        return AlembicBackend(root, settings)
    if not find_spec("greenlet"):
        raise missing_greenlet()
    from bootctl.project.tortoise.importing import import_tortoise

    import_tortoise()
    if name == "aerich":
        from bootctl.migrate.aerich.backend import create as create_aerich

        return create_aerich(root, settings)
    from bootctl.migrate.tortoise.backend import create as create_tortoise

    return create_tortoise(root, settings)
