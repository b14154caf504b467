"""The timeouts of the connections that ``env.py`` migrates with."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine

from bootctl.database.timeouts import Timeouts


def listeners(engine: Engine, timeouts: Timeouts) -> Iterator[tuple[str, Any]]:
    """Yield what puts ``timeouts`` in force for every connection of ``engine``.

    PostgreSQL gets them as start-up parameters, and once more for an engine whose ``creator``
    asks nobody how to connect, and for a pooler that passes none on.
    """
    command = timeouts.command(engine.dialect.name)

    def do_connect(dialect: Any, record: Any, args: list[Any], kw: dict[str, Any]) -> Any:
        # Not put into ``kw``, which may be what the engine connects with ever after.
        return dialect.connect(*args, **{**kw, **_parameters(dialect.driver, kw, timeouts)})

    def connect(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(command)
        cursor.close()
        connection.commit()

    if command and engine.dialect.name == "postgresql":
        yield "do_connect", do_connect
    if command:
        yield "connect", connect


def _parameters(driver: str, kw: Mapping[str, Any], timeouts: Timeouts) -> dict[str, Any]:
    """Return what ``driver`` connects with for ``timeouts``, added to what the project gives it."""
    if driver.startswith("psycopg"):
        return {"options": timeouts.libpq(kw.get("options"))}
    name = {"asyncpg": "server_settings", "pg8000": "startup_params"}.get(driver)
    return {name: {**(kw.get(name) or {}), **timeouts.postgresql}} if name else {}
