"""What the query of a PostgreSQL URL means to a driver: one option has several names."""

from collections.abc import Mapping

from bootctl.database.url import Url
from bootctl.errors import SettingsError

_ELSEWHERE = {
    # SQLAlchemy's and asyncpg's
    *("prepared_statement_cache_size", "prepared_statement_name_func", "statement_cache_size"),
    *(
        "timeout",
        "command_timeout",
        "max_cached_statement_lifetime",
        "max_cacheable_statement_size",
    ),
    # psycopg's
    *("prepare_threshold", "autocommit"),
    # Tortoise's
    *("schema", "minsize", "maxsize", "min_size", "max_size", "max_queries"),
    *("max_inactive_connection_lifetime", "fetch_inserted"),
}
"""Options of other libraries, which say nothing of how to reach a server."""

_OF_ASYNCPG = {"target_session_attrs", "host", "port", "connect_timeout"}
"""Given to asyncpg by itself, or its attempt's own."""

_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SWITCHES = {
    **dict.fromkeys(("true", "1", "on", "yes"), "require"),
    **dict.fromkeys(("false", "0", "off", "no"), "disable"),
}
"""As libpq takes JDBC's ``ssl=true``: https://www.postgresql.org/docs/current/libpq-connect.html."""


def is_off(value: object) -> bool:
    """Return whether it says that there is to be no TLS."""
    return isinstance(value, str) and _SWITCHES.get(value.lower()) == "disable"


def sslmode(query: Mapping[str, str]) -> dict[str, str]:
    """Return ``query`` with ``ssl`` by libpq's name for it, and a value that it knows.

    Raises ``SettingsError`` that names the option where the value means nothing certain.
    """
    found = dict(query)
    name = "ssl" if "ssl" in found and "sslmode" not in found else "sslmode"
    given = found.pop("ssl", "")
    value = found.get("sslmode", given)
    if name not in query:
        return found
    mode = _SWITCHES.get(value.lower(), value)
    if mode not in _MODES:
        raise SettingsError(
            f"the option {name} is none of {', '.join(_MODES)}: {value!r}",
            hint=f"Correct {name} in the URL.",
            option=name,
        )
    return found | {"sslmode": mode}


def for_libpq(query: Mapping[str, str]) -> dict[str, str]:
    """Return what libpq takes of ``query``."""
    own = sslmode(query)
    return {name: value for name, value in own.items() if name not in _ELSEWHERE}


def for_asyncpg(query: Mapping[str, str]) -> dict[str, str]:
    """Return what asyncpg takes as the query of a URL of its own."""
    own = sslmode(query)
    left = _ELSEWHERE | _OF_ASYNCPG
    return {name: value for name, value in own.items() if name not in left}


def port_of(url: Url) -> int | None:
    """Return the port of a socket, which stands in the query. Raises ``SettingsError``."""
    port = url.query.get("port", "")
    if port and not (port.isdecimal() and int(port) < 1 << 16):
        raise SettingsError(
            "the port in the URL's query is not a number", hint="Write it as port=5432."
        )
    return int(port) if port else url.port
