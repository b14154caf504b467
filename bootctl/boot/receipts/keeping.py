"""Keeping the receipt of a full verification: of one that was clean, at head, and wholly seen."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.util import source_from_cache
from pathlib import Path

import bootctl
from bootctl.boot.context import Context
from bootctl.boot.receipts import candidates, raw_settings
from bootctl.boot.receipts.cached import SECONDS, Started, digest_of
from bootctl.boot.receipts.inputs import OF_THE_PROCESS, Names, Places
from bootctl.boot.receipts.receipt import Effective, Receipt, url_parts
from bootctl.boot.receipts.recording import Recorder, recorded
from bootctl.config.invocation import Invocation
from bootctl.database.plain_connection import PlainConnection, connect
from bootctl.database.state import Direction
from bootctl.database.url import Url
from bootctl.ledger import receipts
from bootctl.ledger.receipts import Table
from bootctl.migrate.inspection import Inspection
from bootctl.output import log

_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}
_RECORDED = {"alembic": ("version_num",), "aerich": ("version",), "tortoise": ("app", "name")}
"""What a version table has of each revision."""


class NotKeptError(Exception):
    """No receipt is kept, and why: a phrase for the log."""


class Keeper:
    """Sees a boot read what it verifies by, and keeps a receipt of it."""

    def __init__(
        self, invocation: Invocation, started: Started, recorder: Recorder, why: str
    ) -> None:
        self._why = why or "no receipt was looked for"
        self._invocation = invocation
        self._started = started
        self._recorder = recorder
        self._before = ""
        self._url: Url | None = None

    def about_to_read(self) -> None:
        """Take the hash of the database as it is before it is read for a verification."""
        self._before = ""
        self._url = self._candidate()
        with suppress(Exception), self._connected() as connection:  # whatever a driver raises
            self._before = receipts.state(connection)[0]

    def keep(self, context: Context, inspection: Inspection) -> None:
        """Keep a receipt of ``inspection``, which was found clean; say so, or why there is none."""
        at = f"{datetime.now(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"
        try:
            self._keep(context, inspection, at)
        except NotKeptError as reason:
            self._tell(str(reason), "")
        except (
            Exception
        ) as error:  # whatever a driver raises: a receipt that is not there costs time
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
            catalog, versions = receipts.state(connection, table)
            if not self._before or catalog != self._before:
                raise NotKeptError("the database changed while it was verified")
            if not receipts.are_the_only(connection, table):
                raise NotKeptError(f"several schemas have a table {table.name}, or a ledger")
            known = receipts.revisions(connection, table, _RECORDED[context.backend.name])
            [database] = inspection.databases
            if known != set(
                database.current if context.backend.name == "alembic" else database.applied
            ):
                raise NotKeptError("its version table is not the one that was read")
            receipt = self._receipt(context, table, f"{catalog} {versions}")
            receipts.write(connection, rows, receipt.text(), at)

    def _table(self, context: Context, inspection: Inspection) -> Table:
        """Return the one version table. Raises ``NotKeptError`` where a receipt would not tell it all."""
        self._refuse(context, inspection)
        [target] = inspection.migration_targets
        if len({*target.tables}) != 1 or target.tables[0].schema is not None:
            raise NotKeptError("its version table is in a schema of its own, or there are several")
        return Table(None, target.tables[0].name)

    def _refuse(self, context: Context, inspection: Inspection) -> None:
        databases, recorder = inspection.databases, self._recorder
        if len(databases) != 1 or len(inspection.migration_targets) != 1:
            raise NotKeptError("there are several databases")
        if databases[0].direction is not Direction.AT_HEAD:
            raise NotKeptError("the database is not at the code's head")
        if self._url is None or url_parts(self._url) != url_parts(databases[0].url):
            raise NotKeptError("only the project's code names the database")
        if not context.backend.connects_by_url(databases[0].url):
            raise NotKeptError("the project's code connects to the database by itself")
        if databases[0].snapshot is None or databases[0].snapshot.live is None:
            raise NotKeptError("a part of the schema could not be read")
        if any(terms.expires for terms in context.policy.baseline.values()):
            raise NotKeptError("an entry of verify.baseline ends some day")
        if recorder.programs:
            raise NotKeptError("the project's code starts programs")
        if recorder.ports - self._own_ports(databases[0].url):
            raise NotKeptError("the project's code connects to something else")
        if recorder.files_of_sqlite - self._own_files(databases[0].url):
            raise NotKeptError("the project's code reads another SQLite file")

    def _own_ports(self, url: Url) -> set[int | str]:
        ports: set[int | str] = {port or _PORTS.get(url.scheme, 0) for _, port in url.hosts}
        sockets = {item for item in self._recorder.ports if isinstance(item, str)}
        return ports | {item for item in sockets if any(f".{port}" in item for port in ports)}

    def _own_files(self, url: Url) -> set[str]:
        if url.scheme != "sqlite":
            return set()
        files = self._recorder.files_of_sqlite
        own = os.path.realpath(url.database)
        return {item for item in files if ":memory:" in item or _is_file(item, own)}

    def _candidate(self) -> Url | None:
        """Return where a later boot, without the project's code, will look for a receipt."""
        settings = raw_settings.read(self._started.root, self._started.environ)
        return candidates.candidate(
            self._started.root, self._started.environ, settings.dotenv, settings.database
        )

    @contextmanager
    def _connected(self) -> Iterator[PlainConnection]:
        if self._url is None:
            raise NotKeptError("only the project's code names the database")
        connection = connect(self._url, SECONDS)
        try:
            yield connection
        finally:
            connection.close()

    def _receipt(self, context: Context, table: Table, state: str) -> Receipt:
        assert self._url is not None
        salt, names = secrets.token_hex(16), self._names()
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
                beside=bool(context.beside),
                processes=server.processes,
                workers=server.workers,
                app=server.app,
                mode=server.mode,
                stop_timeout=server.stop_timeout,
                log_level=logging.level,
                log_format=logging.format,
            ),
        )

    def _names(self) -> Names:
        places, recorder = Places(str(self._started.root), sys.path), self._recorder
        modules = set(_modules())
        opened = {_source(path) for path in recorder.opened | modules | set(self._settings_files())}
        own = {path for path in opened if not places.is_of_library(path) and places.is_told(path)}
        own -= {path for path in own if os.path.isdir(path)} | self._files_of_database()
        asked = {path for path in recorder.asked if not places.is_of_library(path)}
        asked = {path for path in asked if places.is_told(path)} - own
        folders = {*recorder.listed, *map(os.path.dirname, own & modules), str(self._started.root)}
        folders |= {*sys.path} - {*places.libraries}
        told = {path for path in map(os.path.abspath, folders) if places.is_told(f"{path}/")}
        told -= {path for path in told if places.is_of_library(f"{path}/")}

        def named(paths: set[str]) -> tuple[str, ...]:
            return tuple(sorted(set(map(places.name, paths))))

        return Names(
            files=named(own),
            asked=named(asked - self._files_of_database()),
            folders=named(told),
            libraries=named({path for path in opened if places.is_of_library(path)}),
            variables=tuple(sorted({*recorder.variables, *self._volatile(own)})),
            every_variable=recorder.every_variable,
        )

    def _settings_files(self) -> list[str]:
        root, environ = self._started.root, self._started.environ
        secret = raw_settings.secret_files(environ, self._invocation.loaded.dotenv)
        return [*(str(root / name) for name in (".env", "pyproject.toml", "alembic.ini")), *secret]

    def _volatile(self, files: set[str]) -> set[str]:
        """Return the variables of the process that the project's code may read through a library."""
        if not self._recorder.every_variable:
            return set()
        own = f"{Path(bootctl.__file__).parent}/"
        code = (path for path in files if path.endswith(".py") and not path.startswith(own))
        text = b" ".join(map(_text, code)).lower()
        named = (name for name in OF_THE_PROCESS if len(name) > 1)
        return {name for name in named if name.lower().encode() in text}

    def _files_of_database(self) -> set[str]:
        if self._url is None or self._url.scheme != "sqlite":
            return set()
        own = os.path.realpath(self._url.database)
        seen = self._recorder.opened | self._recorder.asked
        return {path for path in seen if os.path.basename(own) in os.path.basename(path)}


def _modules() -> Iterator[str]:
    for module in [*sys.modules.values()]:
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            yield os.path.abspath(file)


def _source(path: str) -> str:
    """Return the source of compiled code, which is what a change is made to."""
    if not path.endswith(".pyc"):
        return path
    with suppress(ValueError):
        return source_from_cache(path)
    return path


def _text(path: str) -> bytes:
    with suppress(OSError):
        return Path(path).read_bytes()
    return b""


def _is_file(named: str, own: str) -> bool:
    """Return whether a name that SQLite was given, which may be a URI, is of that file."""
    path = named.partition("file:")[2].partition("?")[0] or named
    return os.path.realpath(path) == own


@contextmanager
def keeper(invocation: Invocation, why: str) -> Iterator[Keeper | None]:
    """Yield who keeps a receipt of what is verified inside; ``None`` where the settings want none.

    ``why`` no receipt was enough.
    """
    loaded = invocation.loaded
    if loaded.settings.verify.mode != "cached" or "flag" in loaded.origins.values():
        yield None
        return
    started = Started(invocation.root, invocation.environ, tuple(sys.argv[1:]))
    with recorded() as recorder:
        yield Keeper(invocation, started, recorder, why)
