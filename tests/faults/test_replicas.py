"""Fifty replicas that start at once: one of them migrates, and none is in anybody's way.

They are processes forked where their libraries are imported, so that all of them are at work at
the same moment, on a machine of a few cores too.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire
from tests.support.databases.writes import committed, outside_of_scratch, writes
from tests.support.eventually import eventually
from tests.support.processes.forked import Forked, bootctl, start
from tests.support.processes.spawned import Result
from tests.support.projects.kits import Kit
from tests.support.projects.steps import Python
from tests.support.scenarios.five_migrations import NAMES, Gate, differences_from_head, five
from tests.support.scenarios.interrupted_boots import BootsOnFile

pytestmark = pytest.mark.slow

Fresh = Callable[[str], Database]

REPLICAS = 50
PATIENCE_SECONDS = 60
PROMPTLY_SECONDS = 5
LOCKS = re.compile(r"advisory(_xact)?_lock\b|GET_LOCK")

CONCURRENTLY = "CREATE INDEX CONCURRENTLY by_email ON users (email)", "DROP INDEX by_email"
IN_ITS_OWN_WORDS = {
    "alembic": "with op.get_context().autocommit_block():\n    op.execute({!r})",
    "aerich": "await db.execute_script({!r})",
    "tortoise": "await schema_editor.client.execute_script({!r})",
}
OUTSIDE = {
    "alembic": ("", ""),
    "aerich": ("RUN_IN_TRANSACTION = True", "RUN_IN_TRANSACTION = False"),
    "tortoise": ("    initial =", "    atomic = False\n    initial ="),
}
"""How a migration says that it is to run outside of a transaction."""


def test_on_an_empty_database(tmp_path: Path, database: Database, kit: Kit) -> None:
    project = five(kit, tmp_path / "project", database, {"a3": [Gate.step(kit)]})
    gate = Gate(project.root)
    replicas = started(project.root)
    eventually(
        lambda: gate.is_taken and sum(map(is_waiting, replicas)) == REPLICAS - 1, seconds=120
    )
    if database.port:
        waiting = [replica for replica in replicas if is_waiting(replica)]
        seen = [connections(replica, database.port) for _ in range(10) for replica in waiting]
        assert max(seen) == 1
    if database.kind == "postgresql":
        assert_others_index_concurrently(database)
    gate.open()
    assert_migrated_once(kit, database, ended(replicas))


def test_an_index_is_built_concurrently(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    builds = [Python(IN_ITS_OWN_WORDS[kit.name].format(text)) for text in CONCURRENTLY]
    project = five(kit, tmp_path / "project", postgresql, {"a3": builds})
    file = project.root / kit.file("a3")
    file.write_text(file.read_text().replace(*OUTSIDE[kit.name]))
    assert_migrated_once(kit, postgresql, ended(started(project.root)))


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_at_the_head_of_a_server(
    tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str
) -> None:
    """They take no lock, and commit nothing: every statement that they send is looked at."""
    with Wire(fresh_database(kind)) as wire:
        project = five(kit, tmp_path / "project", wire.database)
        assert bootctl("migrate", cwd=project.root).code == 0
        before = wire.server.dump()
        wire.begin()
        assert_only_looked(ended(started(project.root)))
        assert wire.server.dump() == before
    assert len(wire.statements) > REPLICAS
    found = outside_of_scratch(wire.statements)
    assert {item.text for item in found if LOCKS.search(item.text)} == set()
    assert {item.text for item in committed(kind, found)} == set()


def test_at_the_head_of_a_file(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    """Nor do they on a file, whose statements the project itself tells."""
    boots = BootsOnFile(kit, tmp_path / "project", sqlite)
    boots.recorded()
    before = sqlite.dump(), Path(sqlite.name).stat().st_mtime_ns
    boots.log.unlink()
    assert_only_looked(ended(started(boots.root, boots.logging)))
    assert (sqlite.dump(), Path(sqlite.name).stat().st_mtime_ns) == before
    assert {text for text in boots.statements() if writes(text)} == set()


def assert_only_looked(results: list[Result]) -> None:
    for result in results:
        assert result.events("verify.clean")
        assert not result.events("lock.waiting") + result.events("lock.acquired")


def started(root: Path, env: Mapping[str, str] | None = None) -> list[Forked]:
    """Replicas that start at once."""
    return [start("bootctl", "migrate", cwd=root, env=env) for _ in range(REPLICAS)]


def ended(replicas: list[Forked]) -> list[Result]:
    """How they ended, which is well."""
    results = [replica.wait() for replica in replicas]
    assert [result.stderr for result in results if result.code != 0] == []
    return results


def connections(replica: Forked, port: int) -> int:
    """How many connections to a server on this machine it has now."""
    sockets = {f"socket:[{row[9]}]" for row in tcp() if row[2].endswith(f":{port:04X}")}
    descriptors = Path(f"/proc/{replica.pid}/fd").iterdir()
    return sum(os.path.realpath(path).rpartition("/")[2] in sockets for path in descriptors)


def tcp() -> list[list[str]]:
    """The kernel's table: the third column is the peer's address, the tenth the socket's inode."""
    lines = Path("/proc/net/tcp").read_text().splitlines()
    return [line.split() for line in lines[1:]]


def is_waiting(replica: Forked) -> bool:
    """Whether it has said that another has the lock."""
    return '"event": "lock.waiting"' in replica.stderr


def assert_others_index_concurrently(database: Database) -> None:
    """Whoever else builds an index there has not to wait for those that wait."""
    database.execute("CREATE TABLE others (id INT)")
    began = time.monotonic()
    database.execute("CREATE INDEX CONCURRENTLY ON others (id)")
    assert time.monotonic() - began < PROMPTLY_SECONDS
    database.execute("DROP TABLE others")


def assert_migrated_once(kit: Kit, database: Database, results: list[Result]) -> None:
    """One of them did all of it, and the others nothing."""
    began = Counter(line["revision"] for r in results for line in r.events("migrate.applying"))
    assert began == {kit.revision(name): 1 for name in NAMES}
    assert sum(bool(result.events("migrate.applied")) for result in results) == 1
    assert all(result.events("verify.clean") for result in results)
    assert differences_from_head(kit, database) == []
