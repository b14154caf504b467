"""bootctl's one side table: what each applied migration's file was, and when it was applied.

A row is written through the connection that migrates, in the transaction that has the migration's
own row in the version table: both are there, or neither. Whatever the ledger cannot do is a
warning, and the migration goes on. It is written when bootctl migrates, and at no other time.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Delete,
    Table,
    Update,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from bootctl import __version__
from bootctl.config.files import read_toml, section
from bootctl.database import causes
from bootctl.database.state import Revision
from bootctl.ledger import at_once, catalogs
from bootctl.ledger.access import is_there, savepoint
from bootctl.ledger.autogenerate import LEDGER
from bootctl.ledger.catalogs import RecordedCatalog
from bootctl.ledger.table import Altered, Entry, ledger_table, row_of
from bootctl.output import log

_TRANSACTIONAL = ("postgresql", "sqlite")
"""Where creating a table does not commit what is under way."""
_DEADLOCK = 1213
"""MySQL's error after which the whole transaction is gone."""


@dataclass(frozen=True)
class Recorded:
    """What the ledger has of one scope, by revision, in the order of their application."""

    entries: Mapping[str, Entry]
    unfinished: Mapping[str, str]
    """What the journal has of migrations that were begun, and did not end."""
    table: Table
    dialect: Any

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
            entry.altered(key, self._sql(delete(self.table), key))
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
        return self._sql(update(self.table).values(checksum=now), key)

    def _sql(self, statement: Update | Delete, key: str) -> str:
        """Return the text of ``statement`` for the row of ``key``."""
        return _text(statement.where(*row_of(self.table, self.entries[key])), self.dialect)


class Ledger:
    """Reads and writes the ledger beside a version table, for the project at ``root``."""

    def __init__(self, root: Path) -> None:
        self._code_version = code_version(root)
        self._warned = False
        self._created: set[int] = set()
        """The driver's connections, by ``id``, on which the table was there when it was written last."""

    def prepare(self, connection: Connection, schema: str | None = None) -> None:
        """Create the table where that commits, as on MySQL: so before a migration begins."""
        if connection.dialect.name not in _TRANSACTIONAL:
            with self._tolerant(_UNWRITTEN):
                _create(connection, schema)

    def record(self, connection: Connection, entry: Entry, schema: str | None = None) -> None:
        """Write ``entry``, in place of one that its revision has."""
        table, values = ledger_table(schema), self._values(entry)
        with self._tolerant(_UNWRITTEN):
            driver = id(connection.connection.driver_connection)
            if driver in self._created and at_once.replaced(connection, values, schema):
                return
            with savepoint(connection):
                if connection.dialect.name in _TRANSACTIONAL:
                    _create(connection, schema)
                connection.execute(delete(table).where(*row_of(table, entry)))
                connection.execute(insert(table).values(values))
            self._created.add(driver)

    def _values(self, entry: Entry) -> dict[str, Any]:
        return {
            **vars(entry),
            "parents": json.dumps(entry.parents),
            "code_version": self._code_version,
            "bootctl_version": __version__,
        }

    def begin(
        self, connection: Connection, entry: Entry, statements: str, schema: str | None = None
    ) -> None:
        """Write what a migration that has not ended has done; raises what the database raises."""
        _create(connection, schema)
        table = ledger_table(schema)
        values = {**self._values(entry), "applied_at": None, "statements": statements}
        mine = row_of(table, entry)
        # In one statement: where each commits, none may be lost between two.
        if connection.execute(select(table.c.revision).where(*mine)).first():
            connection.execute(update(table).where(*mine).values(values))
        else:
            connection.execute(insert(table).values(values))

    def forget(self, connection: Connection, entry: Entry, schema: str | None = None) -> None:
        """Delete what ``begin`` wrote; raises what the database raises."""
        table = ledger_table(schema)
        unfinished = table.c.applied_at.is_(None)
        connection.execute(delete(table).where(*row_of(table, entry), unfinished))

    def note(
        self, connection: Connection, entry: Entry, done: str, schema: str | None = None
    ) -> None:
        """Keep, in a row of its own, what was ``done`` about a migration by name; nothing reads it."""
        at = entry.applied_at.isoformat()
        mine = {"scope": f"resolved:{entry.scope}", "revision": f"{at} {entry.revision}"}
        with self._tolerant(_UNWRITTEN), savepoint(connection):
            if connection.dialect.name in _TRANSACTIONAL:
                _create(connection, schema)
            values = {**self._values(entry), **mine, "statements": done}
            connection.execute(insert(ledger_table(schema)).values(values))

    def read(
        self, connection: Connection, scopes: Collection[str], schema: str | None = None
    ) -> dict[str, Recorded]:
        """Return what there is of each of ``scopes``: nothing where it cannot be read."""
        table = ledger_table(schema)
        found: dict[str, dict[str, Entry]] = {scope: {} for scope in scopes}
        unfinished: dict[str, dict[str, str]] = {scope: {} for scope in scopes}
        with self._tolerant(_UNREAD):
            if is_there(connection, schema):
                with savepoint(connection):
                    for entry, statements in _entries(connection, table, scopes):
                        if statements is None:
                            found[entry.scope][entry.revision] = entry
                        else:
                            unfinished[entry.scope][entry.revision] = statements
        return {
            key: Recorded(own, unfinished[key], table, connection.dialect)
            for key, own in found.items()
        }

    def keep_catalog(
        self,
        connection: Connection,
        scopes: Collection[str],
        revision: str,
        found: RecordedCatalog,
        schema: str | None = None,
    ) -> None:
        """Keep what the migrations of ``scopes`` have made, up to the ``revision`` applied last."""
        with self._tolerant(_UNWRITTEN), savepoint(connection):
            catalogs.write(connection, scopes, revision, found, schema)

    def catalog(
        self, connection: Connection, scopes: Collection[str], schema: str | None = None
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
        except (SQLAlchemyError, ValueError) as error:  # the second: of what a person wrote
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


def _create(connection: Connection, schema: str | None) -> None:
    # IF NOT EXISTS alone needs the privilege to create even where there is nothing to create.
    if not is_there(connection, schema):
        connection.execute(CreateTable(ledger_table(schema), if_not_exists=True))


def forgetting(connection: Connection, scope: str, revision: str, schema: str | None) -> str:
    """Return the statement that deletes a row."""
    table = ledger_table(schema)
    mine = (table.c.scope == scope, table.c.revision == revision)
    return f"{_text(delete(table).where(*mine), connection.dialect)};"


def _text(statement: Update | Delete, dialect: Any) -> str:
    named = type(dialect)(paramstyle="named")  # others double every '%'
    text = str(statement.compile(dialect=named, compile_kwargs={"literal_binds": True}))
    return " ".join(text.split())


def _entries(
    connection: Connection, table: Table, scopes: Collection[str]
) -> Iterator[tuple[Entry, str | None]]:
    """Yield each row; with its journal where its migration has not ended."""
    names = Entry.__dataclass_fields__
    columns = [table.c[name] for name in [*names, "statements"]]
    query = select(*columns).where(table.c.scope.in_(scopes)).order_by(table.c.applied_at)
    for row in connection.execute(query):
        own = {name: row._mapping[name] for name in names}
        entry = Entry(**{**own, "parents": tuple(json.loads(row.parents))})
        yield entry, None if row.applied_at else row.statements or ""
