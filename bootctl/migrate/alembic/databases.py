"""The databases that ``env.py`` connects to, redirected where settings say so."""

import os
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from alembic.config import Config
from sqlalchemy import URL, Engine, event

from bootctl.config.settings import Settings
from bootctl.database.connector import Connector
from bootctl.database.driver_errors import classify
from bootctl.database.engine_timeouts import listeners
from bootctl.database.session import HostedSession, Session
from bootctl.database.sqlalchemy_internals import OWN, connect_arguments
from bootctl.database.timeouts import Timeouts
from bootctl.database.url import Identity, Url
from bootctl.errors import SettingsError
from bootctl.migrate.alembic.engines import effective, public, refuse_misread, refuse_nameless
from bootctl.migrate.alembic.override import connect_args, is_same_kind, override
from bootctl.output.redact import redactor

Listener = tuple[str, Callable[..., object]]
"""An SQLAlchemy event of an engine, and what listens to it."""
Serve = Callable[[Engine], Any]
"""What is called with an engine of ``env.py`` where that connects."""
_Result = TypeVar("_Result")
Host = Callable[[Url, Serve], None]


class Databases:
    """Where the engines of ``env.py`` lead to.

    ``database.migration_url``, or else ``database.url``, takes the place of the URL that
    ``env.py`` connects with, whatever it was read from. ``host`` runs ``env.py`` again, as far as
    it connects to a database.
    """

    def __init__(self, config: Config, settings: Settings, host: Host | None = None) -> None:
        self._timeouts = Timeouts(settings.migrate.lock_timeout, settings.migrate.statement_timeout)
        database = settings.database
        secret = database.migration_url or database.url
        self._setting = "database.migration_url" if database.migration_url else "database.url"
        self._override = override(secret.get_secret_value(), self._setting) if secret else None
        self._known: dict[Identity, Url] = {}
        self._engines: list[tuple[Url, Engine]] = []
        self._host = host
        self._only_inside: set[Identity] = set()
        """The databases that code connects to, and not before or after ``env.py`` runs."""
        if self._override is not None:
            _provide(config, self._override)

    def url(self, engine: Engine) -> Url:
        """Return where ``engine`` leads. Raises ``SettingsError`` where that cannot be what is meant."""
        own = effective(engine)
        redactor.add_url(own)
        refuse_misread(engine.url)
        self._refuse_second(own)
        target = public(self._override) if self._override else own
        refuse_nameless(engine, target)
        self._known[own.identity] = target
        self._engines.append((target, engine))
        return target

    def connector(self, url: Url) -> Connector | None:
        """Return how ``env.py`` connects to ``url``; ``None`` where it was not seen to."""
        engine = next((own for known, own in reversed(self._engines) if known == url), None)
        if engine is None or engine.dialect.name == "sqlite":
            return None
        options: dict[str, object] = {}
        return Connector(url, partial(self._open, engine, options), options=options)

    def connects_by_url(self, url: Url) -> bool:
        """Return whether every engine led to ``url``, and by what its URL and arguments say."""
        return all(
            known == url and self.connects_plainly(engine) for known, engine in self._engines
        )

    def open(self, engine: Engine) -> Session:
        """Return a session that connects as ``env.py`` does, with what it gave to its engine."""
        return self._open(engine, {}, None)

    def _open(self, engine: Engine, options: dict[str, object], timeout: float | None) -> Session:
        def note(dialect: Any, record: Any, args: Any, kw: dict[str, Any]) -> None:
            options.clear()
            options.update(kw)
            # A token that a listener supplies is in no URL.
            redactor.add_environment({k: v for k, v in kw.items() if isinstance(v, str)})

        target = self._known[effective(engine).identity]
        host = self._host
        if host is None or target.identity not in self._only_inside:
            try:
                return self._with_copy(engine, note, lambda own: Session(own, timeout))
            except Exception as error:
                if host is None or not self._may_need_env(engine, error):
                    raise
                self._only_inside.add(target.identity)
                if isinstance(error, TimeoutError):
                    raise

        def connecting(serve: Callable[[Engine], None]) -> None:
            host(target, lambda found: self._with_copy(found, note, serve))

        return HostedSession(connecting, timeout)

    def _may_need_env(self, engine: Engine, error: Exception) -> bool:
        """Return whether ``error`` may be of code that connects only while ``env.py`` runs."""
        may_be = isinstance(error, TimeoutError) or classify(error) is None
        return may_be and not self.connects_plainly(engine)

    def connects_plainly(self, engine: Engine) -> bool:
        """Return whether no function of ``env.py`` has a part in how ``engine`` connects."""
        is_by_url = connect_arguments(engine) is not None
        return is_by_url and not list(engine.dialect.dispatch.do_connect)

    def _with_copy(
        self, engine: Engine, note: Callable[..., None], use: Callable[[Engine], _Result]
    ) -> _Result:
        """Call ``use`` with an engine that connects as ``engine`` does, of which ``note`` is told."""
        own = Engine(engine.pool.recreate(), engine.dialect, engine.url, execution_options=OWN)
        with listening(own, [*self.redirection(own), ("do_connect", note)]):
            return use(own)

    def listeners(self, engine: Engine, *, looking: bool) -> list[Listener]:
        """Return what has to listen to ``engine`` when it connects."""
        more = _without_creation(engine) if looking else listeners(engine, self._timeouts)
        return [*self.redirection(engine), *more]

    @property
    def seen(self) -> tuple[Url, ...]:
        """Return where the engines that were met so far lead."""
        return tuple(url for url, _ in self._engines)

    @property
    def targets(self) -> dict[str, str]:
        """Return the databases that were met, without secrets: a field for the log."""
        known = ", ".join(map(str, self._known.values()))
        return {"target": known} if known else {}

    def _refuse_second(self, own: Url) -> None:
        others = self._known.keys() - {own.identity}
        if self._override is not None and others:
            raise SettingsError(
                f"{self._setting} names one database, but env.py connects to several",
                hint=f"Unset {self._setting}: every database's URL is taken from env.py.",
                setting=self._setting,
                target=str(own),
            )

    def redirection(self, engine: Engine) -> Iterator[Listener]:
        """Yield what makes ``engine`` connect to where the settings say."""
        override = self._override
        by_code = connect_arguments(engine) is None
        if override is None or (by_code and self._setting == "database.url"):
            return  # a function of env.py connects to the service's database, whatever names it
        if by_code:
            raise SettingsError(
                f"{self._setting} cannot take the place of what a creator of env.py connects to",
                hint=f"Unset {self._setting}, or make env.py connect by a URL.",
                setting=self._setting,
            )
        if not is_same_kind(override, engine.dialect.name):
            raise SettingsError(
                f"{self._setting} is a {override.get_backend_name()} URL, "
                f"but env.py connects with {engine.dialect.name}",
                hint="Make both name the same kind of database.",
                setting=self._setting,
            )

        def do_connect(
            dialect: Any, record: Any, args: list[Any], kw: MutableMapping[str, Any]
        ) -> None:
            for name in dialect.create_connect_args(engine.url)[1]:
                kw.pop(name, None)
            args[:], new_kw = connect_args(dialect, override)
            kw.update(new_kw)

        yield "do_connect", do_connect


@contextmanager
def listening(engine: Engine, listeners: Iterable[Listener]) -> Iterator[None]:
    """Have ``listeners`` be called inside."""
    kept = list(listeners)
    for name, listener in kept:
        event.listen(engine, name, listener)
    try:
        yield
    finally:
        for name, listener in kept:
            event.remove(engine, name, listener)


def _provide(config: Config, url: URL) -> None:
    """Give an ``env.py`` that reads ``sqlalchemy.url``, and finds none or the template's, our URL."""
    given = config.file_config.get(
        config.config_ini_section, "sqlalchemy.url", raw=True, fallback=""
    )
    if not given or given.startswith("driver://"):
        text = url.render_as_string(hide_password=False)
        config.set_main_option("sqlalchemy.url", text.replace("%", "%%"))


def _without_creation(engine: Engine) -> Iterator[Listener]:
    """Yield an SQLite file that is not there reads as an empty database; connecting would create it."""

    def do_connect(
        dialect: Any, record: Any, args: list[Any], kw: MutableMapping[str, Any]
    ) -> None:
        if args and not kw.get("uri") and isinstance(args[0], str) and not os.path.exists(args[0]):
            args[0] = ":memory:"

    if engine.dialect.name == "sqlite":
        yield "do_connect", do_connect
