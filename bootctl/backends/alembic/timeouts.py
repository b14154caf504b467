"""The timeouts of the connections that ``env.py`` migrates with."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine

from bootctl.backends.timeouts import Timeouts

_STARTED = "bootctl.timeouts"


def listeners(engine: Engine, timeouts: Timeouts) -> Iterator[tuple[str, Any]]:
    """What puts ``timeouts`` in force for every connection of ``engine``.

    On PostgreSQL they are start-up parameters, unless the engine has a ``creator`` or a driver
    that is not known to take them.
    """
    command = timeouts.command(engine.dialect.name)

    def do_connect(dialect: Any, record: Any, args: list[Any], kw: dict[str, Any]) -> Any:
        given = _parameters(dialect.driver, kw, timeouts)
        record.info[_STARTED] = bool(given)
        # Not put into ``kw``, which may be what the engine connects with ever after.
        return dialect.connect(*args, **{**kw, **given})

    def connect(connection: Any, record: Any) -> None:
        if not record.info.get(_STARTED):
            cursor = connection.cursor()
            cursor.execute(command)
            cursor.close()
            connection.commit()

    if command and engine.dialect.name == "postgresql":
        yield "do_connect", do_connect
    if command:
        yield "connect", connect


def _parameters(driver: str, kw: Mapping[str, Any], timeouts: Timeouts) -> dict[str, Any]:
    """What ``driver`` connects with for ``timeouts``, added to what the project gives it."""
    if driver.startswith("psycopg"):
        return {"options": timeouts.libpq(kw.get("options"))}
    name = {"asyncpg": "server_settings", "pg8000": "startup_params"}.get(driver)
    return {name: {**(kw.get(name) or {}), **timeouts.postgresql}} if name else {}
