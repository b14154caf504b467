"""What each revision of a long history costs beside what Alembic does: counted, not timed."""

import re
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire
from tests.support.processes.forked import run
from tests.support.projects.alembic import ASYNC_ENV, SYNC_ENV, users_project

COLUMNS = range(12)
ALTER = "ALTER TABLE users ADD COLUMN"
ENVS = {"asyncpg": ASYNC_ENV, "psycopg2": SYNC_ENV}
RECORDED = ("alembic_version SET", "txid_current()", "INSERT INTO bootctl_ledger")
"""What the first message has that records a revision: Alembic's update, where it is done, and our row."""
PLANNED = re.compile(r"PREPARE (bootctl_\w+) AS")
"""What the first one has planned, of which each has both executed: what it deletes and what it inserts."""

MYSQLS = {"aiomysql": ASYNC_ENV, "pymysql": SYNC_ENV}
COMMITTED = ("SHOW SESSION STATUS", "SHOW CREATE TABLE", "REPLACE INTO", "ALTER TABLE users")
"""What is asked, and written on the lock's connection, before each statement that commits."""
OF_ALEMBIC = ("UPDATE alembic_version", "REPLACE INTO bootctl_ledger", "COMMIT")
TIMED = ("CONNECTION_ID()", "_LOCK(", "processlist")
"""What is asked a few times a second, however many revisions are applied in one: for the lock, and for progress."""


@pytest.mark.parametrize("driver", ENVS)
def test_a_revision_takes_as_many_statements_as_alembic_s_own(
    postgresql: Database, driver: str, tmp_path: Path
) -> None:
    with Wire(postgresql) as wire:
        migrate_columns(wire, f"postgresql+{driver}", ENVS[driver], tmp_path)
        [migrating] = wire.connections("ADD COLUMN c0 ")
        texts = [item.text for item in wire.statements if item.connection == migrating]
    found = between_columns(texts)
    wanted = ("ALTER TABLE users", "SAVEPOINT") * (len(COLUMNS) - 1)
    assert len(found) == len(wanted), found
    assert all(map(str.startswith, found, wanted)), found
    first, *others = found[1::2]
    planned = PLANNED.findall(first)
    assert len(planned) == 2, first
    assert all(part in first for part in RECORDED), first
    assert all(f"EXECUTE {name}(" in text for text in found[1::2] for name in planned), found
    assert not any("PREPARE" in text for text in others), others
    assert any(all(f"DEALLOCATE {name}" in text for name in planned) for text in texts), texts


@pytest.mark.parametrize("driver", MYSQLS)
def test_a_revision_that_commits_by_itself_is_kept_with_few_more(
    mariadb: Database, driver: str, tmp_path: Path
) -> None:
    with Wire(mariadb) as wire:
        migrate_columns(wire, f"mysql+{driver}", MYSQLS[driver], tmp_path)
        texts = [item.text for item in wire.statements]
    found = [text for text in between_columns(texts) if not any(part in text for part in TIMED)]
    wanted = (COMMITTED[-1], *OF_ALEMBIC, *COMMITTED[:-1]) * (len(COLUMNS) - 1)
    assert len(found) == len(wanted), found
    assert all(map(str.startswith, found, wanted)), found


def migrate_columns(wire: Wire, driver: str, env: str, root: Path) -> None:
    """Migrate through ``wire``: each of many migrations adds a column."""
    url = make_url(wire.database.sync_url).set(drivername=driver)
    project = users_project(root, str(url), env)
    down = "a1"
    for number in COLUMNS:
        body = f'op.execute("ALTER TABLE users ADD COLUMN c{number} INT")\n'
        project.migration(f"c{number:02}", down, body)
        down = f"c{number:02}"
    result = run("bootctl", "migrate", cwd=root, env={"BOOTCTL__VERIFY__MODE": "off"})
    assert result.code == 0, result.stderr


def between_columns(texts: list[str]) -> list[str]:
    """Return the statements from the first column that is added up to the last, on a line each."""
    lines = [" ".join(text.split()) for text in texts]
    first, last = (
        next(at for at, line in enumerate(lines) if line.startswith(f"{ALTER} c{number} "))
        for number in (COLUMNS[0], COLUMNS[-1])
    )
    return lines[first:last]
