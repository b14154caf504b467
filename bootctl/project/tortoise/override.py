"""``database.url`` and ``database.migration_url`` as the credentials of a Tortoise connection."""

from dataclasses import replace
from typing import Any

from tortoise.backends.base.config_generator import expand_db_url
from tortoise.exceptions import ConfigurationError

from bootctl.database.postgresql_options import is_off, sslmode
from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor

_OF_LIBPQ = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "target_session_attrs")
_FILES = _OF_LIBPQ[1:5]


def overriding(url: Url, own: Url, setting: str) -> dict[str, Any]:
    """Return what Tortoise connects to ``url`` with, by the driver of ``own``, whatever that names.

    Raises ``SettingsError`` for what this driver has no name for.
    """
    if own.scheme == "sqlite":
        return {"file_path": url.database}
    more: dict[str, Any] = {}
    if own.scheme == "postgresql":
        url, more = _of_postgresql(url, own.driver, setting)
    elif is_off(url.query.get("ssl")):  # Tortoise takes any text for true
        more = {"ssl": False}
    found = expanded(url.plain(own.driver or own.scheme), setting)["credentials"]
    return {key: value for key, value in {**found, **more}.items() if value is not None}


def _of_postgresql(url: Url, driver: str, setting: str) -> tuple[Url, dict[str, Any]]:
    """Return the URL with one host and what only Tortoise reads of its query; and the rest."""
    query = sslmode(url.query)
    libpq = {name: query.pop(name) for name in _OF_LIBPQ if name in query}
    more = _hosts(url, driver, setting)
    if driver == "psycopg":
        more |= {"server_settings": libpq} if libpq else {}
        return replace(url, query=query, others=()), more
    for name in _FILES:
        if name in libpq:
            raise SettingsError(
                f"{setting} has the option {name}, which asyncpg has no name for in Tortoise",
                hint=f"Leave {name} out, and give TORTOISE_ORM an SSLContext as ssl.",
                setting=setting,
                option=name,
            )
    if "sslmode" in libpq:
        more["ssl"] = libpq.pop("sslmode")
    return replace(url, query=query, others=()), {**more, **libpq}


def _hosts(url: Url, driver: str, setting: str) -> dict[str, Any]:
    """Return several hosts as the driver takes them; Tortoise has one port for all."""
    if not url.others:
        return {}
    hosts = [host or "localhost" for host, _ in url.hosts]
    if len({port or 5432 for _, port in url.hosts}) > 1:
        raise SettingsError(
            f"{setting} names several hosts with different ports, and Tortoise has one port",
            hint="Name hosts with one port, or the one that takes writes.",
            setting=setting,
        )
    return {"host": ",".join(hosts) if driver == "psycopg" else hosts}


def expanded(text: str, what: str) -> dict[str, Any]:
    """Return what Tortoise makes of a URL. Raises ``SettingsError`` where it makes nothing of it."""
    try:
        found = expand_db_url(text)
    except (ConfigurationError, ValueError) as error:
        # The text of an error of ``urllib`` may quote a part of the password.
        reason = str(error) if isinstance(error, ConfigurationError) else "it does not parse"
        raise SettingsError(
            f"the URL of {what} cannot be used: {reason}",
            hint="Write it as scheme://user:password@host:port/database, special characters "
            "percent-encoded.",
        ) from None
    password = found["credentials"].get("password")
    if redactor.holds_other_secret(text, password):
        raise SettingsError(
            f"the URL of {what} holds the password unencoded, and so points to another place",
            hint="Percent-encode the password where TORTOISE_ORM builds the URL, "
            "or give the connection as an engine with credentials.",
        )
    return dict(found)
