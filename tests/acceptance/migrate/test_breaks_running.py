"""``migrate.breaks_running``: what a migration does to the version that still runs is told before it is committed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.projects.kits import AERICH, ALEMBIC, Kit
from tests.support.projects.steps import Python, Sql
from tests.support.scenarios.rolling import BREAKING, BY, additive, migrated, released, second, told

FAIL = {"BOOTCTL__MIGRATE__BREAKS_RUNNING": "fail"}
COMMITTING = "RUN_IN_TRANSACTION = False"
COPIED = "ALTER TABLE new_goods RENAME TO goods"


def statement(kind: str, broken: str) -> str:
    """What is to be told that has broken it."""
    found = BREAKING[kind][broken]
    if kind == "sqlite" and not broken.startswith(("missing table ", "missing view ")):
        return COPIED
    return BY.get(broken, found[-1])


def test_each_change_that_breaks_it_is_told_with_its_statement(
    kit: Kit, database: Database, tmp_path: Path
) -> None:
    boot = released(kit, database, tmp_path)
    breaking = BREAKING[database.kind]
    result = second(boot, *(text for texts in breaking.values() for text in texts))
    assert result.code == 0, result.stderr
    found = told(result)
    renamed = found.pop("unexpected column goods.other", "")
    assert found == {broken: statement(database.kind, broken) for broken in breaking}
    assert renamed == ""  # it takes NULL: the old version does not mind the new name
    [first, *_] = result.events("migrate.breaks_running")
    assert first["version"] == "1.4.2"
    assert first["revision"] == kit.revision("a2")
    assert first["is_committed"] is False


@pytest.mark.slow
def test_what_only_adds_breaks_nothing(kit: Kit, database: Database, tmp_path: Path) -> None:
    boot = released(kit, database, tmp_path)
    result = second(boot, *additive(database.kind), **FAIL)
    assert result.code == 0, result.stderr
    assert told(result) == {}
    assert not result.events("migrate.running_unknown")


def test_it_is_refused_and_the_verdict_names_column_and_version(
    kit: Kit, database: Database, tmp_path: Path
) -> None:
    boot = released(kit, database, tmp_path)
    before = database.dump()
    drop = "ALTER TABLE goods DROP COLUMN dropped"
    result = second(boot, "CREATE TABLE news (id INTEGER)", drop, **FAIL)
    assert result.code == 14
    assert _kept(database.dump()) == _kept(before)
    verdict = result.verdict
    assert verdict["version"] == "1.4.2"
    for said in ("missing column goods.dropped", "version 1.4.2", drop, kit.revision("a2")):
        assert said in verdict["message"]
    warned = second(boot, "CREATE TABLE news (id INTEGER)", drop)
    assert warned.code == 0, warned.stderr


def _kept(dump: str) -> str:
    """The dump, less where sequences are, which no rollback takes back."""
    return re.sub(r"(?m)^SELECT pg_catalog.setval.*$", "", dump)


def test_a_database_that_nobody_runs_on_is_not_asked(tmp_path: Path, sqlite: Database) -> None:
    boot = released(ALEMBIC, sqlite, tmp_path)
    sqlite.execute("DELETE FROM bootctl_ledger WHERE scope = 'receipt:'")
    boot.project.migration("a3", "a2", Sql("CREATE TABLE news (id INTEGER)"))
    result = second(boot, "DROP TABLE gone", **FAIL)
    assert result.code == 0, result.stderr
    assert len(result.events("migrate.applied")) == 2
    [said] = result.events("migrate.running_unknown")  # once, however many migrations there are
    assert "no receipt" in said["why"]


@pytest.mark.slow
def test_a_migration_of_its_own_transaction_is_refused_alone(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    database = fresh_database("postgresql")
    boot = released(ALEMBIC, database, tmp_path)
    env = boot.project.root / "migrations/env.py"
    per_step = "target_metadata=metadata, transaction_per_migration=True"
    env.write_text(env.read_text().replace("target_metadata=metadata", per_step))
    assert "transaction_per_migration" in env.read_text()
    boot.project.migration("a3", "a2", Python('op.drop_column("goods", "dropped")'))
    result = second(boot, "CREATE TABLE news (id INTEGER)", **FAIL)
    assert result.code == 14, result.stderr
    assert "these migrations stay applied: a2" in result.verdict["message"]
    [(column,)] = database.execute(
        "SELECT count(*) FROM information_schema.columns WHERE column_name = 'dropped'"
    )
    assert column == 1


@pytest.mark.slow
def test_a_step_after_one_without_a_transaction_is_refused_alone(
    tmp_path: Path, postgresql: Database
) -> None:
    boot = released(AERICH, postgresql, tmp_path)
    boot.project.migration("a3", "a2", Sql("ALTER TABLE goods DROP COLUMN dropped"))
    news = boot.project.migration("a2", "a1", Sql("CREATE TABLE news (id INTEGER)"))
    news.write_text(news.read_text().replace("RUN_IN_TRANSACTION = True", COMMITTING))
    result = migrated(boot, **FAIL)
    assert result.code == 14, result.stderr
    assert f"these migrations stay applied: {AERICH.revision('a2')}" in result.verdict["message"]
    assert postgresql.execute("SELECT dropped FROM goods") == []


@pytest.mark.slow
def test_what_has_committed_by_itself_is_told_afterwards(
    tmp_path: Path, postgresql: Database
) -> None:
    boot = released(AERICH, postgresql, tmp_path)
    drop = boot.project.migration("a2", "a1", Sql("ALTER TABLE goods DROP COLUMN dropped"))
    drop.write_text(drop.read_text().replace("RUN_IN_TRANSACTION = True", COMMITTING))
    result = migrated(boot, **FAIL)
    assert result.code == 0, result.stderr
    [event] = result.events("migrate.breaks_running")
    assert (event["object"], event["is_committed"]) == ("goods.dropped", True)


@pytest.mark.slow
def test_a_batch_of_alembic_is_told_by_its_copy(tmp_path: Path, sqlite: Database) -> None:
    boot = released(ALEMBIC, sqlite, tmp_path)
    batch = 'with op.batch_alter_table("goods") as batch:\n    batch.drop_column("dropped")'
    result = second(boot, Python(batch))
    assert result.code == 0, result.stderr
    assert told(result) == {
        "missing column goods.dropped": "ALTER TABLE _alembic_tmp_goods RENAME TO goods"
    }


@pytest.mark.slow
def test_what_cannot_be_rehearsed_is_said_and_told_afterwards(
    tmp_path: Path, mariadb: Database
) -> None:
    boot = released(ALEMBIC, mariadb, tmp_path)
    drop = f"ALTER TABLE `{mariadb.name}`.goods DROP COLUMN dropped"
    result = second(boot, drop, **FAIL)
    assert result.code == 0, result.stderr
    [said] = result.events("migrate.running_unknown")
    assert "cannot be rehearsed" in said["why"]
    [event] = result.events("migrate.breaks_running")
    assert (event["object"], event["is_committed"]) == ("goods.dropped", True)


@pytest.mark.slow
def test_the_termination_message_of_a_job_names_column_and_version(
    tmp_path: Path, postgresql: Database
) -> None:
    boot = released(ALEMBIC, postgresql, tmp_path)
    path = tmp_path / "termination-log"
    path.touch()
    job = {**FAIL, "BOOTCTL__LOG__TERMINATION_MESSAGE": str(path)}
    assert second(boot, "ALTER TABLE goods DROP COLUMN dropped", **job).code == 14
    message = json.loads(path.read_text())
    assert message["exit_code"] == 14
    for said in ("goods.dropped", "version 1.4.2", "rolled back"):
        assert said in message["message"]
