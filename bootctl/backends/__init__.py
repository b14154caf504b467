"""One sibling for each ORM, behind one protocol; the ORM's import stays inside each."""

from pathlib import Path

from bootctl.backends.protocol import Backend
from bootctl.errors import DetectError
from bootctl.settings import Settings


def create(name: str, root: Path, settings: Settings) -> Backend:
    """The backend called ``name`` for the project at ``root``.

    Raises ``SettingsError`` or ``HistoryError`` where its configuration or files are unusable.
    """
    if name == "alembic":
        from bootctl.backends.alembic.backend import AlembicBackend

        return AlembicBackend(root, settings)
    raise DetectError(
        f"the project uses {name}, which this version of bootctl does not migrate",
        hint="Set BOOTCTL__ORM=none to start the server without migrating and verifying.",
        backend=name,
    )
