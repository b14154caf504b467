"""Signals between any two statements of a boot: nothing is applied twice, nothing is left out.

Each test interrupts boots of five migrations at moments drawn evenly from all there are, and again
from those at statements that write: the same moments in every run. With EVERY_MOMENT=1 it takes
every one at a statement that changes something or ends a transaction, some 2,500, for an hour. What
lies between them only reads:

    EVERY_MOMENT=1 python -m pytest -n 2 tests/faults/test_kills.py
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.databases import fresh
from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Moment, Wire
from tests.support.databases.writes import reads, writes
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import KITS, Kit
from tests.support.scenarios.five_migrations import differences_from_head
from tests.support.scenarios.interrupted_boots import Boots, BootsOnFile, BootsOnServer

pytestmark = pytest.mark.slow
IN_LONG_SUITE = ("alembic-postgresql", "aerich-sqlite")

Fresh = Callable[[str], Database]

EVERY = bool(os.environ.get("EVERY_MOMENT"))
KILLS, TERMS = 6, 3
"""How many moments are drawn of all, and again of those at a write."""
DONE, DIRTY = 0, 17
ENDS = {"postgresql": {DONE}, "sqlite": {DONE}, "mariadb": {DONE, DIRTY}}
"""How the next boot may end: where the migrations are one transaction, it is as the first."""
WAYS_OUT = ("forward", "back")
INTERRUPTED = {signal.SIGKILL: -9, signal.SIGTERM: 143}

every_pair = pytest.mark.parametrize(
    ("kit", "kind"),
    [pytest.param(kit, kind, id=f"{kit.name}-{kind}") for kit in KITS for kind in ENDS],
)


@pytest.fixture
def boots(tmp_path: Path, fresh_database: Fresh, kit: Kit, kind: str) -> Iterator[Boots]:
    """Boots of one backend on an empty database of one kind."""
    database, root = fresh_database(kind), tmp_path / "project"
    with ExitStack() as stack:
        if kind == "sqlite":
            yield BootsOnFile(kit, root, database)
        else:
            yield BootsOnServer(kit, root, stack.enter_context(Wire(database)))


@every_pair
def test_killed_at_any_moment(boots: Boots, kit: Kit) -> None:
    moments = drawn(boots.recorded(), KILLS)
    assert_no_problem({at: problem(boots, kit, at, signal.SIGKILL) for at in moments})


@every_pair
def test_terminated_at_any_moment(boots: Boots, kit: Kit) -> None:
    """The lock is free at once."""
    whole = [moment for moment in boots.recorded() if moment.done in (0, moment.parts)]
    moments = drawn(whole, TERMS)
    env = {"BOOTCTL__LOCK__TIMEOUT": "1s"}
    assert_no_problem({at: problem(boots, kit, at, signal.SIGTERM, env) for at in moments})


def drawn(moments: Sequence[Moment], count: int) -> list[Moment]:
    """See the module."""
    if EVERY:
        return [moment for moment in moments if not reads(moment.statement.text)]
    at_writes = [moment for moment in moments if writes(moment.statement.text)]
    return list(dict.fromkeys([*_evenly(moments, count), *_evenly(at_writes, count)]))


def _evenly(moments: Sequence[Moment], count: int) -> Sequence[Moment]:
    step = max(len(moments) // count, 1)
    return moments[step // 2 :: step]


def problem(
    boots: Boots,
    kit: Kit,
    moment: Moment,
    number: signal.Signals,
    env: dict[str, str] | None = None,
) -> str:
    """What is wrong with how a boot ends by a signal, or with the one after it, run in ``env``.

    Where that one is refused, each way out is followed, from the same state.
    """
    for way in WAYS_OUT:
        fresh.empty(boots.database)
        ended = boots.interrupted(moment, number)
        if ended is None:
            return "" if EVERY else "it was not reached"
        if ended.code != INTERRUPTED[number]:
            return f"{number.name} ended it with {ended.code}: {ended.stderr}"
        again = bootctl("migrate", cwd=boots.root, env=env)
        if again.code not in ENDS[boots.database.kind]:
            return f"the next one ended with {again.code}: {again.verdict['message']}"
        if again.code == DIRTY:
            for statement in again.verdict[way]:
                boots.database.execute(statement)
            after = bootctl("migrate", cwd=boots.root)
            if after.code != DONE:
                return f"{way} out of {again.verdict['message']}: {after.verdict['message']}"
        wrong = differences_from_head(kit, boots.database)
        if wrong:
            return ", ".join(wrong)
        if again.code == DONE:
            break
    return ""


def assert_no_problem(found: Mapping[Moment, str]) -> None:
    """Expect none, and name every one."""
    wrong = [f"{moment}: {what}" for moment, what in found.items() if what]
    assert not wrong, "\n".join(wrong)
