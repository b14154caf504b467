"""The timeouts of the connections that Tortoise migrates with."""

from collections.abc import Callable, Mapping
from typing import Any

from bootctl.database.timeouts import Timeouts

Credentials = Mapping[str, Any]


def credentials(engine: str, given: Credentials, timeouts: Timeouts) -> dict[str, Any]:
    """Return what Tortoise's ``engine`` connects with: what it is ``given``, and ``timeouts``."""
    added = _ADDED[engine](given, timeouts)
    # SQLite's pragmas are executed in this order, and the first may have to wait already.
    return {**added, **given, **added}


def _asyncpg(given: Credentials, timeouts: Timeouts) -> dict[str, Any]:
    return {"server_settings": {**(given.get("server_settings") or {}), **timeouts.postgresql}}


def _psycopg(given: Credentials, timeouts: Timeouts) -> dict[str, Any]:
    from psycopg.rows import dict_row

    # What Tortoise would give: libpq's options go nowhere else, and with them goes the schema.
    kwargs = given.get("kwargs") or {"autocommit": True, "row_factory": dict_row}
    schema = f"-c search_path={given['schema']}" if given.get("schema") else None
    options = timeouts.libpq(kwargs.get("options") or schema)
    return {"kwargs": {**kwargs, "options": options}}


def _mysql(given: Credentials, timeouts: Timeouts) -> dict[str, Any]:
    commands = [given.get("init_command") or "", timeouts.command("mysql")]
    return {"init_command": "; ".join(command.rstrip("; \n") for command in commands if command)}


def _sqlite(given: Credentials, timeouts: Timeouts) -> dict[str, Any]:
    return {"busy_timeout": timeouts.busy} if timeouts.busy else {}


_ADDED: dict[str, Callable[[Credentials, Timeouts], dict[str, Any]]] = {
    "tortoise.backends.asyncpg": _asyncpg,
    "tortoise.backends.psycopg": _psycopg,
    "tortoise.backends.mysql": _mysql,
    "tortoise.backends.sqlite": _sqlite,
}
