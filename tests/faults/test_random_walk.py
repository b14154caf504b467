"""Random events of a service's life: after each, the database is as it was or at head.

A model beside the walk says how each boot must end. The walk is the same in every run, by its seed;
WALK_SEED=N takes another, WALK_STEPS=N as many events, and a failure says what had happened last.
"""

import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import Forked, bootctl, start
from tests.support.processes.spawned import Result
from tests.support.projects.alembic import SYNC_ENV, AlembicProject, users_project

pytestmark = pytest.mark.slow
IN_LONG_SUITE = ("sqlite",)

STEPS = int(os.environ.get("WALK_STEPS", "100"))
SEED = int(os.environ.get("WALK_SEED", "1"))
NEWEST = 8
"""Migrations: each makes one table, and says so in ``applied_once``."""
DONE, AHEAD, EDITED, DRIFT = 0, 15, 16, 20
BY_SIGNAL = {
    signal.SIGKILL: {-signal.SIGKILL},
    signal.SIGTERM: {128 + signal.SIGTERM, -signal.SIGTERM},  # the latter before Python has begun
}
BODY = """\
op.create_table("t{n}", sa.Column("id", sa.Integer, primary_key=True))
op.execute("INSERT INTO applied_once (revision) VALUES ('{n}')")
"""
FIRST = 'op.create_table("applied_once", sa.Column("revision", sa.String(10), primary_key=False))\n'
MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("applied_once", metadata, sa.Column("revision", sa.String(10)))
for n in range(1, {deployed} + 1):
    sa.Table(f"t{{n}}", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


@dataclass
class Service:
    """What is deployed, what the database should hold, and what people have done to both."""

    project: AlembicProject
    database: Database
    draw: random.Random
    deployed: int = 1
    texts: list[bool] = field(default_factory=list)
    """Of each applied migration, whether its file was the edited one."""
    edited: int = 0
    """The migration whose file is edited; 0 for none."""
    has_drift: bool = False
    history: list[str] = field(default_factory=list)

    def deploy(self, version: int) -> None:
        """The code of ``version``: its models, and the migrations up to it."""
        self.deployed = version
        self.project.models(MODELS.format(deployed=version))
        for path in (self.project.root / "migrations/versions").glob("*.py"):
            path.unlink()
        for n in range(1, version + 1):
            self._write(n, "# edited\n" if n == self.edited else "")

    def _write(self, n: int, more: str) -> None:
        body = (FIRST if n == 1 else "") + BODY.format(n=n) + more
        self.project.migration(f"r{n}", f"r{n - 1}" if n > 1 else None, body)

    @property
    def applied(self) -> int:
        """How many migrations are."""
        return len(self.texts)

    def has_applied(self, count: int) -> None:
        """From now on ``count`` are, the new ones as their files are now."""
        self.texts += [n == self.edited for n in range(self.applied + 1, count + 1)]

    @property
    def expected(self) -> int:
        """How a boot ends that nobody interrupts."""
        if self.applied > self.deployed:
            return AHEAD
        if any(text != (n == self.edited) for n, text in enumerate(self.texts, 1)):
            return EDITED
        return DRIFT if self.has_drift else DONE

    def boot(self) -> None:
        """Boots as the model says; one that cannot go on, or need not, writes nothing."""
        expected, writes = self.expected, self.expected == DONE and self.applied < self.deployed
        before = None if writes else self.database.dump()
        self.assert_ended(bootctl("migrate", cwd=self.project.root), expected)
        if writes:
            self.has_applied(self.deployed)
        else:
            assert self.database.dump() == before, self.history[-10:]

    def boots_at_once(self) -> None:
        """Replicas: all of them end alike."""
        expected = self.expected
        for process in [self._started() for _ in range(3)]:
            self.assert_ended(process.wait(), expected)
        if expected == DONE:
            self.has_applied(self.deployed)

    def interrupted_boot(self) -> None:
        """A signal at any moment: the database is as before or at head."""
        expected, process = self.expected, self._started()
        number = self.draw.choice([*BY_SIGNAL])
        if not process.ended(self.draw.uniform(0, 0.6)):
            process.send(number)
        code = process.wait().code
        assert code in {*BY_SIGNAL[number], expected}, (code, self.history[-10:])
        self._believe_either(expected == DONE)

    def interrupted_replicas(self) -> None:
        """One of two is killed, and the other goes on."""
        expected, other = self.expected, self._started()
        killed = self._started()
        if not killed.ended(self.draw.uniform(0, 0.6)):
            killed.send(signal.SIGKILL)
        killed.wait()
        self.assert_ended(other.wait(), expected)
        if expected == DONE:
            self.has_applied(self.deployed)

    def redeploy(self) -> None:
        """Newer code."""
        self.deploy(self.draw.randint(self.deployed, NEWEST))

    def roll_back(self) -> None:
        """Older code."""
        self.deploy(self.draw.randint(1, self.deployed))

    def edit_file(self) -> None:
        """Somebody edits a migration that may be applied, or restores it."""
        self.edited = 0 if self.edited else self.draw.randint(1, self.deployed)
        self.deploy(self.deployed)

    def change_by_hand(self) -> None:
        """Somebody adds a table that no migration made, or drops it again."""
        if self.has_drift:
            self.database.execute("DROP TABLE stray")
        else:
            self.database.execute("CREATE TABLE stray (id INTEGER)")
        self.has_drift = not self.has_drift

    def look(self) -> None:
        """Commands that look write nothing."""
        before = self.database.dump()
        for command in ("status", "check", "migrate --plan", "migrate --sql"):
            bootctl(*command.split(), cwd=self.project.root)
        assert self.database.dump() == before, self.history[-10:]

    def assert_consistent(self) -> None:
        """Each migration up to the recorded one ran once, and no other."""
        assert self._recorded() == self.applied, self.history[-10:]
        ran = sorted(int(row[0]) for row in self._rows("SELECT revision FROM applied_once"))
        assert ran == list(range(1, self.applied + 1)), self.history[-10:]
        own = {name for name in self.database.tables() if name[0] == "t"}
        assert own == {f"t{n}" for n in range(1, self.applied + 1)}, self.history[-10:]

    def assert_ended(self, result: Result, code: int) -> None:
        """With ``code``."""
        assert result.code == code, (self.history[-10:], result.stderr)

    def _started(self) -> Forked:
        return start("bootctl", "migrate", cwd=self.project.root)

    def _believe_either(self, migrates: bool) -> None:
        recorded = self._recorded()
        assert recorded == self.applied or (migrates and recorded == self.deployed)
        self.has_applied(recorded)

    def _recorded(self) -> int:
        rows = self._rows("SELECT version_num FROM alembic_version")
        return int(rows[0][0].removeprefix("r")) if rows else 0

    def _rows(self, query: str) -> list[tuple[str, ...]]:
        table = query.rpartition(" ")[2]
        return self.database.execute(query) if table in self.database.tables() else []


EVENTS: tuple[tuple[Callable[[Service], None], int], ...] = (
    (Service.boot, 8),
    (Service.boots_at_once, 2),
    (Service.interrupted_boot, 6),
    (Service.interrupted_replicas, 2),
    (Service.redeploy, 5),
    (Service.roll_back, 2),
    (Service.edit_file, 2),
    (Service.change_by_hand, 2),
    (Service.look, 1),
)
"""With how often each is drawn. At the end of a life, an empty database begins another."""


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_a_random_walk(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    draw, service = random.Random(f"{SEED} {kind}"), None
    for step in range(STEPS):
        if service is None or (service.applied == NEWEST and draw.random() < 0.3):
            database = fresh_database(kind)
            project = users_project(tmp_path / f"{step}", database.sync_url, SYNC_ENV)
            service = Service(project, database, draw)
            service.deploy(1)
        [event] = draw.choices([it for it, _ in EVENTS], [often for _, often in EVENTS])
        told = f"{step} {event.__name__}: deployed {service.deployed}, applied {service.applied}"
        service.history.append(f"{told}, edited {service.edited}, drift {service.has_drift}")
        event(service)
        service.assert_consistent()
