"""Boots that a signal ends at any moment: before a statement, in the middle of it, or after it.

On a server the moments are those of the wire. On SQLite the project itself counts what it has
executed, and sends the signal to its own process.
"""

import signal
import threading
from pathlib import Path
from typing import Protocol

from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Moment, Statement, Then, Wire
from tests.support.processes.forked import Forked, bootctl, start
from tests.support.processes.spawned import Result
from tests.support.projects.kits import Kit
from tests.support.scenarios.five_migrations import five

COUNTING = '''\
"""Counts what is executed through sqlite3, and sends a signal to this process at one moment."""

import os
import signal
import sqlite3

number = 0


def counted(text, execute, *arguments):
    global number
    number += 1
    mine = number
    if "STATEMENTS_LOG" in os.environ:
        with open(os.environ["STATEMENTS_LOG"], "a") as log:
            print(" ".join(text.split()), file=log)
    reached(f"{mine}.0")
    try:
        return execute(*arguments)
    finally:
        reached(f"{mine}.1")


def reached(moment):
    if moment == os.environ.get("MOMENT"):
        os.kill(os.getpid(), signal.Signals[os.environ["MOMENT_SIGNAL"]])


class Cursor(sqlite3.Cursor):
    def execute(self, sql, *arguments):
        return counted(sql, super().execute, sql, *arguments)

    def executemany(self, sql, *arguments):
        return counted(sql, super().executemany, sql, *arguments)

    def executescript(self, sql):
        return counted(sql, super().executescript, sql)


class Connection(sqlite3.Connection):
    def cursor(self, factory=Cursor):
        return super().cursor(factory)

    def commit(self):
        return counted("commit()", super().commit)

    def rollback(self):
        return counted("rollback()", super().rollback)


original = sqlite3.connect


def connect(*arguments, **options):
    return original(*arguments, **{"factory": Connection, **options})


sqlite3.connect = sqlite3.dbapi2.connect = connect
'''


class Boots(Protocol):
    """``bootctl migrate`` on the project of five migrations, and an empty database."""

    root: Path
    database: Database

    def recorded(self) -> list[Moment]:
        """The moments of a boot that nothing interrupts."""

    def interrupted(self, moment: Moment, number: signal.Signals) -> Result | None:
        """A boot that gets a signal at this moment; ``None`` where it ended before."""


class BootsOnServer:
    """See ``Boots``."""

    def __init__(self, kit: Kit, root: Path, wire: Wire) -> None:
        self.root = root
        self.database = wire.server
        self._wire = wire
        five(kit, root, wire.database)

    def recorded(self) -> list[Moment]:
        self._wire.begin()
        result = bootctl("migrate", cwd=self.root)
        assert result.code == 0, result.stderr
        return self._wire.moments

    def interrupted(self, moment: Moment, number: signal.Signals) -> Result | None:
        """A late moment may not come: boots differ in how often they look who blocks them."""
        started = threading.Event()
        processes: list[Forked] = []

        def act() -> Then:
            started.wait()
            processes[0].send(number)
            if number != signal.SIGKILL:
                return Then.GO_ON
            processes[0].ended()
            return Then.CLOSE

        self._wire.begin(moment, act)
        processes.append(start("bootctl", "migrate", cwd=self.root))
        started.set()
        result = processes[0].wait()
        reached = not self._wire.is_awaited
        self._wire.begin()
        return result if reached else None


class BootsOnFile:
    """See ``Boots``."""

    def __init__(self, kit: Kit, root: Path, database: Database) -> None:
        self.root = root
        self.database = database
        self.log = root / "statements.log"
        project = five(kit, root, database)
        project.write("counting.py", COUNTING)
        project.configure(top="import counting")

    def recorded(self) -> list[Moment]:
        result = bootctl("migrate", cwd=self.root, env=self.logging)
        assert result.code == 0, result.stderr
        texts = enumerate(self.statements(), 1)
        statements = [Statement(number, 0, text) for number, text in texts]
        return [Moment(statement, done, 1) for statement in statements for done in (0, 1)]

    @property
    def logging(self) -> dict[str, str]:
        """The environment of a boot that logs its statements."""
        return {"STATEMENTS_LOG": str(self.log)}

    def statements(self) -> list[str]:
        """What was logged."""
        return self.log.read_text().splitlines()

    def interrupted(self, moment: Moment, number: signal.Signals) -> Result:
        env = {"MOMENT": f"{moment.statement.number}.{moment.done}", "MOMENT_SIGNAL": number.name}
        return bootctl("migrate", cwd=self.root, env=env)
