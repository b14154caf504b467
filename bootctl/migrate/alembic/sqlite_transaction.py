"""The one transaction of all migrations of an SQLite file, and what it cannot hold."""

import os
from collections import defaultdict
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from bootctl.database.url import Identity, Url
from bootctl.migrate.alembic.databases import Listener


class OptsOut(BaseException):
    """A migration needs to run outside of a transaction that SQLite would not have by default. The text says why."""


class OneTransaction:
    """Begins it on the connections of one run of ``env.py``, each time that SQLAlchemy believes there is one."""

    def __init__(self) -> None:
        self._begun: dict[Identity, list[Any]] = defaultdict(list)
        """The drivers' connections that have begun a transaction of a file."""

    def listeners(self, url: Url) -> list[Listener]:
        """Return what an engine for ``url`` calls. They raise ``OptsOut``."""
        return [
            ("begin", partial(self._begin_immediate, url)),
            ("before_cursor_execute", _refuse_foreign_keys_pragma),
        ]

    def roll_back(self) -> None:
        """Free the files of what env.py has left open: the next run would wait for it."""
        import sqlite3  # of one kind of database

        for driver in chain(*self._begun.values()):
            if isinstance(driver, sqlite3.Connection):  # an event loop closes its own
                with suppress(sqlite3.Error):  # closed, or another thread's
                    driver.rollback()

    def _begin_immediate(self, url: Url, connection: Connection) -> None:
        # Python's sqlite3 begins no transaction before DDL, so that DDL is not rolled back:
        # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
        autocommit = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        driver = connection.connection.driver_connection
        if autocommit or _is_in_transaction(driver, otherwise=True):
            return
        others = self._begun[url.identity]
        if os.path.exists(url.database) and any(map(_is_in_transaction, others)):
            raise OptsOut(
                "the project's code connects to the SQLite file a second time, and would wait for its own transaction"
            )
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        others.append(driver)


def _is_in_transaction(driver: Any, *, otherwise: bool = False) -> bool:
    """Return whether a driver's connection to SQLite is; ``otherwise`` where it does not say, or is closed."""
    try:
        return bool(driver.in_transaction)
    except Exception:  # its own error for a connection that is closed
        return otherwise


def _refuse_foreign_keys_pragma(
    connection: Connection, cursor: Any, statement: str, *_: Any
) -> None:
    # Inside a transaction SQLite ignores this pragma without a word, and a batch migration that
    # relies on it then deletes the rows that refer to the table it recreates.
    words = statement.lower().replace("=", " ").split()
    if words[:2] == ["pragma", "foreign_keys"] and len(words) > 2:
        raise OptsOut("a migration sets PRAGMA foreign_keys, which SQLite ignores in a transaction")
