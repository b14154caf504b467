"""A live schema beside what the migrations had made of it: read, held against each other, and kept."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bootctl.config.files import is_there
from bootctl.config.settings import Settings
from bootctl.database.state import Difference
from bootctl.ledger.catalogs import RecordedCatalog
from bootctl.ledger.ledger import Ledger
from bootctl.values import frozen
from bootctl.verify import lock_file
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.schemas import within
from bootctl.verify.catalog.unseen import of_migrations
from bootctl.verify.live import Shows, live
from bootctl.verify.record import Record, after_migrating

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.verify.layers import Judged
    from bootctl.verify.modelled import Modelled

_LEDGER = "the ledger"
_ELSEWHERE = "its migrations are recorded in another database, and there is no schema.lock"


@frozen
class Snapshot:
    """A schema at one moment, and what the ledger has of it."""

    dialect: str
    """SQLAlchemy's name for the kind of database."""
    live: Catalog
    heads: tuple[str, ...]
    """The revisions that the database was at."""
    record: Record | None
    is_recorded: bool = True
    """Whether this database has the ledger."""

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what is equal of two that are judged alike."""
        record = self.record
        known = record and (record.catalog.digest, record.heads, record.source)
        return self.live.digest, self.live.default, self.heads, known, self.is_recorded

    def judged(self, found: Iterable[Difference], models: "Modelled") -> "Judged":
        """Return what was ``found`` to differ from the models, with what differs from the record."""
        from bootctl.verify.layers import Sides, judge  # as late as what compares

        unrecorded = () if self.is_recorded else (_ELSEWHERE,)
        sides = Sides(models.catalog, self.record, self.heads, *unrecorded)
        judged = judge(found, sides, self.live, self.dialect)
        if not judged.differences or judged.compared_with != ("models",):
            return judged
        from bootctl.verify.mending import mended  # where there is a record, it says what mends

        with suppress(Exception):  # a fix is a help, and fails no boot
            told = mended(judged.differences, models, self.live, self.dialect)
            return replace(judged, differences=told)
        return judged


@frozen
class Scope:
    """What of a database is one project's, and where the ledger has it."""

    ledger: Ledger
    rows: tuple[str, ...]
    """The scopes of the project's rows in the ledger."""
    shows: Shows
    schemas: tuple[str, ...] = ()
    """Those of the project besides the connection's default one."""
    ledger_schema: str | None = None
    lock: Path | None = None
    """The file that says what the migrations make, for a database of which the ledger does not."""

    def read(self, connection: "Connection", heads: tuple[str, ...]) -> Snapshot | None:
        """Return the schema as it is, and the record; ``None`` where it cannot be read."""
        found = self.now(connection)
        if found is None:
            return None
        record = self._record(connection, found, heads)
        return Snapshot(connection.dialect.name, found, heads, record, bool(self.rows))

    def now(self, connection: "Connection") -> Catalog | None:
        """Return the schema as it is; ``None`` where it cannot be read."""
        return live(connection, self.schemas, self.shows)

    def keep(
        self, connection: "Connection", before: Snapshot, revision: str, heads: tuple[str, ...]
    ) -> Snapshot | None:
        """Write what the migrations up to ``revision`` have made of ``before``, and return it."""
        found = self.now(connection)
        if found is None:
            return None
        record = before.record
        known = record and not record.why_not(before.heads, before.live)
        made = after_migrating(record.catalog if record and known else None, before.live, found)
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        kept = RecordedCatalog(made.to_json(), heads, at)
        self.ledger.keep_catalog(connection, self.rows, revision, kept, self.ledger_schema)
        record = Record(made, heads, at, _LEDGER)
        return Snapshot(connection.dialect.name, found, heads, record)

    def _record(
        self, connection: "Connection", live: Catalog, heads: tuple[str, ...]
    ) -> Record | None:
        own = self._recorded(connection)
        if (own and not own.why_not(heads, live)) or self.lock is None or not is_there(self.lock):
            return own
        locked = lock_file.read(self.lock)
        asked = within(of_migrations(locked.catalog), live.schemas)
        made = replace(locked, catalog=asked.filtered(self.shows))
        return own if own and made.why_not(heads, live) else made

    def _recorded(self, connection: "Connection") -> Record | None:
        found = self.ledger.catalog(connection, self.rows, self.ledger_schema)
        if found is None:
            return None
        made = Catalog.from_json(found.text).filtered(self.shows)
        return Record(made, found.heads, found.at, _LEDGER)


def lock_of(root: Path, settings: Settings) -> Path | None:
    """Return the file that ``verify.lock_file`` names; ``None`` where none is to be read."""
    named = settings.verify.lock_file
    return None if named is None else root / named
