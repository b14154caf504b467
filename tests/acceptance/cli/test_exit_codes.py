"""Every exit code that is reachable, each reached by a command, and what its verdict says."""

import fcntl
import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes import spawned
from tests.support.processes.forked import bootctl
from tests.support.processes.prompt import PROMPT_SECONDS, promptly
from tests.support.processes.watched import Running
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit
from tests.support.projects.steps import Change, Python, Sql, Step
from tests.support.servers import standard
from tests.support.servers.ports import free_port
from tests.support.servers.standard import Server

NO_ORM = {"BOOTCTL__ORM": "none"}
SHORT = {"BOOTCTL__WAIT__TIMEOUT": "300ms"}


@pytest.fixture(scope="module")
def strict_postgresql() -> Server:
    """A cluster that asks for a password."""
    return standard.start_postgresql(auth="scram-sha-256", password="right")


@pytest.fixture
def untouched(sqlite: Database) -> Iterator[None]:
    """The test leaves its database, an empty file, as it was."""
    sqlite.execute("SELECT 1")
    before = sqlite.dump()
    yield
    assert sqlite.dump() == before


def test_1_for_a_bug_with_its_traceback(tmp_path: Path) -> None:
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow/tomllib.py").write_text('"""Not Python\'s."""\n')
    (tmp_path / "pyproject.toml").touch()
    shadowed = {**NO_ORM, "PYTHONPATH": "shadow"}
    verdict = spawned.bootctl("run", "--", "true", cwd=tmp_path, env=shadowed).verdict
    assert verdict["exit_code"] == 1
    assert "tomllib" in verdict["message"]
    assert "sources.py" in verdict["traceback"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("migrate", "--no-such-option"), "--no-such-option"),
        (("no-such-command",), "no-such-command"),
        (("status", "--project", "no/such/directory"), "no/such/directory"),
        (("migrate", "--plan", "--sql"), "--sql"),
        (("config", "--set", "orm"), "KEY=VALUE"),
    ],
)
def test_2_for_a_wrong_command_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    result = bootctl(*arguments, cwd=tmp_path)
    assert result.verdict["exit_code"] == 2
    assert said in result.verdict["message"]
    assert result.stdout == ""


def test_3_for_an_invalid_setting(tmp_path: Path) -> None:
    verdict = bootctl("run", cwd=tmp_path, env={"BOOTCTL__WAIT__TIMEOUT": "soon"}).verdict
    assert verdict["exit_code"] == 3
    assert verdict["stage"] == "settings"
    assert "BOOTCTL__WAIT__TIMEOUT" in verdict["hint"]


@pytest.mark.parametrize("command", ["migrate", "detect"])
def test_10_for_no_project(tmp_path: Path, command: str) -> None:
    verdict = bootctl(command, cwd=tmp_path).verdict
    assert verdict["exit_code"] == 10
    assert verdict["stage"] == "detect"
    assert "BOOTCTL__ORM=none" in verdict["hint"]


def test_10_for_equal_evidence_shows_both(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("alembic==1.20\naerich\n")
    verdict = bootctl("detect", cwd=tmp_path).verdict
    assert verdict["exit_code"] == 10
    for backend in ("alembic", "aerich"):
        assert f"{backend} among the dependencies" in verdict["message"]
        assert backend in verdict["hint"]


@pytest.mark.parametrize("scheme", ["tcp", "postgresql", "mysql"])
def test_11_for_a_closed_port(tmp_path: Path, scheme: str) -> None:
    target = f"{scheme}://127.0.0.1:{free_port()}"
    target += "" if scheme == "tcp" else "/app"
    with promptly():
        env = {"BOOTCTL__WAIT__TIMEOUT": "1s"}  # the first attempt imports the driver
        result = bootctl("wait", target, cwd=tmp_path, env=env)
    assert result.verdict["exit_code"] == 11
    assert result.verdict["stage"] == "wait"
    assert target in result.verdict["message"]
    assert result.events("wait.retry")


@pytest.mark.parametrize("command", ["run", "status"])
def test_11_before_anything_else_of_the_database_is_asked(
    tmp_path: Path, kit: Kit, command: str
) -> None:
    kit.project(tmp_path, Database("postgresql", "app", "127.0.0.1", free_port(), "app"))
    arguments = (command, "--", "true") if command == "run" else (command,)
    verdict = bootctl(*arguments, cwd=tmp_path, env=SHORT).verdict
    assert verdict["exit_code"] == 11
    assert verdict["stage"] == "wait"


def test_12_for_a_wrong_password_long_before_the_deadline(
    tmp_path: Path, strict_postgresql: Server, kit: Kit
) -> None:
    port = strict_postgresql.port
    kit.project(tmp_path, Database("postgresql", "postgres", "127.0.0.1", port, "bootctl:wrong"))
    with promptly():
        verdict = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__WAIT__TIMEOUT": "100"}).verdict
    assert verdict["exit_code"] == 12
    assert verdict["stage"] == "wait"
    assert "credentials" in verdict["message"]


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_12_for_an_unknown_database(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    database = fresh_database(kind)
    url = database.sync_url.replace(database.name, "no_such_database")
    verdict = bootctl("wait", url, cwd=tmp_path).verdict
    assert verdict["exit_code"] == 12
    assert "unknown database" in verdict["message"]


def test_13_for_a_lock_that_another_holds(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite)
    lock = Path(f"{sqlite.name}.bootctl-lock")
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        env = {"BOOTCTL__LOCK__TIMEOUT": "300ms"}
        verdict = bootctl("migrate", cwd=tmp_path, env=env).verdict
    lock.unlink()
    assert verdict["exit_code"] == 13
    assert verdict["stage"] == "lock"


def test_14_for_a_failing_migration_that_is_rolled_back(
    tmp_path: Path, sqlite: Database, untouched: None, kit: Kit
) -> None:
    project = kit.project(tmp_path, sqlite)
    project.migration("a2", "a1", Sql("ALTER TABLE missing ADD COLUMN a TEXT"))
    result = bootctl("run", "--", "echo", "served", cwd=tmp_path)
    assert result.verdict["exit_code"] == 14
    assert result.verdict["stage"] == "migrate"
    assert result.verdict["revision"] == kit.revision("a2")
    assert result.verdict["file"] == kit.file("a2")
    assert result.verdict["stayed"] == []
    assert result.stdout == ""
    assert sqlite.tables() == set()


def test_15_for_a_database_that_knows_more_than_the_code(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, sqlite)
    path = project.migration("a2", "a1", Sql("SELECT 1"))
    assert bootctl("migrate", cwd=tmp_path).code == 0
    path.unlink()
    before = sqlite.dump()

    for command in ("run -- echo served", "migrate", "migrate --plan", "migrate --sql", "check"):
        result = bootctl(*command.split(), cwd=tmp_path)
        assert result.verdict["exit_code"] == 15
        assert result.verdict["stage"] == "inspect"
        assert result.verdict["direction"] == "ahead"
        assert result.verdict["unknown"] == [kit.revision("a2")]
        assert kit.revision("a2") in result.verdict["message"]
        assert result.stdout == ""

    status = bootctl("status", "--json", cwd=tmp_path)
    assert status.code == 0, status.stderr
    assert json.loads(status.stdout)["direction"] == "ahead"
    assert sqlite.dump() == before


TWO_HEADS = (("b2", "a1"), ("c3", "a1"))
MISSING = (("b2", "z9"),)
CYCLE = (("b2", "c3"), ("c3", "b2"))
ONE_NUMBER = (("b2", "a1"), ("c2", "a1"))


@pytest.mark.parametrize(
    ("kit", "migrations", "said"),
    [
        pytest.param(ALEMBIC, TWO_HEADS, ["two heads", "b2", "c3"], id="alembic-two heads"),
        pytest.param(ALEMBIC, MISSING, ["b2.py", "z9"], id="alembic-missing file"),
        pytest.param(ALEMBIC, CYCLE, ["b2", "c3"], id="alembic-cycle"),
        pytest.param(AERICH, ONE_NUMBER, ["b2.py", "c2.py"], id="aerich-one number"),
        pytest.param(TORTOISE, TWO_HEADS, ["0002_b2", "0003_c3"], id="tortoise-two heads"),
        pytest.param(TORTOISE, MISSING, ["0002_b2", "0009_z9"], id="tortoise-missing file"),
        pytest.param(TORTOISE, CYCLE, ["0002_b2", "0003_c3"], id="tortoise-cycle"),
    ],
)
def test_16_for_a_broken_history(
    tmp_path: Path,
    sqlite: Database,
    untouched: None,
    kit: Kit,
    migrations: Sequence[tuple[str, str]],
    said: list[str],
) -> None:
    project = kit.project(tmp_path, sqlite)
    for name, after in migrations:
        project.migration(name, after, Sql("SELECT 1"))
    assert_broken(tmp_path, said)


def test_16_for_two_files_of_one_revision(
    tmp_path: Path, sqlite: Database, untouched: None
) -> None:
    path = ALEMBIC.project(tmp_path, sqlite).migration("b1", "a1", Sql("SELECT 1"))
    path.with_stem("copy").write_text(path.read_text())
    assert_broken(tmp_path, ["revision b1", "copy.py", "b1.py"])


def assert_broken(root: Path, said: list[str]) -> None:
    verdict = bootctl("migrate", cwd=root).verdict
    assert verdict["exit_code"] == 16
    assert verdict["stage"] == "detect"
    assert all(word in verdict["message"] for word in said), verdict["message"]


def test_17_for_what_was_applied_and_not_recorded(tmp_path: Path, sqlite: Database) -> None:
    TORTOISE.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute(f"DELETE FROM {TORTOISE.ledger}")
    for command in ("run -- echo served", "migrate", "migrate --plan", "migrate --sql"):
        verdict = bootctl(*command.split(), cwd=tmp_path).verdict
        assert verdict["exit_code"] == 17
        assert verdict["stage"] == "inspect"


def test_20_for_pending_migrations_that_may_not_be_applied(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    kit.project(tmp_path, sqlite)
    verdict = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__MIGRATE__MODE": "off"}).verdict
    assert verdict["exit_code"] == 20
    assert verdict["stage"] == "inspect"


def test_20_for_drift(tmp_path: Path, sqlite: Database, kit: Kit) -> None:
    kit.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute("ALTER TABLE users ADD COLUMN extra TEXT")
    before = sqlite.dump()
    for arguments in (("check",), ("migrate",), ("run", "--", "echo", "served")):
        result = bootctl(*arguments, cwd=tmp_path)
        assert result.verdict["exit_code"] == 20
        assert result.verdict["stage"] == "verify"
        assert "users.extra" in result.verdict["message"]
        assert "served" not in result.stdout
    assert sqlite.dump() == before


@pytest.mark.parametrize(("command", "code"), [("/", 126), ("no-such-server", 127)])
def test_126_and_127_for_the_server(tmp_path: Path, command: str, code: int) -> None:
    verdict = bootctl("run", "--", command, cwd=tmp_path, env=NO_ORM).verdict
    assert verdict["exit_code"] == code
    assert verdict["stage"] == "exec"


SLEEP: dict[str, Step] = {
    "sqlite": Python("import time\ntime.sleep(60)"),
    "postgresql": Sql("SELECT pg_sleep(60)"),
}


@pytest.mark.parametrize("kit", [ASYNC_ALEMBIC, AERICH, TORTOISE], ids=lambda kit: kit.name)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_143_for_sigterm_during_a_migration_that_is_rolled_back(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str
) -> None:
    database = fresh_database(kind)
    project = kit.project(tmp_path, database)
    project.migration("a1", None, Change.CREATE_USERS, SLEEP[kind])
    running = Running(tmp_path)
    running.until("migrate.applying")
    time.sleep(0.3)
    running.process.send_signal(signal.SIGTERM)
    verdict = running.result(timeout=PROMPT_SECONDS).verdict
    assert verdict["exit_code"] == 143
    assert verdict["stage"] == "migrate"
    assert database.tables() == set()


def test_a_person_reads_the_verdict_and_its_hint_without_json(tmp_path: Path) -> None:
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__LOG__FORMAT": "console"})
    assert result.code == 10
    assert "{" not in result.stderr
    assert "no ORM found" in result.stderr
    assert "BOOTCTL__ORM=none" in result.stderr


def test_0_for_a_database_that_is_brought_to_head_and_kept_there(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", Change.ADD_NAME)
    project.models("name")
    result = bootctl("run", "--", "echo", "served", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert result.stdout == "served\n"
    assert [line["revision"] for line in result.events("migrate.applied")] == [kit.revision("a2")]
