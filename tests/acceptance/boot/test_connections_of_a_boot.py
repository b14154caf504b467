"""How often a boot connects: in a roll-out many do so all at once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tortoise.backends.asyncpg import client_class

from bootctl.project.tortoise.internals import connected, hang_up
from tests.support.databases.fresh import Database
from tests.support.eventually import eventually
from tests.support.processes.spawned import bootctl
from tests.support.projects.tortoise import TortoiseProject, aerich_project, native_project

BEGUN = "SELECT sessions FROM pg_stat_database WHERE datname = '{}'"
THERE = "SELECT pid FROM pg_stat_activity WHERE datname = '{}'"


@pytest.mark.parametrize("make", [aerich_project, native_project], ids=["aerich", "tortoise"])
def test_a_full_boot_at_head_asks_in_one_session_and_reads_in_one(
    tmp_path: Path, postgresql: Database, make: Callable[[Path, str], TortoiseProject]
) -> None:
    beside = replace(postgresql, name="postgres")

    def begun() -> int:
        """The sessions until now: each is counted once it has ended."""
        eventually(lambda: not beside.execute(THERE.format(postgresql.name)))
        return int(beside.execute(BEGUN.format(postgresql.name))[0][0])

    project = make(tmp_path, postgresql.tortoise_url).root
    assert bootctl("migrate", cwd=project).code == 0
    before = begun()
    done = bootctl("run", "--", "true", cwd=project, env={"BOOTCTL__VERIFY__MODE": "full"})
    assert done.code == 0
    assert begun() - before == 2


def test_a_session_that_is_closed_is_not_replaced_by_another(postgresql: Database) -> None:
    async def connections() -> list[int]:
        credentials = {"host": postgresql.host, "port": postgresql.port, "user": postgresql.user}
        client = client_class(
            **credentials, password=None, database=postgresql.name, connection_name="own"
        )
        raw = await connected(client)
        open_ones = [client._pool.get_size()]
        await raw.close()
        await asyncio.sleep(0.1)  # asyncpg's pool would connect again in a task of its own
        open_ones.append(client._pool.get_size())
        hang_up(client)
        return open_ones

    assert asyncio.run(connections()) == [1, 0]
