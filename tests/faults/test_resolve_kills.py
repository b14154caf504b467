"""The way out of a half applied migration, killed between any two of its own statements.

Whatever was reached, the same command again ends as if nothing had happened, and the next boot is at
head with each migration applied once.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.databases import fresh
from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Moment, Then, Wire
from tests.support.databases.writes import reads, writes
from tests.support.processes.forked import Forked, bootctl, start
from tests.support.projects.kits import KITS, Kit
from tests.support.scenarios.five_migrations import differences_from_head
from tests.support.scenarios.interrupted_boots import BootsOnServer

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

WAYS = ("forward", "back")
DIRTY, MOMENTS = 3, 4
"""Of the states that a killed boot leaves, and of the moments of each way out, so many are drawn."""


class Resolving:
    """Boots of one backend on MariaDB, killed; and their way out, killed too."""

    def __init__(self, kit: Kit, root: Path, wire: Wire) -> None:
        self.kit, self.wire = kit, wire
        self.boots = BootsOnServer(kit, root, wire)
        self.root = root

    def dirty(self, moment: Moment) -> str:
        """Kill a boot on an empty database; return the revision that it leaves half applied, or nothing."""
        fresh.empty(self.boots.database)
        ended = self.boots.interrupted(moment, signal.SIGKILL)
        again = bootctl("migrate", cwd=self.root)
        return str(again.verdict["revision"]) if ended and again.code == 17 else ""

    def moments(self, way: str, revision: str) -> list[Moment]:
        """Take the way out, and return its moments that write."""
        self.wire.begin()
        ended = bootctl("resolve", f"--{way}", revision, "--yes", cwd=self.root)
        assert ended.code == 0, ended.stderr
        return [item for item in self.wire.moments if not reads(item.statement.text)]

    def killed(self, way: str, revision: str, moment: Moment) -> None:
        """Kill it at ``moment``, if that comes."""
        started = threading.Event()
        processes: list[Forked] = []

        def act() -> Then:
            started.wait()
            processes[0].send(signal.SIGKILL)
            processes[0].ended()
            return Then.CLOSE

        self.wire.begin(moment, act)
        command = ("bootctl", "resolve", f"--{way}", revision, "--yes")
        processes.append(start(*command, cwd=self.root))
        started.set()
        processes[0].wait()
        self.wire.begin()

    def wrong(self, way: str, revision: str) -> str:
        """Give the command again, and boot; return what is not as it should be."""
        again = bootctl("resolve", f"--{way}", revision, "--yes", cwd=self.root)
        if again.code:
            return f"again: {again.verdict['message']}"
        after = bootctl("migrate", cwd=self.root)
        if after.code:
            return f"the boot: {after.verdict['message']}"
        return ", ".join(differences_from_head(self.kit, self.boots.database))


@pytest.fixture
def resolving(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit
) -> Iterator[Resolving]:
    with Wire(fresh_database("mariadb")) as wire:
        yield Resolving(kit, tmp_path / "project", wire)


@pytest.mark.parametrize(
    ("kit", "way"),
    [pytest.param(kit, way, id=f"{kit.name}-{way}") for kit in KITS for way in WAYS],
)
def test_killed_on_the_way_out(resolving: Resolving, way: str) -> None:
    boot = [it for it in resolving.boots.recorded() if writes(it.statement.text) and it.done]
    found: dict[str, str] = {}
    left = DIRTY
    for state in boot[len(boot) // 3 :: 5]:
        revision = resolving.dirty(state)
        if not revision or not left:
            continue
        left -= 1
        moments = resolving.moments(way, revision)
        wrong = resolving.wrong(way, revision)
        found |= {f"{state}": wrong} if wrong else {}
        for moment in moments[:: max(len(moments) // MOMENTS, 1)]:
            if resolving.dirty(state) != revision:  # boots differ a little
                continue
            resolving.killed(way, revision, moment)
            wrong = resolving.wrong(way, revision)
            found |= {f"{state}, then {moment}": wrong} if wrong else {}
    assert left < DIRTY
    assert not found, "\n".join(f"{at}: {what}" for at, what in found.items())
