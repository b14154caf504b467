"""``migrate.progress``, of migrations that take long in the database."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.spawned import Result, bootctl
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit
from tests.support.projects.steps import Change, Sql

TOLERANT = {"BOOTCTL__VERIFY__ON_DRIFT": "warn"}
FILL = """
CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 3) AS t FROM generate_series(1, 11000) g
"""
SLOW = """
CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
AS $$ BEGIN IF length($1) > 0 THEN PERFORM pg_sleep(0.001); END IF; RETURN $1; END $$
"""
"""An index with it takes twelve seconds at least, on any machine."""
COUNT = """
CREATE TABLE counted AS WITH RECURSIVE c(x) AS
(SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 40000000) SELECT count(x) FROM c
"""


def migrated(kit: Kit, root: Path, database: Database, *steps: Sql) -> Result:
    project = kit.project(root, database)
    project.migration("a1", None, Change.CREATE_USERS, *steps)
    result = bootctl("migrate", cwd=root, env=TOLERANT, timeout=180)
    assert result.code == 0, result.stderr
    return result


@pytest.mark.slow
def test_the_progress_of_an_index_on_postgresql(tmp_path: Path, postgresql: Database) -> None:
    postgresql.execute(FILL)
    postgresql.execute(SLOW)
    step = Sql("CREATE INDEX big_t ON big (slow(t), ('canary' || t))", "DROP INDEX big_t")
    result = migrated(ALEMBIC, tmp_path, postgresql, step)
    first = result.events("migrate.progress")[0]
    assert first.items() >= {"statement": "CREATE INDEX", "table": "big", "state": "active"}.items()
    assert first["revision"] == ALEMBIC.revision("a1")
    assert first["phase"].startswith("building index")
    assert 0 < first["percent"] <= 100
    assert first["done"] <= first["total"]
    assert first["duration_ms"] >= 10_000
    assert "canary" not in first["message"]


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("kit", "kind", "statement"),
    [
        (AERICH, "mariadb", "SELECT sleep(12)"),
        (TORTOISE, "postgresql", "SELECT pg_sleep(12)"),
        (ALEMBIC, "sqlite", COUNT),
        (AERICH, "sqlite", COUNT),
        (TORTOISE, "sqlite", COUNT),
    ],
    ids=lambda value: value.name if isinstance(value, Kit) else str(value)[:10],
)
def test_every_backend_tells(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str, statement: str
) -> None:
    database = fresh_database(kind)
    result = migrated(kit, tmp_path, database, Sql(statement, "SELECT 1"))
    first = result.events("migrate.progress")[0]
    assert first["revision"] == kit.revision("a1")
    assert first["statement"]
    assert ("state" in first) == (kind != "sqlite")
