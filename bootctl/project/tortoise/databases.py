"""The databases of a Tortoise configuration: where they are, redirected where settings say so."""

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bootctl.config.settings import Settings
from bootctl.database.timeouts import Timeouts
from bootctl.database.url import Url, parse
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor
from bootctl.project.environment import none_fault
from bootctl.project.faults import missing_driver
from bootctl.project.tortoise import timeouts
from bootctl.project.tortoise.config import Config
from bootctl.project.tortoise.override import expanded, overriding

_SCHEMES = {
    "tortoise.backends.asyncpg": ("postgresql", "asyncpg"),
    "tortoise.backends.psycopg": ("postgresql", "psycopg"),
    "tortoise.backends.mysql": ("mysql", ""),
    "tortoise.backends.sqlite": ("sqlite", ""),
}
"""The scheme and driver of each of Tortoise's engines that is supported."""


_DRIVERS = {
    ("postgresql", "asyncpg"): ("asyncpg",),
    ("postgresql", "psycopg"): ("psycopg_pool",),
    ("mysql", ""): ("asyncmy", "aiomysql"),
    ("sqlite", ""): ("aiosqlite",),
}
"""The modules one of which Tortoise needs for a scheme and driver."""


class Databases:
    """Where each connection of the configuration leads.

    ``database.migration_url``, or else ``database.url``, takes the place of what the
    configuration says.
    """

    def __init__(self, root: Path, config: Config, settings: Settings) -> None:
        self._root = root
        self._settings = settings
        self._config = config
        self._expanded = {name: self._expand(name) for name in config.connections}
        self._urls = {name: _url(name, self._expanded[name]) for name in config.connections}
        for url in self._urls.values():
            redactor.add_url(url)
        self._redirect()

    def url(self, connection: str) -> Url:
        """Return where ``connection`` leads to."""
        return self._urls[connection]

    def connection(self, url: Url) -> str:
        """Return the connection that leads to ``url``, which is one of those located."""
        return next(name for name, own in self._urls.items() if own == url)

    @property
    def targets(self) -> dict[str, str]:
        """Return all of them, without secrets: a field for the log."""
        return {"target": ", ".join(map(str, self._urls.values()))}

    def located(self) -> tuple[Url, ...]:
        """Return every database. Raises ``SettingsError`` where the driver for one is missing."""
        for url in self._urls.values():
            _refuse_without_driver(url)
        return tuple(self._urls.values())

    def configuration(self, *, migrating: bool = False) -> dict[str, Any]:
        """Return the configuration for ``Tortoise.init``; for ``migrating`` with the timeouts."""
        connections = {**self._config.value["connections"], **self._expanded}
        migrate = self._settings.migrate
        limits = Timeouts(migrate.lock_timeout, migrate.statement_timeout)
        if migrating and limits:
            for name, expanded in self._expanded.items():
                engine, given = expanded["engine"], expanded["credentials"]
                limited = timeouts.credentials(engine, given, limits)
                connections[name] = {**expanded, "credentials": limited}
        return {**self._config.value, "connections": connections}

    def _expand(self, name: str) -> dict[str, Any]:
        given = self._config.value["connections"][name]
        if isinstance(given, Mapping) and isinstance(given.get("db_url"), str):
            given = given["db_url"]
        if isinstance(given, str):
            if not given.startswith("sqlite:"):  # it has no password, and ":memory:" is no host
                redactor.add_url_text(given)
            return expanded(given, f'connection "{name}"')
        if given is None and (unset := none_fault(self._root, {})):
            raise unset
        if not isinstance(given, Mapping) or not isinstance(given.get("credentials"), Mapping):
            raise SettingsError(
                f'connection "{name}" of TORTOISE_ORM is neither a URL nor an engine with '
                "credentials",
                hint="Write it as scheme://user:password@host:port/database.",
                connection=name,
            )
        return {"engine": given.get("engine"), "credentials": dict(given["credentials"])}

    def _redirect(self) -> None:
        database = self._settings.database
        secret = database.migration_url or database.url
        if secret is None:
            return
        setting = "database.migration_url" if database.migration_url else "database.url"
        if len(self._urls) > 1:
            raise SettingsError(
                f"{setting} names one database, but TORTOISE_ORM has several",
                hint=f"Unset {setting}: every database's URL is taken from TORTOISE_ORM.",
                setting=setting,
            )
        [(name, own)] = self._urls.items()
        url = parse(secret.get_secret_value(), name=setting)
        if _kind(url) != _kind(own):
            raise SettingsError(
                f"{setting} is a {_kind(url)} URL, but TORTOISE_ORM connects with {_kind(own)}",
                hint="Make both name the same kind of database.",
                setting=setting,
            )
        self._urls[name] = replace(url, scheme=own.scheme, driver=own.driver)
        self._expanded[name]["credentials"] |= overriding(
            parse(secret.get_secret_value(), name=setting), own, setting
        )
        _refuse_nameless(url)


def _refuse_without_driver(url: Url) -> None:
    """A driver that is not installed is named before anybody waits for the database."""
    modules = _DRIVERS[url.scheme, url.driver]
    if not any(find_spec(module) for module in modules):
        raise missing_driver(modules[-1])


def _kind(url: Url) -> str:
    return {"postgres": "postgresql", "asyncpg": "postgresql", "psycopg": "postgresql"}.get(
        url.scheme, "mysql" if url.scheme == "mariadb" else url.scheme
    )


def _url(name: str, expanded: Mapping[str, Any]) -> Url:
    engine, credentials = expanded["engine"], expanded["credentials"]
    if engine not in _SCHEMES:
        raise SettingsError(
            f'connection "{name}" uses {engine}, which bootctl does not migrate',
            hint="PostgreSQL, MySQL, MariaDB and SQLite are supported.",
            connection=name,
        )
    scheme, driver = _SCHEMES[engine]
    if scheme == "sqlite":
        url = Url(scheme, path=f"/{credentials.get('file_path') or ''}")
    else:
        user, password = credentials.get("user"), credentials.get("password")
        host, *more = _hosts(name, scheme, driver, credentials)
        database = credentials.get("database") or _of_environment(scheme, "PGDATABASE")
        url = Url(
            scheme,
            driver,
            None if user is None else str(user),
            password if isinstance(password, str) else None,  # it may be a function
            host,
            _port(name, credentials.get("port")),
            f"/{database or ''}",
            others=tuple((other, None) for other in more),
        )
    _refuse_nameless(url)
    return url


def _hosts(name: str, scheme: str, driver: str, credentials: Mapping[str, Any]) -> list[str | None]:
    given: Any = credentials.get("host") or _of_environment(scheme, "PGHOST")
    if isinstance(given, str) and "," in given:
        if driver != "psycopg":  # which is libpq's form
            raise SettingsError(
                f'connection "{name}" names several hosts in one text, which its driver takes for one',
                hint="In TORTOISE_ORM, give the connection as an engine with credentials whose host "
                "is a list, or name the host that takes writes.",
                connection=name,
            )
        return [*given.split(",")]
    return [*given] if isinstance(given, list | tuple) and given else [given]


def _of_environment(scheme: str, variable: str) -> str | None:
    """Return what PostgreSQL's drivers take where they are given nothing."""
    return os.environ.get(variable) or None if scheme == "postgresql" else None


def _port(name: str, given: object) -> int | None:
    if given in (None, ""):
        return None
    if not str(given).isdigit():
        raise SettingsError(
            f'connection "{name}" has a port that is no number: {given!r}',
            hint="Correct it in TORTOISE_ORM.",
            connection=name,
        )
    return int(str(given))


def _refuse_nameless(url: Url) -> None:
    if url.scheme == "sqlite" and url.database in ("", ":memory:"):
        raise SettingsError(
            "the database URL names an SQLite database in memory, which ends with its connection",
            hint="Name a file: sqlite://FILE, relative to the project, or sqlite:///FILE.",
            target=str(url),
        )
    if not url.database:
        raise SettingsError(
            f"the database URL {url} names no database",
            hint="Add the database's name after the host: .../NAME.",
            target=str(url),
        )
