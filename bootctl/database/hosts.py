"""The servers that a PostgreSQL URL names: one or several, in its authority or in its query.

libpq's ``host=a,b&port=1,2`` and SQLAlchemy's ``host=a:1&host=b:2`` are understood besides
``a:1,b:2`` before the path. https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
"""

import re
from collections.abc import Sequence

Host = tuple[str | None, int | None]

SCHEMES = ("postgresql", "postgres", "asyncpg", "psycopg")
"""Those whose URLs may have hosts in their query; the last two are Tortoise's."""
_WITH_PORT = re.compile(r"(\[[^\]]+\]|[^:/]+):(\d+)")


def in_query(pairs: Sequence[tuple[str, str]], authority: Sequence[Host]) -> tuple[Host, ...]:
    """Return the hosts that ``pairs`` of a query name, or ``authority`` where they name none.

    Raises ``ValueError`` with the reason, which has no value of the URL in it.
    """
    hosts = _values(pairs, "host")
    ports = [_number(port) for port in _values(pairs, "port")]
    named = [_host(text) for text in hosts] if hosts else list(authority)
    if not ports:
        return tuple(named)
    if len(ports) not in (1, len(named)):
        raise ValueError("it has another number of ports than of hosts")
    ports = ports * len(named) if len(ports) == 1 else ports
    pairs_of_both = zip(named, ports, strict=True)
    return tuple((host, own if port is None else port) for (host, own), port in pairs_of_both)


def is_socket(host: str | None) -> bool:
    """Return whether it is a directory with a socket, or libpq's abstract one."""
    return (host or "").startswith(("/", "@"))


def _values(pairs: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [item for key, value in pairs if key == name and value for item in value.split(",")]


def _host(text: str) -> Host:
    found = _WITH_PORT.fullmatch(text)
    host, port = (found[1], _number(found[2])) if found else (text, None)
    return (host.strip("[]") or None, port)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and int(text) < 1 << 16):
        raise ValueError("its port is not a number from 0 to 65535")
    return int(text)
