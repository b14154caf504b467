"""What each revision of a long history costs beside what Alembic does: counted, not timed."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire
from tests.support.processes.forked import run
from tests.support.projects.alembic import ASYNC_ENV, SYNC_ENV, users_project

COLUMNS = range(12)
ENVS = {"asyncpg": ASYNC_ENV, "psycopg2": SYNC_ENV}
RECORDED = ("alembic_version SET", "txid_current()", "INSERT INTO bootctl_ledger")
"""What the one message has that records a revision: Alembic's update, where it is done, and our row."""


@pytest.mark.parametrize("driver", ENVS)
def test_a_revision_takes_as_many_statements_as_alembic_s_own(
    postgresql: Database, driver: str, tmp_path: Path
) -> None:
    with Wire(postgresql) as wire:
        url = make_url(wire.database.sync_url).set(drivername=f"postgresql+{driver}")
        project = users_project(tmp_path, str(url), ENVS[driver])
        down = "a1"
        for number in COLUMNS:
            body = f'op.execute("ALTER TABLE users ADD COLUMN c{number} INT")\n'
            project.migration(f"c{number:02}", down, body)
            down = f"c{number:02}"
        result = run("bootctl", "migrate", cwd=tmp_path, env={"BOOTCTL__VERIFY__MODE": "off"})
        assert result.code == 0, result.stderr
        [migrating] = wire.connections("ADD COLUMN c0 ")
        texts = [item.text for item in wire.statements if item.connection == migrating]
    first, last = (
        next(at for at, text in enumerate(texts) if f"COLUMN c{number} " in text)
        for number in (COLUMNS[0], COLUMNS[-1])
    )
    found = [" ".join(text.split()) for text in texts[first:last]]
    wanted = ("ALTER TABLE users", "SAVEPOINT") * (len(COLUMNS) - 1)
    assert len(found) == len(wanted), found
    assert all(map(str.startswith, found, wanted)), found
    assert all(part in text for text in found[1::2] for part in RECORDED), found
