"""A connection to an SQLite file beside the project's own."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, NullPool, create_engine

_Result = TypeVar("_Result")


def connected(
    database: str, function: Callable[[Connection], _Result], *, mode: str = "ro"
) -> _Result:
    """Call ``function`` with a new connection to a file that is there, in a ``mode`` of SQLite's URIs."""
    uri = f"{Path(database).absolute().as_uri()}?mode={mode}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(uri, uri=True),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    # Not by engine.connect(): env.py's engines may be watched at this moment.
    with Connection(engine, engine.pool.connect()) as connection:
        return function(connection)
