"""One run of the user's unmodified ``env.py``, with what bootctl needs to know and to prevent.

``env.py`` always takes its online branch: its offline one may name another database, write files,
or not exist. What makes a run look, print or migrate is decided where ``env.py`` meets us: when
an engine connects, and when it calls ``context.configure``.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.util import to_tuple
from sqlalchemy import Connection, Engine, event

from bootctl.database.session_settings import session_settings_kept
from bootctl.database.sqlalchemy_internals import before_connecting
from bootctl.database.transactions import has_written
from bootctl.database.url import Identity, Url
from bootctl.errors import HistoryError, Interrupted
from bootctl.ledger.access import autocommits
from bootctl.migrate.alembic.databases import Databases, Listener
from bootctl.migrate.alembic.direct_ddl import executing_directly
from bootctl.migrate.alembic.printed import Printed
from bootctl.migrate.alembic.records import version_table, without_own
from bootctl.migrate.alembic.session_marker import mark, unmark_when_returned
from bootctl.migrate.alembic.sqlite_transaction import OneTransaction, OptsOut
from bootctl.migrate.protocol import IsReady, SessionMarker, never
from bootctl.output import interruption, log
from bootctl.output.capture import captured
from bootctl.project.alembic.internals import Update, replace_calls, versions_updated_quickly
from bootctl.project.alembic.project import Project

Work = Callable[[tuple[str, ...], MigrationContext], Iterable[Any]]
"""What Alembic calls ``fn``: called once for each database, with its heads."""


class Mode(Enum):
    """What a run of ``env.py`` may do."""

    LOOK = auto()
    """Read. Whatever ``env.py`` itself writes before is rolled back."""
    PRINT = auto()
    """Read the heads, then print the statements of an upgrade."""
    MIGRATE = auto()
    """Write, in one transaction where the database has transactional DDL."""
    MIGRATE_STEPWISE = auto()
    """Write as Alembic does by default: on SQLite, statement by statement."""


class _Stop(BaseException):
    """``env.py`` must not connect. Not an ``Exception``: it passes through the project's code.

    SQLAlchemy tells where an engine leads only when it connects, and then there is no other way to
    keep ``env.py`` from going on. It does not leave this module.
    """


@dataclass
class Run:
    """One run of ``env.py``: its mode, its work, and the SQL it printed.

    It connects to ``known`` databases only. ``on_apply`` is called as Alembic's
    ``on_version_apply`` is, after the user's own.
    """

    project: Project
    databases: Databases
    mode: Mode
    work: Work
    known: frozenset[Identity] = frozenset()
    is_ready: IsReady = never
    """Called with another one that ``env.py`` is about to connect to; if true, it is known from then on."""
    on_apply: Callable[..., None] | None = None
    recorded: Callable[[MigrationContext, Update], bool] | None = None
    """Called with the statement by which Alembic would record a step: whether that is done already."""
    session: SessionMarker | None = None
    executing: Callable[..., None] | None = None
    """A listener for every statement of the connections."""
    failing: Callable[..., None] | None = None
    """A listener for every error of a statement."""
    committing: Callable[..., None] | None = None
    """A listener for every commit of the connections."""
    instead: Callable[[Engine], bool] | None = None
    """Called where an engine is about to connect; if true, ``env.py`` is not to go on."""
    printed: Printed = field(default_factory=Printed)
    _called: bool = False
    _failure: BaseException | None = None
    _new: Url | None = None
    _is_stopped: bool = False
    _around: ExitStack = field(default_factory=ExitStack)
    _one_transaction: OneTransaction = field(default_factory=OneTransaction)

    def __call__(self) -> Url | None:
        """Run ``env.py``, and return the database it was kept from connecting to, if there is one.

        Whatever ``env.py`` raises passes through.
        """
        context = EnvironmentContext(
            self.project.config,
            self.project.script,
            fn=self._call,
            as_sql=False,
            dont_mutate=self.mode is Mode.LOOK,
            starting_rev=None,
            destination_rev="heads",
            tag=None,
        )
        replace_calls(context, self._configure, self._recorded)
        try:
            with self._around as around:
                quickly = versions_updated_quickly(self.recorded)
                for part in (captured(), self._watched_engines(), quickly, context):
                    around.enter_context(part)
                self._intercept()
                self.project.script.run_env()
        except Interrupted:
            raise
        except OptsOut:
            self._one_transaction.roll_back()
            raise
        except (Exception, SystemExit, _Stop):
            if self._failure is None and self._new is None and not self._is_stopped:
                raise
        return self._outcome()

    def _outcome(self) -> Url | None:
        """Return, or raise, what ``env.py`` was stopped by, whatever it made of that; ``None`` where it ran to its end."""
        if self._is_stopped:
            return None
        if self._new is not None:
            return self._new
        if self._failure is not None:
            raise self._failure
        if not (self._called or self.project.runs_migrations):
            raise HistoryError(
                "env.py ran, and never called context.run_migrations()",
                hint="Make env.py call context.configure() and context.run_migrations().",
            )
        return None

    def leave(self) -> None:
        """Have the process be as it was before, while ``env.py`` stays where it is."""
        self._around.close()

    def _intercept(self) -> None:
        log.intercept(alembic=logging.WARNING if self._looks else logging.INFO)

    def _call(self, heads: Any, context: MigrationContext) -> Iterable[Any]:
        self._called = True
        self.project.load_again()
        return self.work(tuple(heads), context)

    def _recorded(self, run_migrations: Callable[..., None], **kw: Any) -> None:
        try:
            run_migrations(**kw)
        except BaseException as error:
            self._failure = error
            raise

    def _configure(
        self,
        configure: Callable[..., None],
        connection: Connection | None = None,
        *args: Any,
        **kw: Any,
    ) -> None:
        self._intercept()  # env.py has called fileConfig by now
        if connection is not None:
            kw |= self._options(connection, kw)
            if self.session is not None and connection.dialect.name != "sqlite":
                mark(self.session, self.databases.url(connection.engine), connection)
        kw["include_name"] = without_own(kw.get("include_name"), version_table(connection, kw))
        if self.on_apply is not None:
            given = to_tuple(kw.get("on_version_apply"), default=())
            kw["on_version_apply"] = (*given, self.on_apply)
        configure(connection, *args, **kw)

    def _options(self, connection: Connection, given: Mapping[str, Any]) -> dict[str, Any]:
        if self.mode is Mode.PRINT:
            opts = {key: given[key] for key in _VERSION_TABLE if key in given}
            heads = MigrationContext.configure(connection, opts=opts).get_current_heads()
            self.printed.paramstyle = connection.dialect.paramstyle
            return {
                "as_sql": True,
                "starting_rev": heads,
                "literal_binds": True,
                "output_buffer": self.printed,
            }
        sqlite = connection.dialect.name == "sqlite"
        if sqlite and self.mode is Mode.MIGRATE and given.get("transactional_ddl") is None:
            return {"transactional_ddl": True}
        return {}

    @contextmanager
    def _watched_engines(self) -> Iterator[None]:
        """See every engine before it connects: the class has no event for that moment.

        An engine may be the application's own and outlive this run: it is left as it was, and
        without the connections that belong to this run's event loop.
        """
        seen: dict[Engine, list[Listener]] = {}

        def listen(engine: Engine) -> None:
            if engine not in seen:
                self._stop_at_new(engine)
                seen[engine] = []
                seen[engine] = [
                    *self.databases.listeners(engine, looking=self._looks),
                    *self._listeners(engine),
                ]
                for name, listener in seen[engine]:
                    event.listen(engine, name, listener)
            if self.instead is not None and self.instead(engine):
                self._is_stopped = True
                raise _Stop

        try:
            with before_connecting(listen):
                yield
        finally:
            for engine, listeners in seen.items():
                for name, listener in listeners:
                    event.remove(engine, name, listener)
                engine.dispose(close=not engine.dialect.is_async)

    def _stop_at_new(self, engine: Engine) -> None:
        url = self.databases.url(engine)
        if url.identity in self.known:
            return
        if not (self.databases.connects_plainly(engine) and self.is_ready(url)):
            self._new = url
            raise _Stop
        self.known |= {url.identity}

    @property
    def _looks(self) -> bool:
        return self.mode in (Mode.LOOK, Mode.PRINT)

    def _listeners(self, engine: Engine) -> list[Listener]:
        if self._looks:
            return [("begin", _leave_autocommit), ("commit", _undo)]
        listeners: list[Listener] = [("commit", self._commits)]
        if self.session is not None:
            listeners.append(
                ("checkin", unmark_when_returned(self.session, self.databases.url(engine)))
            )
        if self.executing is not None:
            listeners.append(("before_cursor_execute", self.executing))
        if engine.dialect.driver == "asyncpg":
            listeners.append(("do_execute", executing_directly))
        if self.failing is not None:
            listeners.append(("handle_error", self.failing))
        if self.mode is Mode.MIGRATE and engine.dialect.name == "sqlite":
            listeners += self._one_transaction.listeners(self.databases.url(engine))
        return listeners

    def _commits(self, connection: Connection) -> None:
        # An env.py that caught the failure goes on to commit.
        if self._failure is not None:
            _roll_back(connection)
        elif self.committing is not None:
            interruption.check()
            self.committing(connection)


_VERSION_TABLE = ("version_table", "version_table_schema", "version_table_pk")


def _undo(connection: Connection) -> None:
    # An env.py may create its schema and commit, before it configures: the commit that follows
    # this event then has nothing left to commit. What it has set stays set, as it would.
    if has_written(connection):
        with session_settings_kept(connection):
            _roll_back(connection)


def _roll_back(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.rollback()


def _leave_autocommit(connection: Connection) -> None:
    # What commits by itself cannot be rolled back.
    if autocommits(connection):
        driver: Any = connection.connection.dbapi_connection
        connection.dialect.reset_isolation_level(driver)
