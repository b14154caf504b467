"""A server that has no connection left: before a migration, and in the middle of a boot."""

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.trusting import own_database
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit
from tests.support.scenarios.one_of_three import Behind, behind

pytestmark = pytest.mark.slow

PSYCOPG_ALEMBIC = dataclasses.replace(
    ALEMBIC,
    name="alembic-psycopg",
    url=lambda database: database.sync_url.replace("psycopg2", "psycopg"),
)
LIMIT = 10
RESERVED = 3
OPTIONS = {
    "postgresql": [
        *("-c", f"max_connections={LIMIT + RESERVED}"),
        *("-c", f"superuser_reserved_connections={RESERVED}"),
        *("-c", "max_wal_senders=0"),
    ],
    "mariadb": [f"--max-connections={LIMIT}"],
}
PLAIN = {
    "postgresql": ["CREATE ROLE plain LOGIN", "GRANT bootctl TO plain"],
    "mariadb": [
        "CREATE USER plain@'%'",
        "GRANT ALL ON app.* TO plain@'%'",
        "GRANT ALL ON `bootctl\\_scratch\\_%`.* TO plain@'%'",
    ],
}
"""Whoever may administer the server gets in although it is full."""
CASES = [
    *(("postgresql", kit) for kit in (ALEMBIC, PSYCOPG_ALEMBIC, ASYNC_ALEMBIC, AERICH)),
    *(("mariadb", kit) for kit in (ALEMBIC, TORTOISE)),
]


@pytest.mark.parametrize(("kind", "kit"), CASES, ids=lambda value: getattr(value, "name", value))
def test_no_connection_is_left(tmp_path: Path, kind: str, kit: Kit) -> None:
    with own_database(kind, *OPTIONS[kind]) as own:
        for statement in PLAIN[kind]:
            own.database.execute(statement)
        project = behind(tmp_path, kit, own.database)
        plain = dataclasses.replace(own.database, user="plain")
        project.connect(plain)
        with held(plain, LIMIT - 1) as others:
            assert_full(project, "inspect")
            others.enter_context(plain.session())
            assert_full(project, "wait", wait__timeout="500ms")
            waiting = project.running()
            waiting.until("wait.retry")
        result = waiting.result()
        assert result.code == 0, result.stderr
        project.assert_heals()


def assert_full(project: Behind, stage: str, **env: str) -> None:
    verdict = project.migrate(**env).verdict
    assert verdict["exit_code"] == 11, verdict
    assert verdict["stage"] == stage
    causes = [target["cause"] for target in verdict.get("targets", [verdict])]
    assert causes == ["too many connections"]
    assert f"127.0.0.1:{project.database.port}" in verdict["message"]
    project.assert_kept()


@contextmanager
def held(database: Database, number: int) -> Iterator[ExitStack]:
    """So many sessions are open inside, and what else is entered."""
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(database.session())
        yield stack
