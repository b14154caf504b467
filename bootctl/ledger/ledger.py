"""bootctl's one side table: what each applied migration's file was, and when it was applied.

A row is written through the connection that migrates, in the transaction that has the migration's
own row in the version table: both are there, or neither. Whatever the ledger cannot do is a
warning, and the migration goes on. It is written when bootctl migrates, and at no other time.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootctl import __version__
from bootctl.config.files import read_toml, section
from bootctl.database import causes, driver_errors
from bootctl.database.driver_connection import execute
from bootctl.database.state import Revision
from bootctl.ledger import catalogs
from bootctl.ledger.access import is_there, named, savepoint, scoped
from bootctl.ledger.autogenerate import LEDGER
from bootctl.ledger.catalogs import RecordedCatalog
from bootctl.ledger.table import Altered, Entry
from bootctl.output import log
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.ledger.planned import Planned, Recording

_TRANSACTIONAL = ("postgresql", "sqlite")
"""Where creating a table does not commit what is under way."""
_DEADLOCK = 1213
"""MySQL's error after which the whole transaction is gone."""


@frozen
class Recorded:
    """What the ledger has of one scope, by revision, in the order of their application."""

    entries: Mapping[str, Entry]
    unfinished: Mapping[str, str]
    """What the journal has of migrations that were begun, and did not end."""
    schema: str | None
    dialect: str

    def edited(self, applied: Mapping[str, Revision]) -> tuple[Altered, ...]:
        """Return those of the ``applied`` revisions whose file is not the one that was applied."""
        return tuple(
            self.entries[key].altered(revision.id, self._acceptance(key, revision.checksum))
            for key, revision in applied.items()
            if key in self.entries
            and self.entries[key].checksum != revision.checksum
            and self.entries[key].checksum
            and revision.checksum
        )

    def vanished(self, heads: Iterable[str], known: Collection[str]) -> tuple[Altered, ...]:
        """Return the ancestors of ``heads``, as they were when they were applied, that are not ``known``."""
        ancestors = self._ancestors(heads)
        return tuple(
            entry.altered(key, self._deletion(entry))
            for key, entry in self.entries.items()
            if key in ancestors and key not in known
        )

    def _ancestors(self, heads: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(heads)
        while waiting:
            entry = self.entries.get(waiting.pop())
            parents = set(entry.parents if entry else ()) - found
            found |= parents
            waiting += parents
        return found

    def _acceptance(self, key: str, now: str) -> str:
        from bootctl.ledger import statements

        return statements.accepting(self.entries[key], now, self.schema, self.dialect)

    def _deletion(self, entry: Entry) -> str:
        from bootctl.ledger import statements

        return statements.deleting(entry, self.schema, self.dialect)


class Ledger:
    """Reads and writes the ledger beside a version table, for the project at ``root``."""

    def __init__(self, root: Path) -> None:
        self._code_version = code_version(root)
        self._warned = False
        self._planned: Planned | None = None
        self._written: dict[int, Any] = {}
        """The driver's connections, by ``id``, on which the table was there when it was written last."""

    def prepare(self, connection: "Connection", schema: str | None = None) -> None:
        """Create the table where that commits, as on MySQL: so before a migration begins."""
        if connection.dialect.name not in _TRANSACTIONAL and not self._has_written(connection):
            from bootctl.ledger import statements

            with self._tolerant(_UNWRITTEN):
                statements.create(connection, schema)

    def record(self, connection: "Connection", entry: Entry, schema: str | None = None) -> None:
        """Write ``entry``, in place of one that its revision has."""
        from bootctl.ledger import at_once, statements

        values = self._values(entry)
        with self._tolerant(_UNWRITTEN):
            if self._has_written(connection) and at_once.replaced(connection, values, schema):
                return
            with self._writing(connection), savepoint(connection):
                if connection.dialect.name in _TRANSACTIONAL:
                    statements.create(connection, schema)
                statements.replace(connection, entry, values, schema)

    def record_with(
        self,
        connection: "Connection",
        entry: Entry,
        recording: "Recording",
        schema: str | None = None,
    ) -> bool:
        """Write ``entry`` together with what is ``recording`` its revision, in one message.

        ``False``, and neither is done, where that cannot be.
        """
        from bootctl.ledger.planned import Planned

        if not self._has_written(connection):
            return False
        self._planned = self._planned or Planned()
        return self._planned.recorded(connection, self._values(entry), schema, recording)

    def forget_planned(self, connection: "Connection") -> None:
        """Leave nothing in the session of what ``record_with`` has planned."""
        if self._planned is not None:
            self._planned.forget(connection)

    def _has_written(self, connection: "Connection") -> bool:
        return id(connection.connection.driver_connection) in self._written

    @contextmanager
    def _writing(self, connection: "Connection") -> Iterator[None]:
        """Remember that the table is there, if what is written into it inside is."""
        driver = connection.connection.driver_connection
        self._written.pop(id(driver), None)
        yield
        self._written[id(driver)] = driver  # itself: the id of one that is gone may be another's

    def _values(self, entry: Entry) -> dict[str, Any]:
        return {
            **vars(entry),
            "parents": json.dumps(entry.parents),
            "code_version": self._code_version,
            "bootctl_version": __version__,
        }

    def begin(
        self, connection: "Connection", entry: Entry, journal: str, schema: str | None = None
    ) -> None:
        """Write what a migration that has not ended has done; raises what the database raises."""
        from bootctl.ledger import statements

        values = {**self._values(entry), "applied_at": None, "statements": journal}
        is_known = connection.dialect.name not in _TRANSACTIONAL and self._has_written(connection)
        with self._writing(connection):
            if not is_known:
                statements.create(connection, schema)
            try:
                statements.put(connection, entry, values, schema)
            except Exception:
                if not is_known or is_there(connection, schema):
                    raise
                statements.create(connection, schema)  # the migration has dropped it
                statements.put(connection, entry, values, schema)

    def forget(self, connection: "Connection", entry: Entry, schema: str | None = None) -> None:
        """Delete what ``begin`` wrote; raises what the database raises."""
        from bootctl.ledger import statements

        statements.withdraw(connection, entry, schema)

    def note(
        self, connection: "Connection", entry: Entry, done: str, schema: str | None = None
    ) -> None:
        """Keep, in a row of its own, what was ``done`` about a migration by name; nothing reads it."""
        from bootctl.ledger import statements

        at = entry.applied_at.isoformat()
        mine = {"scope": f"resolved:{entry.scope}", "revision": f"{at} {entry.revision}"}
        with self._tolerant(_UNWRITTEN), savepoint(connection):
            if connection.dialect.name in _TRANSACTIONAL:
                statements.create(connection, schema)
            values = {**self._values(entry), **mine, "statements": done}
            statements.add(connection, values, schema)

    def read(
        self, connection: "Connection", scopes: Collection[str], schema: str | None = None
    ) -> dict[str, Recorded]:
        """Return what there is of each of ``scopes``: nothing where it cannot be read."""
        found: dict[str, dict[str, Entry]] = {scope: {} for scope in scopes}
        unfinished: dict[str, dict[str, str]] = {scope: {} for scope in scopes}
        with self._tolerant(_UNREAD):
            if is_there(connection, schema):
                with savepoint(connection):
                    for entry, statements in _entries(connection, scopes, schema):
                        if statements is None:
                            found[entry.scope][entry.revision] = entry
                        else:
                            unfinished[entry.scope][entry.revision] = statements
        return {
            key: Recorded(own, unfinished[key], schema, connection.dialect.name)
            for key, own in found.items()
        }

    def keep_catalog(
        self,
        connection: "Connection",
        scopes: Collection[str],
        revision: str,
        found: RecordedCatalog,
        schema: str | None = None,
    ) -> None:
        """Keep what the migrations of ``scopes`` have made, up to the ``revision`` applied last."""
        with self._tolerant(_UNWRITTEN), savepoint(connection):
            catalogs.write(connection, scopes, revision, found, schema)

    def catalog(
        self, connection: "Connection", scopes: Collection[str], schema: str | None = None
    ) -> RecordedCatalog | None:
        """Return what the migrations of ``scopes`` have made; ``None`` where it cannot be read."""
        with self._tolerant(_UNREAD):
            return catalogs.read(connection, scopes, schema)
        return None

    @contextmanager
    def _tolerant(self, consequence: tuple[str, str]) -> Iterator[None]:
        """An error inside is a warning, the first of a boot; what ends the transaction is an error."""
        try:
            yield
        except Exception as error:
            of_person = isinstance(error, ValueError)  # of what a person wrote
            if not of_person and not driver_errors.is_sqlalchemys(error):
                raise
            original = getattr(error, "orig", None)
            lost = getattr(error, "connection_invalidated", False)
            if lost or (original is not None and original.args[:1] == (_DEADLOCK,)):
                raise
            self.warn(*consequence, error)

    def warn(self, what: str, hint: str, error: Exception) -> None:
        """Say what follows from ``error``: of a boot's first one only."""
        if not self._warned:
            message = f"{what}: {causes.root_message(error)}"
            log.event("ledger.unavailable", message, level="WARNING", hint=hint)
        self._warned = True


_UNWRITTEN = (
    f"the table {LEDGER} cannot be written, so a later change of these migrations goes unnoticed",
    f"Let the role that migrates create {LEDGER} beside the version table, and write to it.",
)
_UNREAD = (
    f"the table {LEDGER} cannot be read, so a change of an applied migration goes unnoticed",
    f"Let the role that boots the service read it: GRANT SELECT ON {LEDGER} TO the role.",
)


def code_version(root: Path) -> str:
    """Return the version that the project at ``root`` states; empty where it states none."""
    return str(section(read_toml(root / "pyproject.toml"), "project").get("version", ""))


def _entries(
    connection: "Connection", scopes: Collection[str], schema: str | None
) -> Iterator[tuple[Entry, str | None]]:
    """Yield each row; with its journal where its migration has not ended."""
    names = [*Entry.__dataclass_fields__, "statements"]
    mine, values = scoped(scopes)
    table = named(connection, schema)
    query = f"SELECT {', '.join(names)} FROM {table} WHERE {mine} ORDER BY applied_at"
    for row in execute(connection, query, values):
        *own, statements = row
        entry = dict(zip(names, own, strict=False))
        at, parents = _moment(entry["applied_at"]), tuple(json.loads(entry["parents"]))
        yield (
            Entry(**{**entry, "applied_at": at, "parents": parents}),
            None if at else statements or "",
        )


def _moment(value: datetime | str | None) -> datetime | None:
    """Return what SQLite has as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
