"""The migration history as it was applied, against the files that there are now."""

from typing import NoReturn

from bootctl.errors import DirtyError, HistoryError
from bootctl.ledger.recovery import WayOut
from bootctl.migrate.inspection import Database, Inspection

_NAMED_IN_MESSAGE = 3


def refuse_altered(inspection: Inspection) -> None:
    """Raise ``HistoryError`` where an applied migration's file is not what was applied."""
    for database in inspection.databases:
        if database.edited or database.vanished:
            raise _error(database)


def refuse_dirty(database: Database, way_out: WayOut) -> NoReturn:
    """Raise ``DirtyError``, with what leads out as far as that is known."""
    revision = database.pending[0]
    raise DirtyError(
        f"{database.url} is dirty: {database.reason}",
        hint=f"{way_out} ({revision.path}). Then start again.",
        revision=revision.id,
        file=revision.path,
        forward=list(way_out.forward),
        back=list(way_out.back),
        target=str(database.url),
    )


def _error(database: Database) -> HistoryError:
    found = [*database.edited, *database.vanished]
    files = " ".join(dict.fromkeys(item.file for item in found[:_NAMED_IN_MESSAGE]))
    statements = " ".join(f"{item.accept};" for item in found[:_NAMED_IN_MESSAGE])
    return HistoryError(
        f"migration files are not what was applied to {database.url}: {_listed(database)}",
        hint=f"Restore what was applied from version control: `git log -- {files}`. Or, if the "
        f"change is meant and asks nothing of this database, accept it there: {statements}",
        revision=found[0].revision,
        file=found[0].file,
        edited=[item.revision for item in database.edited],
        vanished=[item.revision for item in database.vanished],
        accept=[item.accept for item in found],
        target=str(database.url),
    )


def _listed(database: Database) -> str:
    edited = [f"{item} was edited" for item in database.edited]
    vanished = [f"{item} is gone" for item in database.vanished]
    found = [*edited, *vanished]
    more = len(found) - _NAMED_IN_MESSAGE
    return ", ".join(found[:_NAMED_IN_MESSAGE]) + (f" and {more} more" if more > 0 else "")
