"""The databases that ``env.py`` connects to, redirected where settings say so."""

import os
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from alembic.config import Config
from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bootctl.config.settings import Settings
from bootctl.database.engine_timeouts import listeners
from bootctl.database.timeouts import Timeouts
from bootctl.database.url import Identity, Url
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor

Listener = tuple[str, Callable[..., None]]
"""An SQLAlchemy event of an engine, and what listens to it."""

_SERVERS = ("postgresql", "mysql", "mariadb")


class Databases:
    """Where the engines of ``env.py`` lead to.

    ``database.migration_url``, or else ``database.url``, takes the place of the URL that
    ``env.py`` connects with, whatever it was read from.
    """

    def __init__(self, config: Config, settings: Settings) -> None:
        self._timeouts = Timeouts(settings.migrate.lock_timeout, settings.migrate.statement_timeout)
        database = settings.database
        secret = database.migration_url or database.url
        self._setting = "database.migration_url" if database.migration_url else "database.url"
        self._override = _parsed(secret.get_secret_value(), self._setting) if secret else None
        self._known: dict[Identity, Url] = {}
        if self._override is not None:
            _provide(config, self._override)

    def url(self, engine: Engine) -> Url:
        """Return where ``engine`` leads. Raises ``SettingsError`` where that cannot be what is meant."""
        own = public(engine.url)
        redactor.add_url(own)
        _refuse_misread(engine.url)
        self._refuse_second(own)
        target = self._override or engine.url
        _refuse_nameless(target)
        self._known[own.identity] = public(target)
        return public(target)

    def listeners(self, engine: Engine, *, looking: bool) -> list[Listener]:
        """Return what has to listen to ``engine`` when it connects."""
        more = _without_creation(engine) if looking else listeners(engine, self._timeouts)
        return [*self.redirection(engine), *more]

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
        if override is None or override == engine.url:
            return
        if override.get_backend_name() != engine.dialect.name:
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
            new_args, new_kw = dialect.create_connect_args(override)
            args[:] = new_args
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


def public(url: URL) -> Url:
    """Return SQLAlchemy's URL as ours, which masks its secrets wherever it is shown."""
    query = {
        key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()
    }
    driver = url.drivername.partition("+")[2]
    path = f"/{url.database}" if url.database else ""
    password = str(url.password) if url.password is not None else None
    return Url(
        url.get_backend_name(), driver, url.username, password, url.host, url.port, path, query
    )


def _parsed(text: str, setting: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsError(
            f"{setting} is not a valid database URL",
            hint="Write it as scheme://user:password@host:port/database, "
            "special characters percent-encoded.",
            setting=setting,
        ) from None


def _provide(config: Config, url: URL) -> None:
    """Give an ``env.py`` that reads ``sqlalchemy.url``, and finds none or the template's, our URL."""
    given = config.file_config.get(
        config.config_ini_section, "sqlalchemy.url", raw=True, fallback=""
    )
    if not given or given.startswith("driver://"):
        text = url.render_as_string(hide_password=False)
        config.set_main_option("sqlalchemy.url", text.replace("%", "%%"))


def _refuse_nameless(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise SettingsError(
            "the database URL names an SQLite database in memory, which ends with its connection",
            hint="Name a file: sqlite:///FILE, relative to the project, or sqlite:////FILE.",
            target=str(public(url)),
        )
    if url.get_backend_name() in _SERVERS and not url.database:
        raise SettingsError(
            f"the database URL {public(url)} names no database",
            hint="Add the database's name after the host: .../NAME.",
            target=str(public(url)),
        )


def _refuse_misread(url: URL) -> None:
    """A password that was put into a URL as it is can change where the URL points."""
    text = url.render_as_string(hide_password=False)
    if redactor.holds_other_secret(text, url.password):
        raise SettingsError(
            "the database URL that env.py builds holds the password unencoded, "
            "and so points to another place",
            hint="Build the URL with sqlalchemy.URL.create(), or percent-encode the password "
            "in the setting it comes from.",
        )


def _without_creation(engine: Engine) -> Iterator[Listener]:
    """Yield an SQLite file that is not there reads as an empty database; connecting would create it."""

    def do_connect(
        dialect: Any, record: Any, args: list[Any], kw: MutableMapping[str, Any]
    ) -> None:
        if args and not kw.get("uri") and isinstance(args[0], str) and not os.path.exists(args[0]):
            args[0] = ":memory:"

    if engine.dialect.name == "sqlite":
        yield "do_connect", do_connect
