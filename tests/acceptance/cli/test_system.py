"""What the system refuses: descriptors, threads, directories. Nobody's code is blamed for it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.spawned import Result, environment
from tests.support.projects.kits import AERICH, ALEMBIC, KITS, TORTOISE, Kit
from tests.support.projects.steps import Python

IN_QUICK_SUITE = {"limit": [10], "place": ["migrations/versions", "models.py"], "mode": [0o111]}
# Root may read everything; without these capabilities it may as little as others.
OWNER_ONLY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
NOBODY = ("setpriv", "--reuid={uid}", "--regid={uid}", "--clear-groups")
# It may still read the interpreter, wherever that is.
READS_ALL = ("--inh-caps=+dac_read_search,+dac_override", "--ambient-caps=+dac_read_search")
BLAMES = ("a bug in bootctl", "Correct the file named", "alembic current")


@pytest.fixture(autouse=True)
def as_root() -> None:
    if os.getuid() != 0:
        pytest.skip("needs root to be somebody else")


def restricted(
    root: Path,
    *under: str,
    env: dict[str, str] | None = None,
    arguments: tuple[str, ...] = ("migrate",),
) -> Result:
    """How ``bootctl ARGUMENTS`` ends in a process that ``under`` restricts."""
    done = subprocess.run(
        [*under, sys.executable, "-m", "bootctl", *arguments],
        cwd=root,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def assert_typed(result: Result, code: int, *said: str) -> None:
    verdict = result.verdict
    assert verdict["exit_code"] == code, verdict
    spoken = f"{verdict['message']} {verdict['hint']}"
    assert [word for word in said if word not in spoken] == [], spoken
    assert [words for words in BLAMES if words in spoken] == [], spoken


@pytest.mark.parametrize("limit", [6, 8, 10])
def test_no_descriptor_is_left(tmp_path: Path, sqlite: Database, kit: Kit, limit: int) -> None:
    kit.project(tmp_path, sqlite)
    result = restricted(tmp_path, "prlimit", f"--nofile={limit}")
    assert_typed(result, 3, "no file descriptor", "ulimit -n")
    assert sqlite.tables() == set()


def test_no_descriptor_is_left_to_wait_with(tmp_path: Path) -> None:
    target = "tcp://127.0.0.1:1"
    limit = ("prlimit", "--nofile=7")
    result = restricted(tmp_path, *limit, arguments=("wait", target))
    assert_typed(result, 3, target, "no file descriptor")


def test_a_migration_that_opens_too_much_has_failed(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    opens = Python("kept = []\nwhile True: kept.append(open('/dev/null'))")
    kit.project(tmp_path, sqlite).migration("a2", "a1", opens)
    assert_typed(restricted(tmp_path, "prlimit", "--nofile=64"), 14, "Too many open files", "-n")


@pytest.fixture
def somebody() -> tuple[str, ...]:
    """What makes a process that of a user who has no name."""
    uid = 200_000 + os.getpid()
    return (*(word.format(uid=uid) for word in NOBODY), *READS_ALL)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may write into: pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_no_thread_is_left(
    tmp_path: Path, sqlite: Database, kit: Kit, somebody: tuple[str, ...]
) -> None:
    kit.project(tmp_path, sqlite)
    assert_typed(restricted(tmp_path, *somebody, "prlimit", "--nproc=1"), 3, "thread", "ulimit -u")


def test_a_user_without_a_name_and_a_home_boots(
    open_folder: Path, kit: Kit, somebody: tuple[str, ...]
) -> None:
    database = Database("sqlite", f"{open_folder}/app.db")
    kit.project(open_folder, database)
    env = {"HOME": "/nowhere", "USER": "", "LOGNAME": ""}
    result = restricted(open_folder, *somebody, env=env)
    assert result.code == 0, result.stderr
    assert "users" in database.tables()


@pytest.mark.parametrize(
    ("kit", "place"),
    [
        *((kit, "migrations") for kit in KITS),
        *((kit, kit.file("a1")) for kit in KITS),
        *((kit, kit.code) for kit in KITS),
        (ALEMBIC, "migrations/versions"),
        (AERICH, "migrations/models"),
        (TORTOISE, "models.py"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_what_may_not_be_read_is_named(
    tmp_path: Path, sqlite: Database, kit: Kit, place: str
) -> None:
    kit.project(tmp_path, sqlite)
    (tmp_path / place).chmod(0)
    try:
        result = restricted(tmp_path, *OWNER_ONLY)
    finally:
        (tmp_path / place).chmod(0o755)
    assert_typed(result, 3, Path(place).name, "Permission denied", f"uid {os.getuid()}")
    assert sqlite.tables() == set()


def test_a_folder_of_others_in_the_project_does_not_matter(
    tmp_path: Path, sqlite: Database
) -> None:
    TORTOISE.project(tmp_path, sqlite)
    (tmp_path / "pgdata").mkdir(mode=0)
    result = restricted(tmp_path, *OWNER_ONLY)
    assert result.code == 0, result.stderr


@pytest.mark.parametrize("mode", [0, 0o111, 0o666])
def test_a_project_that_may_not_be_read_is_named(tmp_path: Path, mode: int) -> None:
    project = tmp_path / "project"
    project.mkdir(mode=mode)
    names_it = ("sh", "-c", 'exec "$@" --project project', "sh")
    result = restricted(tmp_path, *OWNER_ONLY, *names_it)
    assert_typed(result, 2, "project", "Permission denied")


def test_a_working_directory_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = ("sh", "-c", 'mkdir gone; cd gone; rmdir ../gone; exec "$@"', "sh")
    assert_typed(restricted(tmp_path, *gone), 2, "--project .", "No such file")
