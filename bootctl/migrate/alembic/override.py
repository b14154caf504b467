"""``database.url`` and ``database.migration_url`` as SQLAlchemy takes a URL.

They may be written as other tools have them: ``postgres://``, several hosts before the path, an
option by the name that another driver has for it.
"""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bootctl.database import hosts
from bootctl.database.postgresql_options import for_asyncpg, is_off, sslmode
from bootctl.database.url import Url, parse, trimmed
from bootctl.errors import SettingsError

_DRIVERS = {
    "postgres": "postgresql",
    "asyncpg": "postgresql+asyncpg",
    "psycopg": "postgresql+psycopg",
}
_PORT = 5432
_SAME = {"mariadb": "mysql"}


def override(text: str, setting: str) -> URL:
    """Return the URL that ``setting`` is. Raises ``SettingsError`` where it is none."""
    try:
        url = parse(text, name=setting)
        return _of_postgresql(url) if url.scheme in hosts.SCHEMES else make_url(trimmed(text))
    except (ArgumentError, ValueError):
        raise SettingsError(
            f"{setting} is not a valid database URL",
            hint="Write it as scheme://user:password@host:port/database, "
            "special characters percent-encoded.",
            setting=setting,
        ) from None


def is_same_kind(url: URL, dialect: str) -> bool:
    """Return whether ``url`` names a database that ``dialect`` is for."""
    name = url.get_backend_name()
    return _SAME.get(name, name) == _SAME.get(dialect, dialect)


def connect_args(dialect: Any, url: URL) -> tuple[Any, dict[str, Any]]:
    """Return what the driver of ``dialect`` connects to ``url`` with, options by its own names."""
    if url.get_backend_name() != "postgresql":
        plain = url.difference_update_query(["ssl"]) if is_off(url.query.get("ssl")) else url
        args, kw = dialect.create_connect_args(plain)
        return args, kw
    query = {key: value for key, value in url.query.items() if key not in ("host", "port")}
    plain = url.set(query={key: url.query[key] for key in ("host", "port") if key in url.query})
    args, kw = dialect.create_connect_args(plain)
    texts = {key: value if isinstance(value, str) else value[-1] for key, value in query.items()}
    return args, {**kw, **_options(dialect.driver, texts)}


def _options(driver: str, query: dict[str, str]) -> dict[str, Any]:
    own = sslmode(query)
    if driver.startswith("psycopg"):
        return dict(own)
    if driver != "asyncpg":
        return dict(query)
    # Its own function has no parameters for the files of TLS, nor for libpq's options; its URL has.
    in_url = {name: value for name, value in for_asyncpg(own).items() if _is_of_url(name)}
    rest: dict[str, Any] = {name: value for name, value in query.items() if not _is_of_url(name)}
    return {**rest, "dsn": f"postgresql:///?{urlencode(in_url)}"} if in_url else rest


def _is_of_url(name: str) -> bool:
    return name.startswith("ssl") or name == "options"


def _of_postgresql(url: Url) -> URL:
    scheme = _DRIVERS.get(url.scheme, url.kind)
    query: dict[str, str] = dict(url.query)
    host, port = url.host, url.port
    if url.others:
        host, port = None, None
        query["host"] = ",".join(name or "" for name, _ in url.hosts)
        query["port"] = ",".join(str(number or _PORT) for _, number in url.hosts)
    return URL.create(scheme, url.user, url.password, host, port, url.database or None, query)
