"""What ``aerich init-db`` in a container leads to, and the way out of it."""

from dataclasses import dataclass
from pathlib import Path

from bootctl.errors import BootError, DirectionError, DriftError
from bootctl.state import Database, Difference, Inspection

_WHY = (
    "`aerich init-db` in a container is no substitute: its file ends with the container, and the "
    "next deployment records the models of that day as applied, so that what was added to them "
    "since never exists"
)


@dataclass(frozen=True)
class InitDb:
    """Knows what ``aerich init-db`` has written, by the rows it leaves.

    The first one writes ``0_..._init.py``; each later one, into a container without that file,
    ``N_..._None.py``.
    """

    app: str
    place: Path
    """The directory of the app's migrations, relative to the project."""
    command: str
    """What makes the first migration."""
    has_files: bool

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> BootError | None:
        """The error for a project without files, or for a database that ``init-db`` has written."""
        databases = [item for item in inspection.databases if item.unknown]
        if not databases:
            return self._no_files(found) if found and not self.has_files else None
        database = databases[0]
        rows = sorted({*database.applied, *database.unknown}, key=_number)
        if self.has_files and not database.applied:
            return self._diverged(database, rows)
        if self.has_files and not any(row.endswith("_None.py") for row in rows):
            return None
        kind = DriftError if found or not self.has_files else DirectionError
        return kind(
            f"{_drift(found)}{'' if self.has_files else 'the project has no migration files, and '}"
            f"an earlier `aerich init-db` has written to {database.url}: it knows "
            f"{', '.join(database.unknown)}, which no file is",
            hint=self._adopt(rows, found),
            differences=[str(item) for item in found],
            unknown=list(database.unknown),
        )

    def _no_files(self, found: tuple[Difference, ...]) -> BootError:
        return DriftError(
            f"{_drift(found)}the project has no migration files",
            hint=f"Make the first migration, review and commit it: `{self.command}`, then "
            f'`git add {self.place} && git commit -m "First migration"`. {_WHY}.',
            differences=[str(item) for item in found],
        )

    def _adopt(self, rows: list[str], found: tuple[Difference, ...]) -> str:
        """The first row was written with the tables; the last is right where nothing is missing."""
        adopted = rows[0] if found else rows[-1]
        others = [row for row in rows if row != adopted]
        where = (
            f"In the code that was deployed when {adopted} was written, make" if found else "Make"
        )
        delete = f"; delete the other rows: {self._delete(others)}" if others else ""
        then = (
            "; then `aerich migrate` makes the migration of what was added since" if found else ""
        )
        return (
            f"{where} its file: `{self.command}`, rename what it writes to {self.place}/{adopted}, "
            f"commit it as the only one{delete}{then}. {_WHY}."
        )

    def _diverged(self, database: Database, rows: list[str]) -> BootError:
        """The files were made later than a database that has none of them."""
        first, adopted = database.pending[0].id, rows[0]
        delete = f"{self._delete(rows[1:])}; " if rows[1:] else ""
        return DirectionError(
            f"{database.url} is {database.direction}: it knows {', '.join(rows)}, which the code "
            "does not, and none of the code's: an earlier `aerich init-db` has written to it",
            hint=f"If its tables are what {first} makes, adopt the row: {delete}UPDATE aerich SET "
            f"version = '{first}' WHERE app = '{self.app}' AND version = '{adopted}'.",
            direction=str(database.direction),
            unknown=rows,
            target=str(database.url),
        )

    def _delete(self, rows: list[str]) -> str:
        names = ", ".join(f"'{row}'" for row in rows)
        return f"DELETE FROM aerich WHERE app = '{self.app}' AND version IN ({names})"


def _drift(found: tuple[Difference, ...]) -> str:
    return f"schema drift: {', '.join(str(item) for item in found[:5])}; " if found else ""


def _number(row: str) -> tuple[int, str]:
    number = row.partition("_")[0]
    return (int(number) if number.isdigit() else 0, row)
