"""What only Aerich's migrations do: their scripts, their own code, their table."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.projects.kits import AERICH
from tests.support.projects.steps import Change, Python, Sql
from tests.support.projects.tortoise import aerich_version
from tests.support.projects.tortoise_shapes import REVISIONS, migrates, refused, status, two_apps
from tests.support.scenarios.ten_tortoise_migrations import MODELS, aerich_chain

A1, A2, A3 = map(aerich_version, ("a1", "a2", "a3"))
OUTSIDE = "RUN_IN_TRANSACTION = False"
IN_TRANSACTION = (
    'async with in_transaction("default") as inner:\n    await inner.execute_script({!r})'
)


def outside(path: Path) -> None:
    """Have a migration run outside of any transaction."""
    path.write_text(path.read_text().replace("RUN_IN_TRANSACTION = True", OUTSIDE))


def test_an_index_created_concurrently(tmp_path: Path, postgresql: Database) -> None:
    project = AERICH.project(tmp_path, postgresql)
    models = (tmp_path / "models.py").read_text()
    project.write("models.py", models.replace("max_length=100", "max_length=100, db_index=True"))
    outside(
        project.migration("a2", "a1", Sql("CREATE INDEX CONCURRENTLY by_email ON users (email)"))
    )
    result = migrates(tmp_path, postgresql, revisions=[A1, A2])
    assert not result.events("verify.before_commit")
    found = postgresql.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'users'")
    assert ("by_email",) in found


def test_a_failure_outside_of_a_transaction_says_what_stays(
    tmp_path: Path, postgresql: Database
) -> None:
    project = AERICH.project(tmp_path, postgresql)
    steps = Python('await db.execute_script("CREATE TABLE half (id INT)")'), Sql("SELECT nothing")
    outside(project.migration("a2", "a1", *steps))
    result = run("bootctl", "migrate", cwd=tmp_path)
    assert result.verdict["exit_code"] == 14
    assert result.verdict["stayed"] == [A1]
    assert "a part of the failing migration is committed" in result.verdict["message"]
    assert postgresql.tables() == {"users", "aerich", "half"}
    assert status(tmp_path)["pending"] == [A2]


def test_an_upgrade_that_executes_statements_itself(tmp_path: Path, database: Database) -> None:
    project = AERICH.project(tmp_path, database)
    project.models("name")
    insert = "INSERT INTO users (email) VALUES ('a@example.org')"
    path = project.migration(
        "a2",
        "a1",
        Python(IN_TRANSACTION.format(insert)),
        Change.ADD_NAME,
        Python("await db.execute_query(\"UPDATE users SET name = 'Ann'\")"),
    )
    path.write_text(f"from tortoise.transactions import in_transaction\n{path.read_text()}")
    migrates(tmp_path, database, revisions=[A1, A2])
    assert database.execute("SELECT email, name FROM users") == [("a@example.org", "Ann")]


OWN = {
    "db": "await db.execute_query('DELETE FROM users')",
    "transaction": "from tortoise.transactions import in_transaction\n"
    + IN_TRANSACTION.format("DELETE FROM users"),
    "connection": "from tortoise import Tortoise\n"
    "await Tortoise.get_connection('default').execute_query('DELETE FROM users')",
    "model": "from models import User\nawait User.all().delete()",
}


@pytest.mark.parametrize("code", OWN.values(), ids=OWN)
def test_printing_executes_nothing(tmp_path: Path, sqlite: Database, code: str) -> None:
    project = AERICH.project(tmp_path, sqlite)
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    sqlite.execute("INSERT INTO users (email) VALUES ('a@example.org')")
    before = sqlite.dump()
    project.migration("a2", "a1", Python(code))
    printed = run("bootctl", "migrate", "--sql", cwd=tmp_path)
    assert printed.code == 0, printed.stderr
    assert sqlite.dump() == before
    assert "-- upgrade() executes statements itself" in printed.stdout
    assert "\n-- when all of it is done: INSERT INTO aerich" in printed.stdout


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_what_an_upgrade_executed_itself_is_rolled_back(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    database = fresh_database(kind)
    project = AERICH.project(tmp_path, database)
    own = Python(IN_TRANSACTION.format("CREATE TABLE own (id INT); CREATE TABLE other (id INT)"))
    path = project.migration("a2", "a1", own, Python("raise ValueError('too late')"))
    path.write_text(f"from tortoise.transactions import in_transaction\n{path.read_text()}")
    assert run("bootctl", "migrate", cwd=tmp_path).verdict["stayed"] == []
    assert database.tables() == set()


def test_a_file_that_does_not_say_what_the_models_were(tmp_path: Path, sqlite: Database) -> None:
    AERICH.project(tmp_path, sqlite)
    result = migrates(tmp_path, sqlite, revisions=[A1])
    [warning] = result.events("migrate.unstated")
    assert warning["level"] == "warning"
    assert warning["revision"] == A1
    assert "aerich fix-migrations" in warning["hint"]


def test_a_file_of_aerich_says_what_the_models_were(tmp_path: Path, sqlite: Database) -> None:
    made = aerich_chain(tmp_path, sqlite, MODELS).make("create")
    assert not migrates(tmp_path, sqlite, revisions=[made]).events("migrate.unstated")


AERICH_TABLE = """\
CREATE TABLE aerich (
    id SERIAL NOT NULL PRIMARY KEY,
    version VARCHAR(255) NOT NULL,
    app VARCHAR(100) NOT NULL,
    content JSONB NOT NULL
)"""


def test_the_table_is_where_the_model_of_aerich_is(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    first, last = fresh_database("postgresql"), fresh_database("postgresql")
    two_apps(AERICH, tmp_path, first, last, steps=[Sql(AERICH_TABLE)])
    settings = (tmp_path / "settings.py").read_text()
    value = ast.literal_eval(settings.partition(" = ")[2])
    value["apps"]["models"]["models"].remove("aerich.models")
    value["apps"]["blog"]["models"].append("aerich.models")
    value["apps"] = {name: value["apps"][name] for name in ("blog", "models")}
    (tmp_path / "settings.py").write_text(f"TORTOISE_ORM = {value!r}\n")
    migrates(tmp_path, first, last, revisions=REVISIONS["aerich"][::-1])
    assert last.execute("SELECT app FROM aerich ORDER BY id") == [("blog",), ("models",)]
    assert first.execute("SELECT app FROM aerich") == []


def test_a_row_that_no_file_is_and_a_file_that_no_row_is(tmp_path: Path, sqlite: Database) -> None:
    project = AERICH.project(tmp_path, sqlite)
    path = project.migration("a3", "a1", Sql("SELECT 1"))
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    path.unlink()
    project.migration("a2", "a1", Change.CREATE_POSTS)
    verdict = refused(tmp_path, 15, sqlite, said=["diverged", A3])
    assert verdict["unknown"] == [A3]
    assert status(tmp_path)["direction"] == "diverged"


def test_a_file_with_an_earlier_number_that_came_later(tmp_path: Path, sqlite: Database) -> None:
    project = AERICH.project(tmp_path, sqlite)
    project.migration("a3", "a1", Sql("SELECT 1"))
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", Change.ADD_NAME)
    project.models("name")
    found = status(tmp_path)
    assert (found["direction"], found["pending"]) == ("behind", [A2])
    assert run("bootctl", "migrate", "--plan", cwd=tmp_path).stdout.startswith(f"{A2}\t")
    migrates(tmp_path, sqlite, revisions=[A2])


SCRIPT = '''\
import os

from tortoise import BaseDBAsyncClient


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE one (id INT);
        CREATE TABLE two (
            id INT
        );

        INSERT INTO one VALUES (1);
        INSERT INTO nowhere
        VALUES (2);
        INSERT INTO one VALUES (3);
    """
'''


def test_the_line_of_the_statement_that_fails(tmp_path: Path, database: Database) -> None:
    project = AERICH.project(tmp_path, database)
    assert run("bootctl", "migrate", cwd=tmp_path).code == 0
    project.write(f"migrations/models/{A2}", SCRIPT)
    before = database.dump()
    verdict = run("bootctl", "migrate", cwd=tmp_path).verdict
    assert verdict["exit_code"] == 14
    assert verdict["file"] == f"migrations/models/{A2}"
    assert verdict["file"] in verdict["message"]
    assert "nowhere" in verdict["message"]
    if database.kind == "mariadb":
        assert database.tables() == {"users", "aerich", "one", "two"}
        return
    assert verdict["line"] == 14
    assert verdict["statement"].startswith("INSERT INTO nowhere VALUES (2)")
    assert verdict["stayed"] == []
    assert database.dump() == before


NO_SCRIPTS = {
    "returns nothing": ("async def upgrade(db):\n    pass\n", 14, "returned NoneType", 1),
    "is no coroutine": ("\ndef upgrade(db):\n    return ''\n", 16, "is not a coroutine", 2),
    "yields": ("async def upgrade(db):\n    yield ''\n", 16, "is not a coroutine", 1),
    "is no function": ("upgrade = 'SELECT 1'\n", 16, "upgrade()", 1),
}


@pytest.mark.parametrize(("text", "code", "said", "line"), NO_SCRIPTS.values(), ids=NO_SCRIPTS)
def test_an_upgrade_that_gives_no_script(
    tmp_path: Path, sqlite: Database, text: str, code: int, said: str, line: int
) -> None:
    AERICH.project(tmp_path, sqlite).write(f"migrations/models/{A2}", text)
    place = f"migrations/models/{A2}:{line}"
    verdict = refused(tmp_path, code, said=[said, place])
    assert (verdict["file"], verdict["line"]) == (f"migrations/models/{A2}", line)
    assert sqlite.tables() == set()


@pytest.mark.parametrize("script", ["", " \n ;\n"], ids=["empty", "blank"])
def test_an_empty_script(tmp_path: Path, database: Database, script: str) -> None:
    project = AERICH.project(tmp_path, database)
    project.write(f"migrations/models/{A2}", f"async def upgrade(db):\n    return {script!r}\n")
    migrates(tmp_path, database, revisions=[A1, A2])
