"""The lock is lost in the middle of a migration: it goes no further, and nobody writes meanwhile.

The first of two replicas is in its third migration, at a gate, and the second waits for the lock.
"""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire
from tests.support.databases.writes import committed, outside_of_scratch, writes
from tests.support.eventually import eventually
from tests.support.processes.forked import Forked, start
from tests.support.projects.kits import Kit
from tests.support.scenarios.five_migrations import NAMES, Gate, differences_from_head, five

pytestmark = pytest.mark.slow

Fresh = Callable[[str], Database]

PATIENCE_SECONDS = 30
DONE, NOT_READY, LOCKED, FAILED, DIRTY = 0, 11, 13, 14, 17
ENDS = {"postgresql": {DONE}, "mariadb": {DONE, DIRTY}}
"""How another may end after one that died in the third migration: MariaDB keeps a part of it."""
TAKES = {"postgresql": "pg_try_advisory_lock(", "mariadb": "GET_LOCK('bootctl:"}
SESSION = {
    "postgresql": "SELECT pid FROM pg_stat_activity WHERE client_port = {}",
    "mariadb": "SELECT id FROM information_schema.processlist WHERE host LIKE '%:{}'",
}
END = {"postgresql": "SELECT pg_terminate_backend({})", "mariadb": "KILL {}"}


@dataclass(frozen=True)
class Two:
    """The replicas, each of which reaches the same database through a wire of its own."""

    kit: Kit
    wires: tuple[Wire, Wire]
    gate: Gate
    first: Forked
    second: Forked

    @property
    def database(self) -> Database:
        """What both are to migrate."""
        return self.wires[0].server

    @property
    def sessions(self) -> list[int]:
        """The first one's connections that have a lock: its own, then the one that migrates."""
        return self.wires[0].connections(TAKES[self.database.kind])

    def end(self, connection: int) -> None:
        """End a session of the first one's, as an administrator of the server does."""
        port = self.wires[0].port(connection)
        [[pid]] = self.database.execute(SESSION[self.database.kind].format(port))
        self.database.execute(END[self.database.kind].format(pid))

    def assert_second_migrated(self) -> None:
        """It brings the database to the head, having written nothing while the first one did."""
        result = self.second.wait()
        assert result.code == DONE, result.stderr
        assert differences_from_head(self.kit, self.database) == []
        first, second = (outside_of_scratch(wire.statements) for wire in self.wires)
        by_first = [item.at for item in first if writes(item.text)]
        by_second = [item.at for item in committed(self.database.kind, second)]
        assert max(by_first) < min(by_second)


@contextmanager
def replicas(root: Path, env: Mapping[str, str]) -> Iterator[tuple[Gate, Forked, Forked]]:
    """The first is at its gate, and the second, which has ``env``, waits; no longer, afterwards."""
    gate, command = Gate(root), ("bootctl", "migrate")
    first = start(*command, cwd=root)
    eventually(lambda: gate.is_taken)
    second = start(*command, cwd=root, env=env)
    try:
        eventually(lambda: '"event": "lock.waiting"' in second.stderr)
        yield gate, first, second
    finally:
        for replica in (first, second):
            with suppress(ProcessLookupError):
                replica.send(signal.SIGKILL)


@pytest.fixture(params=TAKES)
def two(
    request: pytest.FixtureRequest, tmp_path: Path, fresh_database: Fresh, kit: Kit
) -> Iterator[Two]:
    """Two replicas of each backend on each kind of server."""
    database, root = fresh_database(request.param), tmp_path / "project"
    with Wire(database) as own, Wire(database) as others:
        five(kit, root, own.database, {"a3": [Gate.step(kit)]})
        with replicas(root, {"BOOTCTL__DATABASE__URL": kit.url(others.database)}) as started:
            yield Two(kit, (own, others), *started)


def test_its_session_is_ended(two: Two) -> None:
    two.end(two.sessions[0])
    time.sleep(1)
    assert not has_lock(two.second)  # the session that migrates is still there
    two.gate.open()
    assert_went_no_further(two.kit, two.first)
    two.assert_second_migrated()


def test_its_session_is_cut_off(two: Two) -> None:
    lock = two.sessions[0]
    two.wires[0].cut(lock)
    two.gate.open()
    assert_went_no_further(two.kit, two.first)
    assert not has_lock(two.second)  # the server does not know yet
    two.wires[0].reset(lock)
    two.assert_second_migrated()


def test_a_replica_that_was_frozen_finds_another_schema(two: Two) -> None:
    """Both of its sessions are gone meanwhile, and the other one has gone on."""
    two.first.send(signal.SIGSTOP)
    for session in two.sessions:
        two.end(session)
    ended = two.second.wait()
    assert ended.code in ENDS[two.database.kind], ended.stderr
    if ended.code == DONE:
        assert differences_from_head(two.kit, two.database) == []
    before = two.database.dump()
    two.gate.open()
    two.first.send(signal.SIGCONT)
    assert two.first.wait().code in (LOCKED, FAILED, NOT_READY)
    assert two.database.dump() == before


def test_its_file_is_deleted(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    root = tmp_path / "project"
    five(kit, root, sqlite, {"a3": [Gate.step(kit)]})
    with replicas(root, {}) as (gate, first, second):
        Path(f"{sqlite.name}.bootctl-lock").unlink()
        gate.open()
        assert_went_no_further(kit, first)
        assert second.wait().code == DONE
        assert differences_from_head(kit, sqlite) == []


def assert_went_no_further(kit: Kit, replica: Forked) -> None:
    """It ends because it has lost the lock, and has begun no fourth migration."""
    result = replica.wait()
    assert result.code == LOCKED, result.stderr
    assert "was lost" in result.verdict["message"]
    begun = [line["revision"] for line in result.events("migrate.applying")]
    assert begun == [kit.revision(name) for name in NAMES[:3]]


def has_lock(replica: Forked) -> bool:
    """Whether it says so."""
    return '"event": "lock.acquired"' in replica.stderr
