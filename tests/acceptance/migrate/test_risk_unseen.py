"""Migrations whose statements are known only when they run: said, and judged when they do."""

import json
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.rows import fill_users
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import AERICH, ALEMBIC, TORTOISE, Kit
from tests.support.projects.steps import Python, Sql, Step

READS = {
    "alembic": 'assert op.get_bind().execute(sa.text("SELECT count(*) FROM users")).scalar() > 0\n',
    "aerich": 'assert await db.execute_query("SELECT count(*) FROM users")',
}
FAIL = {"BOOTCTL__MIGRATE__ON_RISK": "fail"}


def prepared(root: Path, database: Database, kit: Kit, *steps: Step) -> None:
    """A project with a filled table, and a pending migration."""
    project = kit.project(root, database)
    assert bootctl("migrate", cwd=root).code == 0
    fill_users(database)
    project.migration("a2", "a1", *steps)


@pytest.mark.parametrize("reading", [ALEMBIC, AERICH], ids=lambda kit: kit.name)
def test_a_migration_that_reads_the_database(
    tmp_path: Path, database: Database, reading: Kit
) -> None:
    prepared(tmp_path, database, reading, Python(READS[reading.name]), Sql("DELETE FROM users"))
    result = bootctl("migrate", "--plan", "--json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    document = json.loads(result.stdout)
    [unseen] = document["not_looked_at"]
    assert unseen.startswith(f"revision {reading.revision('a2')} reads the database")
    [event] = result.events("migrate.not_looked_at")
    assert event["message"] == f"not looked at: {unseen}"
    checked = bootctl("check", cwd=tmp_path)
    assert checked.code == 0, checked.stderr
    assert f"not looked at: {unseen}" in checked.stdout
    migrated = bootctl("migrate", cwd=tmp_path, env=FAIL)
    assert migrated.code == 0, migrated.stderr
    [risk] = migrated.events("migrate.risk")
    assert risk["rule"] == "delete-without-where"


def test_the_code_of_a_migration_runs_once(tmp_path: Path, database: Database, kit: Kit) -> None:
    ran = tmp_path / "ran"
    code = {
        "alembic": f"open({str(ran)!r}, 'a').write('x')\n",
        "aerich": f"open({str(ran)!r}, 'a').write('x')",
        "tortoise": f"open({str(ran)!r}, 'a').write('x')",
    }
    prepared(tmp_path, database, kit, Python(code[kit.name]), Sql("DELETE FROM users"))
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert len(result.events("migrate.risk")) == 1
    assert ran.read_text() == "x"


@pytest.mark.parametrize(
    "arguments", [("migrate", "--plan"), ("check",)], ids=lambda words: words[0]
)
def test_a_connection_of_its_own_is_not_made_to_learn_what_it_does(
    tmp_path: Path, postgresql: Database, arguments: tuple[str, ...]
) -> None:
    inserted = f"""\
import psycopg2
own = psycopg2.connect({postgresql.sync_url.replace("+psycopg2", "")!r})
own.cursor().execute("DELETE FROM users")
own.commit()
"""
    prepared(tmp_path, postgresql, ALEMBIC, Python(inserted))
    before = postgresql.dump()
    result = bootctl(*arguments, cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert "connects with psycopg2 by itself" in result.stdout + result.stderr
    assert postgresql.dump() == before


def test_what_only_the_server_executes_is_said(tmp_path: Path, postgresql: Database) -> None:
    prepared(tmp_path, postgresql, ALEMBIC, Sql("DO $$ BEGIN DELETE FROM users; END $$"))
    result = bootctl("migrate", "--plan", cwd=tmp_path)
    [event] = result.events("migrate.not_looked_at")
    assert "DO" in event["what"]


BATCH = """\
with op.batch_alter_table("users") as batch:
    batch.alter_column("email", type_=sa.String(100), nullable=False)
"""


def test_a_batch_of_alembics_is_a_copy_of_the_table(tmp_path: Path, sqlite: Database) -> None:
    prepared(tmp_path, sqlite, ALEMBIC, Python(BATCH))
    result = bootctl("migrate", "--plan", cwd=tmp_path)
    assert result.code == 0, result.stderr
    [risk] = result.events("migrate.risk")
    assert (risk["kind"], risk["rule"], risk["table"]) == ("rewriting", "table-copy", "users")
    assert len(result.events("migrate.not_looked_at")) == 1
    refused = bootctl("migrate", cwd=tmp_path, env=FAIL)
    assert refused.code == 14, refused.stderr
    migrated = bootctl("migrate", cwd=tmp_path)
    assert migrated.code == 0, migrated.stderr
    assert [item["rule"] for item in migrated.events("migrate.risk")] == ["table-copy"]
    assert sqlite.execute("SELECT count(*) FROM users") == [(30_000,)]


def test_tortoises_own_operations_are_printed(tmp_path: Path, postgresql: Database) -> None:
    prepared(tmp_path, postgresql, TORTOISE, Sql("DELETE FROM users"))
    text = (tmp_path / TORTOISE.file("a2")).read_text()
    assert "RunSQL" in text
    [risk] = json.loads(bootctl("migrate", "--plan", "--json", cwd=tmp_path).stdout)["risks"]
    assert risk["revision"] == TORTOISE.revision("a2")


def test_a_secret_in_a_statement_is_masked(tmp_path: Path, postgresql: Database) -> None:
    secret = "s3cret-of-the-service-0815"
    prepared(
        tmp_path, postgresql, ALEMBIC, Sql(f"ALTER TABLE users DROP COLUMN email /* {secret} */")
    )
    env = {"SETTINGS__DATABASE__PASSWORD": secret, "APP_PASSWORD": secret}
    result = bootctl("migrate", "--plan", cwd=tmp_path, env=env)
    assert result.events("migrate.risk"), result.stderr
    assert secret not in result.stdout + result.stderr
