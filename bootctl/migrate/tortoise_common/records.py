"""What is recorded of applied migrations: the tool's own rows, and the ledger's beside them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from bootctl.ledger.ledger import Ledger, Recorded
from bootctl.ledger.table import Altered, Entry
from bootctl.migrate.snapshots import Scope
from bootctl.migrate.tortoise_common.migrations import Migrations, Step
from bootctl.values import frozen
from bootctl.verify.live import Shows

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.ledger.incomplete import PartialMigration
    from bootctl.ledger.journal import Journal, Runner

Rows = Mapping[str, list[str]]
"""What the version tables hold, oldest first, for each app."""


@frozen
class Found:
    """What the tables of all connections hold."""

    rows: dict[str, list[str]] = field(default_factory=dict)
    ledger: dict[str, Recorded] = field(default_factory=dict)
    """For each app."""


class Records:
    """Reads and writes the ledger beside the rows of ``migrations``."""

    def __init__(self, root: Path, migrations: Migrations, lock: Path | None) -> None:
        self._lock = lock
        self._migrations = migrations
        self._ledger = Ledger(root)

    def read(self, connection: "Connection", apps: Collection[str]) -> Found:
        """Return what one connection has of ``apps``."""
        rows: dict[str, list[str]] = {app: [] for app in apps}
        for app, key in self._migrations.rows(connection):
            if app in rows:
                rows[app].append(key)
        scopes = {app: self._scope(app) for app in rows}
        read = self._ledger.read(connection, [*scopes.values()]) if scopes else {}
        return Found(rows, {app: read[scope] for app, scope in scopes.items()})

    def prepare(self, connection: "Connection") -> None:
        """Before a step, and not in its transaction."""
        self._ledger.prepare(connection)

    def journal(self, run: "Runner") -> "Journal":
        """Return what keeps the statements of a migration.

        ``run`` calls a function with another connection to the same database.
        """
        from bootctl.ledger.journal import Journal  # not at head

        return Journal(self._ledger, run)

    def scope(self, apps: Collection[str], shows: Shows, schemas: Collection[str]) -> Scope:
        """Return what of a connection's database is the project's, where it records ``apps``."""
        rows, others = tuple(map(self._scope, apps)), tuple(sorted(schemas))
        return Scope(self._ledger, rows, shows, others, lock=self._lock)

    def half_applied(
        self, connection: "Connection", found: Found, pending: Sequence[Step]
    ) -> "PartialMigration | None":
        """Return the first of ``pending`` that committed a part of itself."""
        from bootctl.ledger.half_applied import half_applied
        from bootctl.ledger.incomplete import PartialMigration  # not at head
        from bootctl.ledger.statements import forgetting

        for step in pending:
            journal = found.ledger[step.app].unfinished.get(step.key)
            done = half_applied(journal, connection) if journal else None
            if done:
                forget = forgetting(connection, self._scope(step.app), step.key, None)
                table = "" if self._migrations.makes_table else self._migrations.table
                return PartialMigration(step.revision, done, table, forget)
        return None

    def write(self, connection: "Connection", step: Step, duration_ms: int) -> None:
        """Write ``step``, in the transaction that has recorded it."""
        self._ledger.record(connection, self.entry(step, duration_ms))

    def entry(self, step: Step, duration_ms: int = 0) -> Entry:
        """Return the row of the ledger for ``step``."""
        own = [item.key for item in self._migrations.steps if item.app == step.app]
        before = own[: own.index(step.key)]
        return Entry(
            scope=self._scope(step.app),
            revision=step.key,
            parents=tuple(before[-1:]),
            file=step.revision.path,
            checksum=step.revision.checksum,
            duration_ms=duration_ms,
        )

    def altered(
        self, found: Found, apps: Collection[str]
    ) -> tuple[tuple[Altered, ...], tuple[Altered, ...]]:
        """Return what of the applied migrations has another file now, and what has none.

        A row is of a file that is gone if the ledger has it and the code a later row of its app.
        Any other one that the code does not know is of newer code, which this code cannot judge.
        """
        edited: list[Altered] = []
        vanished: list[Altered] = []
        for app in (app for app in apps if found.rows[app]):
            steps = {step.key: step for step in self._migrations.steps if step.app == app}
            rows, ledger = found.rows[app], found.ledger[app]
            known = [key for key in rows if key in steps]
            last = rows.index(known[-1]) if known else 0
            for index, key in enumerate(rows):
                if key not in steps:
                    if index > last or key not in ledger.entries:
                        return (), ()
                    vanished.append(self._vanished(app, key, ledger.entries[key]))
            edited += ledger.edited({key: steps[key].revision for key in known})
        return tuple(edited), tuple(vanished)

    def _vanished(self, app: str, key: str, entry: Entry) -> Altered:
        return entry.altered(self._migrations.id(app, key), self._migrations.forget(app, key))

    def _scope(self, app: str) -> str:
        return f"{self._migrations.table}:{app}"
