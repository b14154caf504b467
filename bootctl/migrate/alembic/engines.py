"""Where an engine of ``env.py`` leads, by its URL, its arguments and the environment."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import URL, Engine

from bootctl.database.sqlalchemy_internals import connect_arguments
from bootctl.database.url import Url, queried
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor

_SERVERS = ("postgresql", "mysql", "mariadb")
_LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "database": "PGDATABASE"}
_ELSEWHERE = ("PGSERVICE", "PGDATABASE")
_NAMES = {"dbname": "database", "db": "database", "username": "user", "passwd": "password"}


def public(url: URL) -> Url:
    """Return SQLAlchemy's URL as ours, which masks its secrets wherever it is shown."""
    pairs = [
        (key, item)
        for key, value in url.query.items()
        for item in ([value] if isinstance(value, str) else value)
    ]
    driver = url.drivername.partition("+")[2]
    path = f"/{url.database}" if url.database else ""
    password = str(url.password) if url.password is not None else None
    plain = Url(url.get_backend_name(), driver, url.username, password, url.host, url.port, path)
    return queried(plain, pairs)


def effective(engine: Engine) -> Url:
    """Return where ``engine`` leads, with what its ``connect_args`` and libpq's variables say of it."""
    url = public(engine.url)
    named = {**_of_environment(url), **_of_arguments(engine)}
    path = f"/{named['database']}" if named.get("database") else url.path
    password = named.get("password", url.password)
    found = replace(
        url, user=named.get("user", url.user), password=password and str(password), path=path
    )
    if "host" in named and not url.others:
        found = replace(found, host=named["host"])
    if str(named.get("port", "")).isdecimal() and not url.others:
        found = replace(found, port=int(named["port"]))
    return found


def _of_arguments(engine: Engine) -> dict[str, Any]:
    """Return what the driver is given by name, where it is a plain value."""
    found = connect_arguments(engine) or {}
    named = {_NAMES.get(name, name): value for name, value in found.items()}
    wanted = ("host", "port", "user", "password", "database")
    return {name: named[name] for name in wanted if isinstance(named.get(name), str | int)}


def _of_environment(url: Url) -> dict[str, str]:
    """Return what libpq and asyncpg take from the environment, where the URL does not say it."""
    own = {"host": url.host or url.query.get("host"), "port": url.port, "user": url.user}
    own["database"] = url.database
    if url.scheme != "postgresql" or url.driver == "pg8000" or "service" in url.query:
        return {}
    found = {name: os.environ.get(variable, "") for name, variable in _LIBPQ.items()}
    return {name: value for name, value in found.items() if value and not own[name]}


def refuse_nameless(engine: Engine, url: Url) -> None:
    """Raise ``SettingsError`` where nothing names the database that ``engine`` leads to."""
    if url.scheme == "sqlite" and url.database in ("", ":memory:"):
        raise SettingsError(
            "the database URL names an SQLite database in memory, which ends with its connection",
            hint="Name a file: sqlite:///FILE, relative to the project, or sqlite:////FILE.",
            target=str(url),
        )
    if url.scheme in _SERVERS and not url.database and not _is_named_elsewhere(engine, url):
        raise SettingsError(
            f"the database URL {url} names no database",
            hint="Add the database's name after the host: .../NAME.",
            target=str(url),
        )


def _is_named_elsewhere(engine: Engine, url: Url) -> bool:
    """Return whether code connects, or a service file says where."""
    dispatch: Any = engine.dialect.dispatch
    by_code = connect_arguments(engine) is None or bool(list(dispatch.do_connect))
    arguments: Mapping[str, Any] = connect_arguments(engine) or {}
    named = {"service", "dsn", "read_default_file"} & {*arguments, *url.query}
    return by_code or bool(named) or any(os.environ.get(name) for name in _ELSEWHERE)


def refuse_misread(url: URL) -> None:
    """Raise ``SettingsError`` where a password that was put into a URL as it is has changed where the URL points."""
    text = url.render_as_string(hide_password=False)
    if redactor.holds_other_secret(text, url.password):
        raise SettingsError(
            "the database URL that env.py builds holds the password unencoded, "
            "and so points to another place",
            hint="Build the URL with sqlalchemy.URL.create(), or percent-encode the password "
            "in the setting it comes from.",
        )
