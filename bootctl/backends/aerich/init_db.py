"""What ``aerich init-db`` in a container leads to, and the way out of it."""

from pathlib import Path
from typing import Protocol

from bootctl.errors import BootError, DirectionError, DriftError
from bootctl.state import Difference, Direction, History, Inspection

_WHY = (
    "`aerich init-db` in a container is no substitute: its file ends with the container, and the "
    "next deployment records the models of that day as applied, so that what was added to them "
    "since never exists"
)


class _Migrations(Protocol):
    def history(self) -> History: ...
    def new_migration(self, message: str) -> str: ...


def refusal(
    migrations: _Migrations,
    inspection: Inspection,
    found: tuple[Difference, ...],
    app: str,
    place: Path,
) -> BootError | None:
    """The error for a project without files, or for a database that has another's rows."""
    rows = [row for database in inspection.databases for row in database.unknown]
    if migrations.history().revisions:
        return _diverged(inspection, rows, app)
    if not rows and not found:
        return None
    differences = ", ".join(str(item) for item in found[:5])
    drift = f"schema drift: {differences}; " if found else ""
    command = migrations.new_migration("initial")
    return DriftError(
        f"{drift}the project has no migration files" + (_written_by(rows) if rows else ""),
        hint=_adopt(rows, found, app, place, command) if rows else _first(command, place),
        differences=[str(item) for item in found],
        unknown=rows,
    )


def _written_by(rows: list[str]) -> str:
    return (
        f", and an earlier `aerich init-db` has written to the database: {', '.join(rows)} of the "
        "table aerich, which no file has"
    )


def _first(command: str, place: Path) -> str:
    return (
        f"Make the first migration, review and commit it: `{command}`, then "
        f'`git add {place} && git commit -m "First migration"`. {_WHY}.'
    )


def _adopt(
    rows: list[str], found: tuple[Difference, ...], app: str, place: Path, command: str
) -> str:
    adopted, others = rows[-1], rows[:-1]
    where = "In the code that was deployed when that row was written, make" if found else "Make"
    delete = f", and delete the other rows: {_delete(others, app)}" if others else ""
    then = "; then `aerich migrate` makes the migration of what was added since" if found else ""
    return (
        f"{where} the file of the row: `{command}`, rename what it writes to {place}/{adopted}, "
        f"commit it{delete}{then}. {_WHY}."
    )


def _delete(rows: list[str], app: str) -> str:
    names = ", ".join(f"'{row}'" for row in rows)
    return f"DELETE FROM aerich WHERE app = '{app}' AND version IN ({names})"


def _diverged(inspection: Inspection, rows: list[str], app: str) -> BootError | None:
    """Files that were made later than a database that ``init-db`` wrote: it has rows of its own only."""
    wrote = [database for database in inspection.databases if database.unknown]
    if not wrote or any(database.applied for database in wrote):
        return None
    first, adopted = wrote[0].pending[0].id, rows[-1]
    delete = f"{_delete(rows[:-1], app)}; " if rows[:-1] else ""
    return DirectionError(
        f"{wrote[0].url} is {Direction.DIVERGED}: it knows {', '.join(rows)}, which the code does "
        "not, and none of the code's: an earlier `aerich init-db` has written to it",
        hint=f"If its tables are what {first} makes, adopt the row: {delete}UPDATE aerich SET "
        f"version = '{first}' WHERE app = '{app}' AND version = '{adopted}'.",
        direction=str(Direction.DIVERGED),
        unknown=rows,
        target=str(wrote[0].url),
    )
