"""Keeping the receipt of a full verification: of one that was clean, at head, and wholly seen."""

import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bootctl.boot.context import Context
from bootctl.boot.receipts import candidates, raw_settings
from bootctl.boot.receipts.cached import Started, changed, digest_of, readable
from bootctl.boot.receipts.doubts import doubt, unseen
from bootctl.boot.receipts.names import names_of
from bootctl.boot.receipts.needs import Needs
from bootctl.boot.receipts.receipt import Effective, Receipt
from bootctl.boot.receipts.recording import Recorder, recorded
from bootctl.config.invocation import Invocation
from bootctl.database.plain_connection import PlainConnection, connect
from bootctl.database.url import Url
from bootctl.ledger import receipts
from bootctl.ledger.ledger import code_version
from bootctl.ledger.receipts import Row, Table
from bootctl.migrate.inspection import Database, Inspection
from bootctl.output import log
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.needed import needed

_RECORDED = {"alembic": ("version_num",), "aerich": ("version",), "tortoise": ("app", "name")}
"""What a version table has of each revision."""


_LATE_NS = 20_000_000
_SECONDS = 10.0
"""How long connecting, or a statement, may take: longer than a boot waits that looks for a receipt."""


class NotKeptError(Exception):
    """No receipt is kept, and why: a phrase for the log."""


class Keeper:
    """Sees a boot read what it verifies by, and keeps a receipt of it."""

    def __init__(
        self,
        invocation: Invocation,
        started: Started,
        recorder: Recorder,
        why: str,
        tenant: Url | None = None,
    ) -> None:
        self._why = why or "no receipt was looked for"
        self._tenant = tenant
        self._invocation = invocation
        self._started = started
        self._recorder = recorder
        self._before = ""
        self._url: Url | None = None

    def about_to_read(self) -> None:
        """Take the hash of the database as it is before it is read for a verification."""
        self._before = ""
        with suppress(Exception):  # whatever a driver raises: then there is no receipt
            self._url = self._candidate()
            with self._connected() as connection:
                self._before = self._state(connection)[0]

    def keep(self, context: Context, inspection: Inspection) -> None:
        """Keep a receipt of ``inspection``, which was found clean; say so, or why there is none."""
        at = f"{datetime.now(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"
        try:
            self._keep(context, inspection, at)
        except NotKeptError as reason:
            self._tell(str(reason), "")
        except (
            Exception
        ) as error:  # whatever a driver raises: without a receipt a boot takes longer
            self._tell(f"it cannot be written: {type(error).__name__}", "")
        else:
            self._tell("", at)

    def _tell(self, reason: str, at: str) -> None:
        message = f"verified in full: {self._why}"
        message += f"; so will the next boot be: {reason}" if reason else "; a receipt is kept"
        log.event("verify.full", message, reason=self._why, receipt=at, not_kept=reason)

    def _keep(self, context: Context, inspection: Inspection, at: str) -> None:
        table = self._table(context, inspection)
        with self._connected() as connection:
            rows = receipts.read(connection)
            catalog, versions = self._state(connection, table)
            if not self._before:
                raise NotKeptError("there was no ledger before, or it could not be read")
            if catalog != self._before:
                raise NotKeptError("the database changed while it was verified")
            if reason := self._may_mean_another(connection, table, inspection):
                raise NotKeptError(reason)
            known = receipts.revisions(connection, table, _RECORDED[context.backend.name])
            [database] = inspection.databases
            if known != set(
                database.current if context.backend.name == "alembic" else database.applied
            ):
                raise NotKeptError("its version table is not the one that was read")
            if self._is_kept(rows, f"{catalog} {versions}"):
                return
            receipt = self._receipt(context, table, f"{catalog} {versions}")
            receipts.write(connection, rows, receipt.text(), self._needs(database).text(), at)

    def _state(self, connection: PlainConnection, table: Table | None = None) -> tuple[str, str]:
        return receipts.state(connection, table, of_tenant=self._tenant is not None)

    def _may_mean_another(
        self, connection: PlainConnection, table: Table, inspection: Inspection
    ) -> str:
        """Return why what was read may be in schemas that a receipt would not tell of; empty where it is not."""
        if self._tenant is None:
            if receipts.are_the_only(connection, table):
                return ""
            return f"several schemas have a table {table.name}, or a ledger"
        [database] = inspection.databases
        path = receipts.path(connection)
        live = database.snapshot.live if database.snapshot else Catalog(())
        if path and (live.default != path[0] or not set(live.schemas) <= {*path}):
            return "the project's code reads other schemas than those of search_path"
        return ""

    def _needs(self, database: Database) -> Needs:
        """Return what the models need. What is not known of it is not there."""
        models = (database.comparison and database.comparison.models) or Catalog(())
        live = database.snapshot.live if database.snapshot else Catalog(())
        return Needs(code_version(self._started.root), needed(models, live))

    def _is_kept(self, rows: Sequence[Row], state: str) -> bool:
        """Return whether another process has kept a receipt of the same meanwhile."""
        assert self._url is not None
        digester = self._started.digester(self._url)
        found = (receipt for row in rows if (receipt := readable(row)) and receipt.state == state)
        return any(not changed(receipt, digester, self._url) for receipt in found)

    def _table(self, context: Context, inspection: Inspection) -> Table:
        """Return the one version table. Raises ``NotKeptError`` where a receipt would not tell it all."""
        if reason := doubt(context, inspection, self._url) or unseen(
            self._recorder, self._started.root, inspection.databases[0].url
        ):
            raise NotKeptError(reason)
        [target] = inspection.migration_targets
        return Table(None, target.tables[0].name)

    def _candidate(self) -> Url | None:
        """Return where a later boot, without the project's code, will look for a receipt."""
        if self._tenant is not None:
            return self._tenant
        settings = raw_settings.read(self._started.root, self._started.environ)
        return candidates.guessed(self._started.root, self._started.environ, settings)

    @contextmanager
    def _connected(self) -> Iterator[PlainConnection]:
        if self._url is None:
            raise NotKeptError("only the project's code names the database")
        connection = connect(self._url, _SECONDS)
        try:
            yield connection
        finally:
            connection.close()

    def _receipt(self, context: Context, table: Table, state: str) -> Receipt:
        assert self._url is not None
        salt = secrets.token_hex(16)
        names = names_of(self._recorder, self._started.root, self._settings_files(), self._url)
        for name in names.files:
            if changed_since(self._started.root / name, self._recorder.since):
                raise NotKeptError(f"{name} changed while it was read")
        server, logging = context.settings.server, context.settings.log
        return Receipt(
            backend=context.backend.name,
            salt=salt,
            table=table,
            state=state,
            database=digest_of(self._url, salt),
            names=names,
            digests=self._started.digester(self._url).digests(names, salt),
            effective=Effective(
                needs_settings=_needs_settings(context),
                processes=server.processes,
                workers=server.workers,
                app=server.app,
                mode=server.mode,
                stop_timeout=server.stop_timeout,
                log_level=logging.level,
                log_format=logging.format,
            ),
        )

    def _settings_files(self) -> list[str]:
        root, environ = self._started.root, self._started.environ
        secret = raw_settings.secret_files(environ, self._invocation.loaded.dotenv)
        return [*(str(root / name) for name in (".env", "pyproject.toml", "alembic.ini")), *secret]


def changed_since(path: Path, moment: int) -> bool:
    """Return whether the file may have changed after ``moment``, in nanoseconds.

    By the time of its inode's change, which nobody can set. The clock of files is a few milliseconds late.
    """
    try:
        return path.stat().st_ctime_ns > moment - _LATE_NS
    except OSError:
        return False


def _needs_settings(context: Context) -> bool:
    wait, own = context.settings.wait, context.settings.server.command
    files = context.settings.log.file or context.settings.log.metrics
    return bool(context.beside or wait.writable or wait.stable_for or files or own)


@contextmanager
def keeper(invocation: Invocation, why: str, tenant: Url | None = None) -> Iterator[Keeper]:
    """Yield who keeps a receipt of what is verified inside. ``why`` no receipt was enough.

    ``tenant`` is where the database is of which others of the same server tell nothing.
    """
    started = Started(invocation.root, invocation.environ, tuple(sys.argv[1:]))
    with recorded() as recorder:
        yield Keeper(invocation, started, recorder, why, tenant)
