"""What ``aerich init-db`` in a container leads to, and the way out of it."""

from bootctl.database.state import Difference, Direction
from bootctl.errors import BootError, DirectionError, DriftError
from bootctl.values import frozen

_WHY = (
    "`aerich init-db` in a container is no substitute: its file ends with the container, and the "
    "next deployment records the models of that day as applied, so that what was added to them "
    "since never exists"
)


@frozen
class InitDb:
    """One app's files and rows. Knows what ``aerich init-db`` has written by what it leaves.

    The first one writes ``0_..._init.py``; each later one, into a container without that file,
    ``N_..._None.py``, and alters no table.
    """

    app: str
    place: str
    """The directory of the app's migrations, relative to the project."""
    first: str
    """The command that makes the first migration."""
    next: str
    """The command that makes another."""
    files: tuple[str, ...]
    rows: tuple[str, ...]
    target: str
    """The database, without secrets."""
    direction: Direction

    def refusal(self, found: tuple[Difference, ...]) -> BootError | None:
        """Return the error for a database that ``init-db`` has written; ``None`` for any other."""
        rows = sorted(self.rows, key=_number)
        unknown = [row for row in rows if row not in self.files]
        if not unknown:
            return None
        if not self.files:
            return self._lost(rows, unknown, found, "the project has no migration files, and ")
        if len(unknown) == len(rows):
            return self._adoptable(rows)
        if not any(row.endswith("_None.py") for row in rows):
            return None
        pending = [file for file in self.files if file not in rows]
        if rows[0] in self.files and pending:
            return self._left_over(unknown)
        return self._lost(rows, unknown, found, "")

    def _lost(
        self, rows: list[str], unknown: list[str], found: tuple[Difference, ...], start: str
    ) -> BootError:
        kind = DriftError if found or not self.files else DirectionError
        return kind(
            f"{drift(found)}{start}{self._written(unknown)}",
            hint=self._adopt(rows, found),
            differences=[str(item) for item in found],
            unknown=unknown,
            target=self.target,
        )

    def _adopt(self, rows: list[str], found: tuple[Difference, ...]) -> str:
        """Return the first row was written with the tables; the last is right where nothing is missing."""
        adopted = rows[0] if found else rows[-1]
        others = [row for row in rows if row != adopted]
        where = (
            f"In the code that was deployed when {adopted} was written, make" if found else "Make"
        )
        delete = f"; delete the other rows: {deletion(self.app, others)}" if others else ""
        then = f"; then `{self.next}` makes the migration of what was added since" if found else ""
        return (
            f"{where} its file: `{self.first}`, rename what it writes to {self.place}/{adopted}, "
            f"commit it as the only one{delete}{then}. {_WHY}."
        )

    def _adoptable(self, rows: list[str]) -> BootError:
        """Return the files were made later than a database that has none of them."""
        first, adopted, others = self.files[0], rows[0], rows[1:]
        delete = f"{deletion(self.app, others)}; " if others else ""
        return self._refused(
            rows,
            f"If its tables are what {first} makes, adopt the row: {delete}UPDATE aerich SET "
            f"version = '{first}' WHERE app = '{self.app}' AND version = '{adopted}'.",
        )

    def _left_over(self, unknown: list[str]) -> BootError:
        """Return the files are right, and rows of lost ones are left."""
        return self._refused(
            unknown,
            f"Delete these rows: {deletion(self.app, unknown)}. They record models of which "
            "`aerich init-db` altered no table.",
        )

    def _refused(self, unknown: list[str], hint: str) -> BootError:
        return DirectionError(
            f"{self.direction}: {self._written(unknown)}",
            hint=hint,
            direction=str(self.direction),
            unknown=unknown,
            target=self.target,
        )

    def _written(self, unknown: list[str]) -> str:
        return (
            f"an earlier `aerich init-db` has written to {self.target}: it knows "
            f"{', '.join(unknown)}, which no file is"
        )


def deletion(app: str, rows: list[str]) -> str:
    """Return the statement that deletes ``rows`` of ``app``."""
    names = ", ".join(f"'{row}'" for row in rows)
    return f"DELETE FROM aerich WHERE app = '{app}' AND version IN ({names})"


def no_files(
    commands: list[str], places: list[str], found: tuple[Difference, ...]
) -> BootError | None:
    """Return the error for a project without migration files, if its models need any."""
    if not found:
        return None
    make = ", ".join(f"`{command}`" for command in commands)
    return DriftError(
        f"{drift(found)}the project has no migration files",
        hint=f"Make the first migration, review and commit it: {make}, then "
        f'`git add {" ".join(places)} && git commit -m "First migration"`. {_WHY}.',
        differences=[str(item) for item in found],
    )


def drift(found: tuple[Difference, ...]) -> str:
    """Return the start of a sentence that names what was found."""
    return f"schema drift: {', '.join(str(item) for item in found[:5])}; " if found else ""


def _number(row: str) -> tuple[int, str]:
    number = row.partition("_")[0]
    return (int(number) if number.isdigit() else 0, row)
