"""The parts of SQLAlchemy that are not public, and why no public one serves.

Tried with SQLAlchemy 2.0.29 to 2.1.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine


@contextmanager
def before_connecting(called: Callable[[Engine], None]) -> Iterator[None]:
    """Call ``called`` with an engine whenever it is about to connect, inside.

    Its events are an engine's own: none tells of engines that the project has still to make, before
    they connect for the first time.
    """
    original = Engine.raw_connection

    def raw_connection(engine: Engine) -> Any:
        called(engine)
        return original(engine)

    Engine.raw_connection = raw_connection  # type: ignore[assignment,method-assign]  # the purpose
    try:
        yield
    finally:
        Engine.raw_connection = original  # type: ignore[method-assign]  # as it was


def isolation_level_of(connection: Connection) -> str | None:
    """Return the isolation level that its engine, or the connection itself, was made with.

    ``get_isolation_level()`` asks the server, which begins a transaction; the default level that an
    engine is given is kept by its dialect alone.
    """
    level = connection.get_execution_options().get("isolation_level")
    return level or getattr(connection.dialect, "_on_connect_isolation_level", None)


def leave_transactions_alone(dialect: Any) -> None:
    """Have ``dialect`` neither begin nor end transactions, nor close connections.

    For a connection that is another library's: an engine has no option to only execute.
    """
    for method in ("do_begin", "do_rollback", "do_commit", "do_close", "do_terminate"):
        setattr(dialect, method, _nothing)


def _nothing(*args: Any) -> None:
    pass
