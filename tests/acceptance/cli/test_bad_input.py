"""What users get wrong: each a typed error that names the place, and an untouched database."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes import spawned
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result, environment
from tests.support.projects.alembic import INI
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, KITS, TORTOISE, Kit, Project
from tests.support.projects.steps import Python, Sql

ENV = ALEMBIC.code
NEXT = ALEMBIC.file("a2")
# Root may read and write everything; without these capabilities it may as little as others.
UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@dataclass(frozen=True)
class Bad:
    """One mistake, and what the verdict must say of it: its words, and its place."""

    name: str
    make: Callable[[Project], object]
    code: int
    said: tuple[str, ...]
    file: str = ""
    at: str = ""
    """What stands in the line of ``file`` that is named."""
    line: int | None = None


def top(text: str) -> Callable[[Project], object]:
    return lambda project: project.configure(top=text)


def url(text: str, kit: Kit = ALEMBIC) -> Callable[[Project], object]:
    return lambda project: kit.project(project.root, text)


def text(name: str, content: str) -> Callable[[Project], object]:
    return lambda project: project.write(name, content)


def content(name: str, data: bytes) -> Callable[[Project], object]:
    return lambda project: (project.root / name).write_bytes(data)


def without(name: str) -> Callable[[Project], object]:
    return lambda project: (project.root / name).unlink()


def step(text: str) -> Callable[[Project], object]:
    return lambda project: project.migration("a2", "a1", Python(text))


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
    Bad("env.py does nothing", text(ENV, ""), 16, ("env.py", "run_migrations")),
    Bad("no models", without("models.py"), 16, ("'models'",), ENV),
    Bad("missing driver", url("postgresql+pg8000://app@127.0.0.1/app"), 3, ("pip install pg8000",)),
    Bad("unknown scheme", url("nosuchdb://app@127.0.0.1/app"), 3, ("scheme", "nosuchdb"), ENV),
    Bad("no URL", url(""), 3, ("URL",), ENV),
    Bad("no database", url("postgresql+psycopg2://app@127.0.0.1"), 3, ("names no database",)),
    Bad(
        "no database, async",
        url("mysql+aiomysql://app@127.0.0.1/", ASYNC_ALEMBIC),
        3,
        ("no database",),
    ),
    Bad("port is a word", url("postgresql+psycopg2://app@127.0.0.1:http/app"), 3, ("parse",), ENV),
    Bad("a migration without revision", text(NEXT, "import os"), 16, ("revision",), NEXT),
    Bad("a migration without upgrade", text(NEXT, HEADER), 16, ("upgrade",), NEXT),
    Bad(
        "no parent",
        lambda project: project.migration("a2", "z9", Sql("SELECT 1")),
        16,
        ("a2", "z9"),
    ),
)


def common_mistakes(kit: Kit) -> Iterator[Bad]:
    """Mistakes in the code of a project, whichever its backend is."""
    code, file = kit.code, kit.file("a2")
    for name, line, said in (
        ("raises", "1 / 0", "ZeroDivisionError"),
        ("exits with 0", "import sys; sys.exit(0)", "SystemExit"),
        ("kills its loop", "raise KeyboardInterrupt", "Keyboard"),
        ("imports what is missing", "import gone.x", "'gone'"),
    ):
        yield Bad(f"code that {name}", top(line), 16, (said,), code, line)
    broken = text(code, "import os\nif:\n")
    yield Bad("code that does not parse", broken, 16, ("SyntaxError",), code, "if:")
    broken = text(file, "revision =")
    yield Bad("a migration that does not parse", broken, 16, ("SyntaxError",), file, "=")
    for name, line, said in (
        ("raises", "1 / 0", "ZeroDivisionError"),
        ("exits", "raise SystemExit(0)", "SystemExit"),
    ):
        yield Bad(f"a migration that {name}", step(line), 14, (said,), file, line)


def tortoise_mistakes(kit: Kit) -> Iterator[Bad]:
    """Mistakes in the configuration of Tortoise ORM, whoever migrates."""
    for name, address, said in (
        ("unknown scheme", "nosuchdb://app@127.0.0.1/app", "nosuchdb"),
        ("no URL", "", "URL"),
        ("no database", "postgres://app@127.0.0.1", "names no database"),
        ("port is a word", "postgres://app@127.0.0.1:http/app", "port"),
    ):
        yield Bad(name, url(address, kit), 3, (said,))
    yield Bad("no settings.py", without(kit.code), 3, ("no module settings",))
    yield Bad("no models", without("models.py"), 3, ('"models"',))
    empty = text(kit.file("a2"), "import os")
    missing = {"aerich": "upgrade", "tortoise": "Migration"}[kit.name]
    yield Bad(f"a migration without {missing}", empty, 16, (missing,), kit.file("a2"))


EVERY_MISTAKE = [
    *((ALEMBIC, bad) for bad in MISTAKES),
    *((kit, bad) for kit in KITS for bad in common_mistakes(kit)),
    *((kit, bad) for kit in (AERICH, TORTOISE) for bad in tortoise_mistakes(kit)),
]

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
)

ADDRESSES = (
    ("nosuchdb://app@127.0.0.1/app", ("nosuchdb",)),
    ("postgresql+psycopg2://app@127.0.0.1", ("no database",)),
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


@pytest.mark.parametrize(
    ("kit", "bad"), EVERY_MISTAKE, ids=lambda value: getattr(value, "name", None)
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, kept: Database, kit: Kit, bad: Bad
) -> None:
    bad.make(kit.project(tmp_path, kept))
    line = bad.line or (bad.at and line_of(tmp_path / bad.file, bad.at))
    result = bootctl("migrate", cwd=tmp_path)
    assert_says(result, bad.code, *bad.said)
    if bad.file:
        assert result.verdict.get("file") == bad.file
        assert bad.file in result.verdict["message"]
    if line:
        assert result.verdict.get("line") == line
        assert str(line) in result.verdict["message"]


def line_of(path: Path, text: str) -> int:
    [number] = (n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)
    return number


@pytest.mark.parametrize(("env", "said"), VARIABLES, ids=str)
def test_a_wrong_variable_is_named(
    tmp_path: Path, kept: Database, env: dict[str, str], said: tuple[str, ...]
) -> None:
    ALEMBIC.project(tmp_path, kept)
    assert_says(bootctl("migrate", cwd=tmp_path, env=env), 3, *said)


@pytest.mark.parametrize(("address", "said"), ADDRESSES, ids=str)
def test_a_wrong_database_url_is_named(
    tmp_path: Path, kit: Kit, address: str, said: tuple[str, ...]
) -> None:
    kit.project(tmp_path, Database("postgresql", "app", "127.0.0.1", 1, "app"))
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__DATABASE__URL": address})
    assert_says(result, 3, *said)


@pytest.mark.parametrize("name", ["pyproject.toml", "alembic.ini", ".env"])
def test_an_unreadable_file_is_named(tmp_path: Path, kept: Database, name: str) -> None:
    ALEMBIC.project(tmp_path, kept)
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
    ("kit", "module", "scheme", "package"),
    [
        (ASYNC_ALEMBIC, "asyncpg", "postgresql+asyncpg", "pip install asyncpg"),
        (ASYNC_ALEMBIC, "aiomysql", "mysql+aiomysql", "pip install aiomysql"),
        (ASYNC_ALEMBIC, "greenlet", "postgresql+asyncpg", "sqlalchemy[asyncio]"),
        (AERICH, "asyncpg", "asyncpg", "pip install asyncpg"),
        (TORTOISE, "aiomysql", "mysql", "pip install aiomysql"),
        (AERICH, "aerich", "asyncpg", "pip install aerich"),
        (TORTOISE, "tortoise", "asyncpg", "pip install tortoise-orm"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_missing_library_says_what_to_install(
    tmp_path: Path, kit: Kit, module: str, scheme: str, package: str
) -> None:
    kit.project(tmp_path, f"{scheme}://app@127.0.0.1:1/app")
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(f"import sys\nsys.modules[{module!r}] = None\n")
    env = {"PYTHONPATH": str(hidden), "BOOTCTL__WAIT__TIMEOUT": "1"}
    result = spawned.bootctl("migrate", cwd=tmp_path, env=env)  # nothing is imported before
    assert_says(result, 3, module, package)


def test_a_sqlite_directory_that_is_not_there(tmp_path: Path, kit: Kit) -> None:
    kit.project(tmp_path, Database("sqlite", f"{tmp_path}/gone/app.db"))
    assert_says(bootctl("migrate", cwd=tmp_path), 12, f"{tmp_path}/gone")
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("there", [False, True], ids=["no file", "a file"])
def test_a_read_only_sqlite_directory(tmp_path: Path, kit: Kit, there: bool) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database("sqlite", str(folder / "app.db"))
    if there:
        database.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY)")
    before = database.dump()
    folder.chmod(0o555)
    kit.project(tmp_path, database)
    result = without_privileges("migrate", cwd=tmp_path)
    assert_says(result, 12, str(folder) if not there else "read")
    assert database.dump() == before
    assert len(list(folder.iterdir())) == there


def test_a_read_only_database_at_head_boots(tmp_path: Path, kit: Kit) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    # Tortoise's default journal is a file beside the database, even for those who only read.
    journal = "" if kit is ALEMBIC else "?journal_mode=DELETE"
    kit.project(tmp_path, kit.url(Database("sqlite", f"{folder}/app.db")) + journal)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    (folder / "app.db").chmod(0o444)
    folder.chmod(0o555)
    result = without_privileges("run", "--", "echo", "served", cwd=tmp_path)
    assert result.stdout == "served\n", result.stderr


def test_the_traceback_is_there_for_who_asks(tmp_path: Path, kept: Database, kit: Kit) -> None:
    kit.project(tmp_path, kept).configure(top="1 / 0")
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__LOG__LEVEL": "debug"})
    assert result.verdict["exit_code"] == 16
    assert "ZeroDivisionError" in result.verdict["traceback"]
