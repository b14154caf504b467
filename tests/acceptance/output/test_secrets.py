"""A password is in no output, however it was given, whatever fails, at any level."""

import base64
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.alembic import INI
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit, Project
from tests.support.projects.steps import Python
from tests.support.servers import standard
from tests.support.servers.ports import free_port
from tests.support.servers.standard import Server

# Of words, so that a fragment which is left by a wrong parser is recognised too.
CANARY = "Wolframite@Xylotomy:Quartzose/Pemmican%Obsidian'Kumquat\"Jacaranda#Fandango"
WORDS = (
    *("wolframite", "xylotomy", "quartzose", "pemmican"),
    *("obsidian", "kumquat", "jacaranda", "fandango"),
)
RAW = tuple(f"Wolframite{character}Xylotomy" for character in "@:/%#?")
COMMANDS = (
    *("wait", "status --json", "migrate --plan", "migrate --sql"),
    *("migrate", "check", "run -- true"),
)
MORE_COMMANDS = ("detect", "config", "config --json", "status")  # the same with every backend
KITS = (ASYNC_ALEMBIC, AERICH, TORTOISE)
LEAK_EVERYWHERE = """
import base64, json, logging, os, sys, urllib.parse, warnings
secret = os.environ["SETTINGS__DATABASE__PASSWORD"]
forms = [secret, repr(secret), json.dumps(secret), urllib.parse.quote(secret), secret.replace("%", "%%")]
forms += [urllib.parse.quote_plus(secret).replace("%", "%%"), repr(json.dumps(secret))]
forms += [repr(secret.encode()), json.dumps(json.dumps({"password": json.dumps(secret)}))]
forms += [base64.b64encode(f"app:{secret}".encode()).decode(), urllib.parse.quote(urllib.parse.quote(secret))]
print(*forms)
print(*forms, file=sys.stderr)
os.write(2, f"{secret}\\n".encode())
logging.getLogger("app").error("connecting with %s", forms)
warnings.warn(f"connecting with {forms}")
"""


@pytest.fixture(scope="module")
def strict_postgresql() -> Server:
    """A cluster that asks for the password."""
    return standard.start_postgresql(auth="scram-sha-256", password=CANARY)


@pytest.fixture
def emptied(strict_postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the test makes in the cluster is dropped after it."""
    yield
    monkeypatch.setenv("PGPASSWORD", CANARY)
    database = Database("postgresql", "postgres", "127.0.0.1", strict_postgresql.port, "bootctl")
    database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def silent(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, level: str = "debug"
) -> Result:
    """Run bootctl, and find no word of the password in what it wrote."""
    file = cwd / "boot.log"
    logging = {"BOOTCTL__LOG__LEVEL": level, "BOOTCTL__LOG__FILE": str(file)}
    result = bootctl(*arguments, cwd=cwd, env={**logging, **(env or {})})
    logged = file.read_text() if file.exists() else ""
    file.unlink(missing_ok=True)
    for name, output in (("stdout", result.stdout), ("stderr", result.stderr), ("file", logged)):
        lines = [line for line in output.splitlines() if any(w in line.lower() for w in WORDS)]
        assert not lines, f"{' '.join(arguments)} leaks to {name}: {lines[0]}"
    if result.code:
        assert result.code != 1, result.stderr
        assert result.verdict
    return result


def address(port: int, password: str = "", kit: Kit = ALEMBIC) -> str:
    """The URL of a PostgreSQL at ``port``, as it is written for ``kit``."""
    user = f"bootctl:{password}" if password else "bootctl"
    return kit.url(Database("postgresql", "postgres", "127.0.0.1", port, user))


def quoted(password: str = CANARY) -> str:
    return quote(password, safe="")


@pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.name)
def test_success_shows_no_password(
    tmp_path: Path, strict_postgresql: Server, emptied: None, kit: Kit
) -> None:
    kit.project(tmp_path, address(1, kit=kit))
    env = {"BOOTCTL__DATABASE__URL": address(strict_postgresql.port, quoted(), kit)}
    for command in (*COMMANDS, *(MORE_COMMANDS if kit is ASYNC_ALEMBIC else ())):
        result = silent(*command.split(), cwd=tmp_path, env=env)
        assert result.code == 0, (command, result.stderr)
    for command in ("config --json", "run -- true"):
        assert silent(*command.split(), cwd=tmp_path, env=env, level="info").code == 0


Way = Callable[[Project, str], dict[str, str]]


def in_environment(name: str) -> Way:
    return lambda project, url: {name: url}


def in_variable_file(project: Project, url: str) -> dict[str, str]:
    path = project.write("secret", f"{url}\n")
    return {"BOOTCTL__DATABASE__MIGRATION_URL_FILE": str(path)}


def in_secrets_directory(project: Project, url: str) -> dict[str, str]:
    project.write("secrets/bootctl__database__url", url)
    return {"BOOTCTL__SECRETS_DIR": str(project.root / "secrets")}


def in_pyproject(project: Project, url: str) -> dict[str, str]:
    project.write("pyproject.toml", f'[tool.bootctl.database]\nurl = "{url}"\n')
    return {}


def in_dotenv(project: Project, url: str) -> dict[str, str]:
    project.write(".env", f"BOOTCTL__DATABASE__URL={url}\n")
    return {}


def in_alembic_ini(project: Project, url: str) -> dict[str, str]:
    project.write("alembic.ini", INI.format(url=url.replace("%", "%%")))
    return {}


def in_wait_targets(project: Project, url: str) -> dict[str, str]:
    return {"BOOTCTL__WAIT__TARGETS": f"{url},tcp://app:{quoted()}@127.0.0.1:1"}


def in_query(project: Project, url: str) -> dict[str, str]:
    bare = url.replace(f":{quoted()}@", "@")
    return {"BOOTCTL__DATABASE__URL": f"{bare}?password={quoted()}"}


def in_query_in_alembic_ini(project: Project, url: str) -> dict[str, str]:
    return in_alembic_ini(project, in_query(project, url)["BOOTCTL__DATABASE__URL"])


def in_query_in_code(project: Project, url: str) -> dict[str, str]:
    return in_code(project, in_query(project, url)["BOOTCTL__DATABASE__URL"])


def in_code(project: Project, url: str) -> dict[str, str]:
    project.configure(connection=repr(url))
    return {}


def in_url_create(project: Project, url: str) -> dict[str, str]:
    parts = urlsplit(url)
    arguments = (parts.scheme, parts.username, CANARY, "127.0.0.1", parts.port, "postgres")
    project.configure(connection=f"sa.URL.create{arguments!r}")
    return {}


def in_credentials(project: Project, url: str) -> dict[str, str]:
    parts = urlsplit(url)
    place = {"host": "127.0.0.1", "port": parts.port, "database": "postgres"}
    credentials = {**place, "user": parts.username, "password": CANARY}
    connection = {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
    project.configure(connection=repr(connection))
    return {}


def in_the_services_variable(project: Project, url: str) -> dict[str, str]:
    project.configure(top="import os", connection='os.environ["DATABASE_URL"]')
    return {"DATABASE_URL": url}


def in_settings(project: Project, url: str, password: str = CANARY) -> dict[str, str]:
    raw = url.replace(quoted(), "{os.environ['SETTINGS__DATABASE__PASSWORD']}")
    project.configure(top="import os", connection=f'f"{raw}"')
    return {"SETTINGS__DATABASE__DRIVER": "postgresql", "SETTINGS__DATABASE__PASSWORD": password}


ALEMBIC_WAYS: dict[str, Way] = {
    "database.url": in_environment("BOOTCTL__DATABASE__URL"),
    "migration_url": in_environment("BOOTCTL__DATABASE__MIGRATION_URL"),
    "a file named by a variable": in_variable_file,
    "a secrets directory": in_secrets_directory,
    "pyproject.toml": in_pyproject,
    ".env": in_dotenv,
    "alembic.ini": in_alembic_ini,
    "wait.targets": in_wait_targets,
    "a query": in_query,
    "a query in alembic.ini": in_query_in_alembic_ini,
    "URL.create in env.py": in_url_create,
    "DATABASE_URL": in_the_services_variable,
    "SETTINGS__DATABASE__PASSWORD": in_settings,
}
TORTOISE_WAYS: dict[str, Way] = {
    "migration_url": in_environment("BOOTCTL__DATABASE__MIGRATION_URL"),
    "settings.py": in_code,
    "a query in settings.py": in_query_in_code,
    "credentials in settings.py": in_credentials,
    "DATABASE_URL": in_the_services_variable,
    "SETTINGS__DATABASE__PASSWORD": in_settings,
}


def ways(
    alembic: Collection[str] = tuple(ALEMBIC_WAYS), tortoise: Collection[str] = tuple(TORTOISE_WAYS)
) -> pytest.MarkDecorator:
    """A test of these ways, with each backend."""
    found = [(ALEMBIC, ALEMBIC_WAYS[name], name) for name in alembic]
    found += [(kit, TORTOISE_WAYS[name], name) for kit in (AERICH, TORTOISE) for name in tortoise]
    cases = [pytest.param(kit, way, id=f"{kit.name}-{name}") for kit, way, name in found]
    return pytest.mark.parametrize(("kit", "way"), cases)


@ways()
def test_a_refused_port_shows_no_password(tmp_path: Path, kit: Kit, way: Way) -> None:
    project = kit.project(tmp_path, address(1, kit=kit))
    env = way(project, address(free_port(), quoted(), kit)) | {"BOOTCTL__WAIT__TIMEOUT": "100ms"}
    commands = ("run -- true", "wait", "config --json") if kit is ALEMBIC else ("run -- true",)
    for command in commands:
        silent(*command.split(), cwd=tmp_path, env=env)


@ways(
    alembic=["alembic.ini", "DATABASE_URL", "URL.create in env.py"],
    tortoise=["DATABASE_URL", "credentials in settings.py"],
)
def test_a_password_that_is_encoded_as_it_must_be_logs_in(
    tmp_path: Path, strict_postgresql: Server, kit: Kit, way: Way
) -> None:
    project = kit.project(tmp_path, address(1, kit=kit))
    env = way(project, address(strict_postgresql.port, quoted(), kit))
    assert silent("status", cwd=tmp_path, env=env).code == 0


@ways(alembic=["migration_url", "URL.create in env.py"], tortoise=["credentials in settings.py"])
def test_a_refused_login_shows_no_password(
    tmp_path: Path, strict_postgresql: Server, kit: Kit, way: Way
) -> None:
    project = kit.project(tmp_path, address(1, kit=kit))
    url = address(strict_postgresql.port, quoted(), kit).replace("//bootctl:", "//stranger:")
    result = silent("migrate", cwd=tmp_path, env=way(project, url))
    assert result.code == 12, result.stderr


BIND_SECRET = {
    "alembic": "op.execute(sa.text('SELECT :p FROM gone').bindparams(p=secret))",
    "aerich": "await db.execute_query('SELECT ? FROM gone', [secret])",
    "tortoise": "await schema_editor.client.execute_query('SELECT ? FROM gone', [secret])",
}


@pytest.mark.parametrize("place", ["code", "a migration", "a migration, wrapped"])
@pytest.mark.parametrize("level", ["info", "debug"])
def test_what_the_projects_code_says_shows_no_password(
    tmp_path: Path, sqlite: Database, kit: Kit, place: str, level: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    if place == "code":
        raising = "raise RuntimeError(f'cannot connect: {forms}')"
        project.configure(top=f"{LEAK_EVERYWHERE}\n{raising}")
    else:
        failing = "raise RuntimeError(forms)" if place == "a migration" else BIND_SECRET[kit.name]
        project.migration("a1", None, Python(f"{LEAK_EVERYWHERE}\n{failing}"))
    env = {"SETTINGS__DATABASE__PASSWORD": CANARY}
    result = silent("migrate", cwd=tmp_path, env=env, level=level)
    assert result.code == (16 if place == "code" else 14)
    assert "***" in result.stderr
    assert base64.b64encode(CANARY.encode()).decode()[8:24] not in result.stderr
    assert base64.b64encode(f"app:{CANARY}".encode()).decode()[8:24] not in result.stderr


SHORT = {"BOOTCTL__WAIT__TIMEOUT": "100ms"}


@pytest.mark.parametrize("password", [*RAW, CANARY])
def test_a_url_with_an_unencoded_password_shows_no_part_of_it(
    tmp_path: Path, password: str
) -> None:
    silent("wait", address(free_port(), password), cwd=tmp_path, env=SHORT)


@ways(alembic=["database.url", "DATABASE_URL", "alembic.ini"], tortoise=["settings.py"])
@pytest.mark.parametrize("password", [*RAW, CANARY])
def test_a_project_with_an_unencoded_password_shows_no_part_of_it(
    tmp_path: Path, kit: Kit, way: Way, password: str
) -> None:
    project = kit.project(tmp_path, address(1, kit=kit))
    env = way(project, address(free_port(), password, kit))
    silent("migrate", cwd=tmp_path, env={**env, **SHORT})


@pytest.mark.parametrize("kit", [ASYNC_ALEMBIC, TORTOISE], ids=lambda kit: kit.name)
@pytest.mark.parametrize("password", RAW)
def test_settings_put_into_a_url_as_they_are_show_no_part_of_the_password(
    tmp_path: Path, kit: Kit, password: str
) -> None:
    project = kit.project(tmp_path, address(1, kit=kit))
    env = in_settings(project, address(free_port(), quoted(), kit), password)
    silent("migrate", cwd=tmp_path, env={**env, **SHORT})


@pytest.mark.parametrize(
    "arguments",
    [
        ("{url}",),
        ("migrate", "{url}"),
        ("migrate", "--database={url}"),
        ("migrate", "--set", "{url}"),
        ("migrate", "--set", "database.uri={url}"),
        ("migrate", "--set", "orm={url}"),
        ("wait", "--set", "wait.timeout=0", "redis://:{password}@127.0.0.1:1"),
        ("wait", "--project", "{url}"),
        ("run", "--", "true", "--database", "{url}"),
        ("run", "--", "true", "--database={url}"),
        ("run", "--", "no-such-server", "{url}"),
        ("config", "--set", "server.command=serve --database={url} {url}"),
    ],
    ids=" ".join,
)
def test_arguments_show_no_password(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    filled = [part.format(url=address(1, quoted()), password=quoted()) for part in arguments]
    silent(*filled, cwd=tmp_path, env={"BOOTCTL__ORM": "none"})


@pytest.mark.parametrize(
    "ini",
    [
        "sqlalchemy.url = {url}\n",
        "[alembic]\nsqlalchemy.url {url}\n",
        "[alembic]\nsqlalchemy.url = {url}\nsqlalchemy.url = {url}\n",
        "[alembic]\n[{url}]\n[{url}]\n",
        "[alembic]\nscript_location = {url}\n",
        "[alembic]\nscript_location = migrations\nsqlalchemy.url = %({url})s\n",
    ],
    ids=["no section", "no equals sign", "twice", "section twice", "wrong key", "interpolated"],
)
def test_an_alembic_ini_that_cannot_be_used_shows_no_password(tmp_path: Path, ini: str) -> None:
    project = ALEMBIC.project(tmp_path, address(1))
    project.write("alembic.ini", ini.format(url=address(1, quoted()).replace("%", "%%")))
    assert silent("migrate", cwd=tmp_path).code == 3


@pytest.mark.parametrize("name", ["pyproject.toml", ".env"])
def test_a_settings_file_with_a_mistake_shows_no_password(tmp_path: Path, name: str) -> None:
    url = address(1, quoted())
    lines = {
        "pyproject.toml": [f"[tool.bootctl.database]\nurl = {url}", f'[tool.bootctl]\nx = "{url}"'],
        ".env": [f"BOOTCTL__DATABASE__URI={url}", f"BOOTCTL__ORM={url}"],
    }
    for text in lines[name]:
        (tmp_path / name).write_text(text)
        assert silent("migrate", cwd=tmp_path).code == 3


@pytest.mark.parametrize(
    "line",
    [
        "connectable = create_engine({url!r})",
        "warnings.warn('an old option'); connectable = create_engine({url!r})",
        "connectable = create_engine({url!r}, no_such_option=1)",
        "if create_engine({url!r})",
        "connectable = create_engine({raw!r})",
    ],
    ids=["missing driver", "warning", "wrong option", "does not parse", "no URL"],
)
def test_a_line_of_code_that_is_at_fault_is_not_quoted(tmp_path: Path, kit: Kit, line: str) -> None:
    project = kit.project(tmp_path, address(1, kit=kit))
    url, raw = address(1, quoted()).replace("psycopg2", "pg8000"), address(1, CANARY)
    top = "import warnings\nfrom sqlalchemy import create_engine\n"
    project.configure(top=top + line.format(url=url, raw=raw))
    silent("migrate", cwd=tmp_path)
