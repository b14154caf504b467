"""SQLite's write-ahead log while the service has the file open: what is in it need not be committed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import KITS, Kit
from tests.support.projects.steps import Sql

LARGE = (
    "INSERT INTO seeds SELECT value, hex(randomblob(400)) FROM (WITH RECURSIVE c(value) AS "
    "(SELECT 1 UNION ALL SELECT value + 1 FROM c WHERE value < 20000) SELECT value FROM c)"
)
"""More than the cache takes: SQLite writes it into the log before the transaction ends."""


@pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.name)
@pytest.mark.parametrize("commits", [False, True])
def test_a_large_transaction_that_fails(
    tmp_path: Path, sqlite: Database, kit: Kit, commits: bool
) -> None:
    project = kit.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute("CREATE TABLE seeds (id INTEGER, note TEXT)")
    sqlite.execute("PRAGMA journal_mode=WAL")
    more = (Sql("COMMIT"),) if commits else ()
    project.migration("a2", "a1", Sql(LARGE), *more, Sql("SELECT nothing FROM nowhere"))
    with closing(sqlite3.connect(sqlite.name)) as service:
        service.execute("SELECT count(*) FROM seeds").fetchall()
        result = bootctl("migrate", cwd=tmp_path)
        again = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14, result.stderr
    message = result.verdict["message"]
    assert ("a part of the failing migration is committed, and stays" in message) is commits
    assert ("rolled back: the database is as it was before" in message) is not commits
    assert again.code == (17 if commits else 14), again.stderr
    assert sqlite.execute("SELECT count(*) FROM seeds") == [(20000 if commits else 0,)]
