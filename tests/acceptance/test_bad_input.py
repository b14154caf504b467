"""What users get wrong: each a typed error that names the place, and an untouched database."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.databases import Database
from tests.support.process import Result, bootctl, environment
from tests.support.projects import (
    ADD_NAME,
    ASYNC_ENV,
    INI,
    SYNC_ENV,
    AlembicProject,
    users_project,
)

ENV = "migrations/env.py"
NEXT = "migrations/versions/a2.py"
# Root may read and write everything; without these capabilities it may as little as others.
UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@dataclass(frozen=True)
class Bad:
    """One mistake, and what the verdict must say of it."""

    name: str
    make: Callable[[AlembicProject], object]
    code: int
    said: tuple[str, ...]
    file: str = ""
    line: int | None = None


def env_top(text: str) -> Callable[[AlembicProject], object]:
    return lambda project: project.env(top=text)


def url(text: str, template: str = SYNC_ENV) -> Callable[[AlembicProject], object]:
    return lambda project: users_project(project.root, text, template)


def migration(text: str) -> Callable[[AlembicProject], object]:
    return lambda project: project.write(NEXT, text)


def text(name: str, content: str) -> Callable[[AlembicProject], object]:
    return lambda project: project.write(name, content)


def content(name: str, data: bytes) -> Callable[[AlembicProject], object]:
    return lambda project: (project.root / name).write_bytes(data)


def without(name: str) -> Callable[[AlembicProject], object]:
    return lambda project: (project.root / name).unlink()


LATIN_1 = "# one\n# two\nname = 'caf\xe9'\n".encode("latin-1")
HEADER = "revision = 'a2'\ndown_revision = 'a1'\n"
MISTAKES = (
    Bad("pyproject in latin-1", content("pyproject.toml", LATIN_1), 3, ("UTF-8",), line=3),
    Bad("alembic.ini in latin-1", content("alembic.ini", LATIN_1), 3, ("UTF-8",), line=3),
    Bad(".env in latin-1", content(".env", LATIN_1), 3, ("UTF-8",), line=3),
    Bad("invalid TOML", text("pyproject.toml", "[tool]\nx = = 1\n"), 3, ("TOML", "line 2")),
    Bad("invalid ini", text("alembic.ini", "[alembic]\n???\n"), 3, ("alembic.ini",), line=2),
    Bad("ini without section", text("alembic.ini", "x = 1\n"), 3, ("alembic.ini",), line=1),
    Bad(
        "bare % in alembic.ini",
        text("alembic.ini", INI.format(url="postgresql://app:a%b@127.0.0.1/app")),
        3,
        ("%%",),
    ),
    Bad(
        "script_location is missing",
        text("alembic.ini", INI.format(url="sqlite://").replace("= migrations", "= elsewhere")),
        3,
        ("elsewhere", "script_location"),
    ),
    Bad("no env.py", without(ENV), 16, ("env.py",)),
    Bad("env.py raises", env_top("1 / 0"), 16, ("ZeroDivisionError",), ENV, 7),
    Bad("env.py does not parse", text(ENV, "import os\nif:\n"), 16, ("SyntaxError",), ENV, 2),
    Bad("env.py exits with 0", env_top("import sys\nsys.exit(0)"), 16, ("SystemExit",), ENV, 8),
    Bad("env.py kills its loop", env_top("raise KeyboardInterrupt"), 16, ("Keyboard",), ENV, 7),
    Bad("env.py's import is missing", env_top("import gone.x"), 16, ("'gone'",), ENV, 7),
    Bad("env.py does nothing", text(ENV, ""), 16, ("env.py", "run_migrations")),
    Bad("no models", without("models.py"), 16, ("'models'",), ENV),
    Bad("missing driver", url("postgresql+pg8000://app@127.0.0.1/app"), 3, ("pip install pg8000",)),
    Bad("unknown scheme", url("nosuchdb://app@127.0.0.1/app"), 3, ("scheme", "nosuchdb"), ENV),
    Bad("no URL", url(""), 3, ("URL",), ENV),
    Bad("no database", url("postgresql+psycopg2://app@127.0.0.1"), 3, ("names no database",)),
    Bad(
        "no database, async", url("mysql+aiomysql://app@127.0.0.1/", ASYNC_ENV), 3, ("no database",)
    ),
    Bad("port is a word", url("postgresql+psycopg2://app@127.0.0.1:http/app"), 3, ("parse",), ENV),
    Bad("a migration that does not parse", migration("revision ="), 16, ("SyntaxError",), NEXT, 1),
    Bad("a migration without revision", migration("import os"), 16, ("revision",), NEXT),
    Bad("a migration without upgrade", migration(HEADER), 16, ("upgrade",), NEXT),
    Bad(
        "a migration that raises",
        migration(HEADER + "def upgrade():\n    1 / 0\n"),
        14,
        ("ZeroDivisionError",),
        NEXT,
        4,
    ),
    Bad(
        "a migration that exits",
        migration(HEADER + "def upgrade():\n    raise SystemExit(0)\n"),
        14,
        ("SystemExit",),
        NEXT,
        4,
    ),
    Bad("no parent", lambda project: project.migration("a2", "gone", ADD_NAME), 16, ("a2", "gone")),
)

VARIABLES = (
    ({"ALEMBIC_CONFIG": "gone.ini"}, ("ALEMBIC_CONFIG", "gone.ini")),
    ({"BOOTCTL__ORM": "django"}, ("orm", "alembic")),
    ({"BOOTCTL__WAIT__TIMEOUT": "-1"}, ("wait.timeout",)),
    ({"BOOTCTL__SERVER__COMMAND": "'open"}, ("server.command",)),
    ({"BOOTCTL__WAIT__TARGETS": "127.0.0.1:80"}, ("wait.targets", "scheme")),
    ({"BOOTCTL__LOG__FILE": "/proc/no/such/file"}, ("log.file",)),
    ({"BOOTCTL__LOG__ROTATION": "now and then", "BOOTCTL__LOG__FILE": "a.log"}, ("log.",)),
    ({"BOOTCTL__VERIFY__BASELINE": "gone.json"}, ("gone.json",)),
    ({"BOOTCTL__DATABASE__MIGRATION_URL_FILE": "gone"}, ("gone",)),
    ({"BOOTCTL__DATABASE__URL": "app.db"}, ("database.url", "scheme")),
    ({"BOOTCTL__DATABASE__URL": "postgresql://app@[::1/app"}, ("database.url", "bracket")),
    ({"BOOTCTL__DATABASE__URL": "nosuchdb://app@127.0.0.1/app"}, ("nosuchdb",)),
    ({"BOOTCTL__DATABASE__URL": "postgresql+psycopg2://app@127.0.0.1"}, ("no database",)),
)


@pytest.fixture
def kept(sqlite: Database) -> Iterator[Database]:
    """A database with a row in it, which is the same after the test."""
    sqlite.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY)")
    sqlite.execute("INSERT INTO kept VALUES (1)")
    before = sqlite.dump()
    yield sqlite
    assert sqlite.dump() == before


def without_privileges(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Result:
    prefix = UNPRIVILEGED if os.getuid() == 0 else []
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "bootctl", *arguments],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def assert_says(result: Result, code: int, *said: str) -> None:
    """A typed failure that says each of these words, and shows nobody a traceback."""
    assert result.code == code, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert not [line for line in result.lines if "traceback" in line]
    spoken = f"{result.verdict['message']} {result.verdict['hint']}"
    assert [word for word in said if word not in spoken] == [], spoken


@pytest.mark.parametrize("bad", MISTAKES, ids=lambda bad: bad.name)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, kept: Database, bad: Bad) -> None:
    bad.make(users_project(tmp_path, kept.sync_url))
    result = bootctl("migrate", cwd=tmp_path)
    assert_says(result, bad.code, *bad.said)
    if bad.file:
        assert result.verdict.get("file") == bad.file
        assert bad.file in result.verdict["message"]
    if bad.line:
        assert result.verdict.get("line") == bad.line
        assert str(bad.line) in result.verdict["message"]


@pytest.mark.parametrize(("env", "said"), VARIABLES, ids=str)
def test_a_wrong_variable_is_named(
    tmp_path: Path, kept: Database, env: dict[str, str], said: tuple[str, ...]
) -> None:
    users_project(tmp_path, kept.sync_url)
    assert_says(bootctl("migrate", cwd=tmp_path, env=env), 3, *said)


@pytest.mark.parametrize("name", ["pyproject.toml", "alembic.ini", ".env"])
def test_an_unreadable_file_is_named(tmp_path: Path, kept: Database, name: str) -> None:
    users_project(tmp_path, kept.sync_url)
    (tmp_path / name).touch()
    (tmp_path / name).chmod(0)
    assert_says(without_privileges("migrate", cwd=tmp_path), 3, name, "cannot be read")


@pytest.mark.parametrize("name", ["pyproject.toml", "alembic.ini"])
def test_a_directory_in_the_place_of_a_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert_says(bootctl("migrate", cwd=tmp_path), 3, name, "directory")


def test_a_directory_without_a_project_is_named(tmp_path: Path) -> None:
    assert_says(bootctl("run", "--", "true", cwd=tmp_path), 10, str(tmp_path), "--project")


@pytest.mark.parametrize(
    ("module", "scheme", "package"),
    [
        ("asyncpg", "postgresql+asyncpg", "bootctl[postgresql]"),
        ("aiomysql", "mysql+aiomysql", "bootctl[mysql]"),
        ("greenlet", "postgresql+asyncpg", "sqlalchemy[asyncio]"),
    ],
)
def test_a_missing_driver_says_what_to_install(
    tmp_path: Path, module: str, scheme: str, package: str
) -> None:
    users_project(tmp_path, f"{scheme}://app@127.0.0.1:1/app", ASYNC_ENV)
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(f"import sys\nsys.modules[{module!r}] = None\n")
    result = bootctl("migrate", cwd=tmp_path, env={"PYTHONPATH": str(hidden)})
    assert_says(result, 3, module, package)


def test_a_sqlite_directory_that_is_not_there(tmp_path: Path) -> None:
    users_project(tmp_path, f"sqlite:///{tmp_path}/gone/app.db")
    assert_says(bootctl("migrate", cwd=tmp_path), 12, f"{tmp_path}/gone")
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("there", [False, True], ids=["no file", "a file"])
def test_a_read_only_sqlite_directory(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database("sqlite", str(folder / "app.db"))
    if there:
        database.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY)")
    before = database.dump()
    folder.chmod(0o555)
    users_project(tmp_path, database.sync_url)
    result = without_privileges("migrate", cwd=tmp_path)
    assert_says(result, 12, str(folder) if not there else "read")
    assert database.dump() == before
    assert len(list(folder.iterdir())) == there


def test_a_read_only_database_at_head_boots(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    users_project(tmp_path, f"sqlite:///{folder}/app.db")
    assert bootctl("migrate", cwd=tmp_path).code == 0
    (folder / "app.db").chmod(0o444)
    folder.chmod(0o555)
    result = without_privileges("run", "--", "echo", "served", cwd=tmp_path)
    assert result.stdout == "served\n", result.stderr


def test_the_traceback_is_there_for_who_asks(tmp_path: Path, kept: Database) -> None:
    users_project(tmp_path, kept.sync_url).env(top="1 / 0")
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__LOG__LEVEL": "debug"})
    assert result.verdict["exit_code"] == 16
    assert "ZeroDivisionError" in result.verdict["traceback"]
