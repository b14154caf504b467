"""A boot that fails leaves its container with an exit code, and a verdict where it is looked for."""

import fcntl
import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bootctl.errors import ExitCode
from tests.support.containers.images import example_image
from tests.support.containers.running import HARDENED, Container, started
from tests.support.projects.kits import ALEMBIC, TORTOISE, Project
from tests.support.projects.steps import Sql
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow

LONGEST_MESSAGE = 2048
MODES = ("exec", "drain", "migrate")
CLOSED = {"BOOTCTL__WAIT__TARGETS": f"tcp://127.0.0.1:{free_port()}"}


@dataclass(frozen=True)
class Place:
    """What is mounted into a container: a service, its SQLite file, and the termination message.

    ``held`` is let go of afterwards.
    """

    root: Path
    database: Path
    message: Path
    held: ExitStack

    def alembic(self) -> Project:
        return ALEMBIC.project(self.root, "sqlite:////data/service.db")

    def execute(self, *statements: str) -> None:
        with sqlite3.connect(self.database) as connection:
            for statement in statements:
                connection.execute(statement)


def empty(place: Place) -> None:
    assert not list(place.root.iterdir())


def sound(place: Place) -> None:
    place.alembic()


def beside_a_module_with_the_name_of_python_s(place: Place) -> None:
    place.alembic()
    (place.root / "pyproject.toml").touch()
    (place.root / "shadow").mkdir()
    (place.root / "shadow/tomllib.py").touch()


def with_a_migration_lock_that_is_held(place: Place) -> None:
    place.alembic()
    lock = os.open(f"{place.database}.bootctl-lock", os.O_WRONLY | os.O_CREAT)
    place.held.callback(os.close, lock)
    fcntl.flock(lock, fcntl.LOCK_EX)


def without_a_database(place: Place) -> None:
    place.alembic()
    place.database.write_text("This is no database. " * 100)


def failing(place: Place) -> None:
    place.alembic().migration("a2", "a1", Sql("ALTER TABLE missing ADD COLUMN a TEXT"))


def behind_its_database(place: Place) -> None:
    place.alembic()
    place.execute(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        "INSERT INTO alembic_version VALUES ('a2')",
    )


def with_two_heads(place: Place) -> None:
    project = place.alembic()
    for name in ("b2", "c3"):
        project.migration(name, "a1", Sql("SELECT 1"))


def applied_and_not_recorded(place: Place) -> None:
    TORTOISE.project(place.root, "sqlite:///data/service.db")
    place.execute(
        "CREATE TABLE users "
        "(id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, email VARCHAR(100) NOT NULL)"
    )


def with_a_column_that_no_migration_makes(place: Place) -> None:
    place.alembic().models("name")


@dataclass(frozen=True)
class Failure:
    """A boot that fails: its exit code, its stage, the service, and how it is started."""

    code: int
    stage: str
    make: Callable[[Place], None]
    env: Mapping[str, str] = field(default_factory=dict)
    server: str = "python"


FAILURES = [
    Failure(1, "settings", beside_a_module_with_the_name_of_python_s, {"PYTHONPATH": "shadow"}),
    Failure(3, "settings", sound, {"BOOTCTL__WAIT__TIMEOUT": "soon"}),
    Failure(10, "detect", empty),
    Failure(11, "wait", sound, {**CLOSED, "BOOTCTL__WAIT__TIMEOUT": "300ms"}),
    Failure(12, "wait", without_a_database),
    Failure(13, "lock", with_a_migration_lock_that_is_held, {"BOOTCTL__LOCK__TIMEOUT": "300ms"}),
    Failure(14, "migrate", failing),
    Failure(15, "inspect", behind_its_database),
    Failure(16, "detect", with_two_heads),
    Failure(17, "inspect", applied_and_not_recorded),
    Failure(20, "verify", with_a_column_that_no_migration_makes),
]
FAILURES_OF_THE_SERVER = [
    Failure(126, "exec", sound, server="/"),
    Failure(127, "exec", sound, server="no-such-server"),
]
CASES = [
    *((mode, failure) for mode in MODES for failure in FAILURES),
    *((mode, failure) for mode in ("exec", "drain") for failure in FAILURES_OF_THE_SERVER),
]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as held:
        data = tmp_path / "data"
        made = Place(tmp_path / "project", data / "service.db", tmp_path / "message", held)
        made.root.mkdir()
        data.mkdir()
        made.message.touch()
        yield made


@contextmanager
def boot(
    mode: str, place: Place, *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[Container]:
    """``bootctl run ARGUMENTS`` in a mode, or ``bootctl migrate`` as an init container has it."""
    data = place.database.parent
    for path in (place.message, data, *data.iterdir()):
        path.chmod(0o777)
    command = ("migrate",) if mode == "migrate" else ("run", f"--set=server.mode={mode}")
    options = (
        *HARDENED,
        "--entrypoint=bootctl",
        f"--volume={place.root}:/app:ro",
        f"--volume={data}:/data",
        f"--volume={place.message}:/dev/termination-log",
    )
    image = example_image("tortoise")
    with started(image, *command, *arguments, env=env, options=options) as container:
        yield container


def assert_left_behind(container: Container, place: Place, code: int, stage: str) -> None:
    """The exit code, the last line of the log, and the same as the termination message."""
    assert container.wait() == code, container.logs()
    verdict = container.logs().verdict
    assert verdict["stage"] == stage
    text = place.message.read_text()
    assert len(text.encode()) <= LONGEST_MESSAGE
    message = json.loads(text)
    assert message.keys() >= {"exit_code", "stage", "message", "hint"}
    assert message == {key: verdict[key] for key in message}


def test_every_exit_code_is_among_them() -> None:
    codes = {failure.code for failure in (*FAILURES, *FAILURES_OF_THE_SERVER)}
    of_looks_only = {ExitCode.PENDING}
    assert codes | {ExitCode.DONE, ExitCode.USAGE} | of_looks_only == set(ExitCode)


@pytest.mark.parametrize(
    ("mode", "failure"), [pytest.param(*case, id=f"{case[0]}-{case[1].code}") for case in CASES]
)
def test_each_exit_code_is_the_container_s(place: Place, mode: str, failure: Failure) -> None:
    failure.make(place)
    server = () if mode == "migrate" else ("--", failure.server)
    with boot(mode, place, *server, env=failure.env) as container:
        assert_left_behind(container, place, failure.code, failure.stage)


@pytest.mark.parametrize("mode", MODES)
def test_2_for_a_wrong_command_line(place: Place, mode: str) -> None:
    with boot(mode, place, "--no-such-option") as container:
        assert_left_behind(container, place, 2, "boot")


@pytest.mark.parametrize("mode", MODES)
def test_143_for_a_boot_that_is_stopped(place: Place, mode: str) -> None:
    sound(place)
    server = () if mode == "migrate" else ("--", "python")
    with boot(mode, place, *server, env=CLOSED) as container:
        while not container.logs().events("wait.retry"):
            time.sleep(0.05)
        container.stop()
        assert_left_behind(container, place, 128 + signal.SIGTERM, "wait")
