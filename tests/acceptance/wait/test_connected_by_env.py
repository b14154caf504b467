"""A function of env.py that connects only while env.py runs, as the connectors of cloud providers do."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.alembic import ADD_NAME, SYNC_ENV, USERS_MODEL, users_project

HEAD = SYNC_ENV.partition("def run_migrations_online")[0]
WORK = """
def work(connection):
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
OF_A_LOOP = """
import asyncio, asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

class Connector:
    async def __aenter__(self):
        self.loop, self.closed = asyncio.get_running_loop(), False
        return self

    async def __aexit__(self, *error):
        self.closed = True

    async def connect(self):
        if self.closed or asyncio.get_running_loop() is not self.loop:
            raise RuntimeError("the running loop is not the connector's")
        return await asyncpg.connect(host={host!r}, port={port}, user={user!r}, database={name!r})

async def main():
    async with Connector() as connector:
        engine = create_async_engine("postgresql+asyncpg://{place}", async_creator=connector.connect)
        async with engine.connect() as connection:
            await connection.run_sync(work)
        await engine.dispose()

asyncio.run(main())
"""
OF_A_THREAD = """
import asyncio, threading, psycopg2
from sqlalchemy import create_engine

class Connector:
    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        {closes}

    def connect(self):
        return asyncio.run_coroutine_threadsafe(self.open(), self.loop).result()

    async def open(self):
        return psycopg2.connect(host={host!r}, port={port}, user={user!r}, dbname={name!r})

with Connector() as connector:
    engine = create_engine("postgresql+psycopg2://{place}", creator=connector.connect)
    with engine.connect() as connection:
        work(connection)
"""
ENVS = {
    "loop": OF_A_LOOP,
    "thread": OF_A_THREAD.replace("{closes}", "self.loop.close()"),
    "hangs": OF_A_THREAD.replace("{closes}", "pass"),
}


def project(root: Path, database: Database, kind: str, place: str = "") -> None:
    """A project whose env.py connects by a connector."""
    made = users_project(root, database.sync_url)
    named = {"host": database.host, "port": database.port, "user": database.user}
    text = (HEAD + WORK).replace("{top}", "")
    text += ENVS[kind].format(name=database.name, place=place, **named)
    made.write("migrations/env.py", text)
    made.models(USERS_MODEL + 'users.append_column(sa.Column("name", sa.String(50)))\n')
    made.migration("a2", "a1", ADD_NAME)


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("loop", ""),
        *(
            pytest.param(kind, place, marks=pytest.mark.slow)
            for kind in ENVS
            for place in ("", "somewhere/else")
            if (kind, place) != ("loop", "")
        ),
    ],
)
def test_every_command_connects(
    tmp_path: Path, postgresql: Database, kind: str, place: str
) -> None:
    project(tmp_path, postgresql, kind, place)
    for command in ("wait", "status", "migrate --plan", "migrate", "check --live", "run -- true"):
        result = bootctl(*command.split(), cwd=tmp_path, env={"BOOTCTL__WAIT__TIMEOUT": "20"})
        assert result.code == 0, (command, result.stderr)
        assert "not the connector" not in result.stderr
