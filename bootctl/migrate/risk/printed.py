"""The statements of pending migrations, as far as they can be printed without executing any."""

from bootctl.database.state import Revision
from bootctl.values import frozen


@frozen
class PrintedMigration:
    """What applying one migration would execute."""

    revision: Revision
    scheme: str
    """The kind of its database, as ``Url.scheme`` has it."""
    statements: tuple[str, ...]
    """Each may be a script of several."""
    why_not_all: str = ""
    """Why these are not all; empty where they are."""
    rebuilds: str = ""
    """The table that it would rebuild, as SQLite needs, by statements that cannot be printed."""


def reads_database(revision: Revision, error: str = "") -> str:
    """Return why not all of a migration's statements are known; ``error``: what its code raised."""
    raised = f", or fails without it: {error}" if error else ""
    return f"revision {revision.id} reads the database{raised}"
