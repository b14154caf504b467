"""A password is in no output, however it was given, whatever fails, at any level."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.support import services
from tests.support.databases import Database
from tests.support.process import Result, bootctl
from tests.support.projects import ASYNC_ENV, INI, AlembicProject, users_project
from tests.support.services import Server, free_port

# Of words, so that a fragment which is left by a wrong parser is recognised too.
CANARY = "Wolframite@Xylotomy:Quartzose/Pemmican%Obsidian'Kumquat\"Jacaranda#Fandango"
WORDS = (
    *("wolframite", "xylotomy", "quartzose", "pemmican"),
    *("obsidian", "kumquat", "jacaranda", "fandango"),
)
RAW = tuple(f"Wolframite{character}Xylotomy" for character in "@:/%#?")
EVERY_COMMAND = (
    *("wait", "detect", "config", "config --json", "status", "migrate --plan", "migrate --sql"),
    *("migrate", "check", "status --json", "run -- true"),
)
LEAK_EVERYWHERE = """
import json, logging, os, sys, urllib.parse, warnings
secret = os.environ["SETTINGS__DATABASE__PASSWORD"]
forms = [secret, repr(secret), json.dumps(secret), urllib.parse.quote(secret), secret.replace("%", "%%")]
forms += [urllib.parse.quote_plus(secret).replace("%", "%%"), repr(json.dumps(secret))]
print(*forms)
print(*forms, file=sys.stderr)
os.write(2, f"{secret}\\n".encode())
logging.getLogger("app").error("connecting with %s", forms)
warnings.warn(f"connecting with {forms}")
"""


@pytest.fixture(scope="module")
def strict_postgresql() -> Server:
    """A cluster that asks for the password."""
    return services.start_postgresql(auth="scram-sha-256", password=CANARY)


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


def address(port: int, password: str = "", driver: str = "psycopg2", query: str = "") -> str:
    userinfo = f"bootctl:{password}" if password else "bootctl"
    return f"postgresql+{driver}://{userinfo}@127.0.0.1:{port}/postgres{query}"


def quoted(password: str = CANARY) -> str:
    return quote(password, safe="")


def use_url(expression: str) -> str:
    """Code of an env.py that connects with the URL of ``expression``."""
    return f"""
import os
import sqlalchemy as sa
url = {expression}
text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
config.set_main_option("sqlalchemy.url", text.replace("%", "%%"))
"""


def test_success_shows_no_password(tmp_path: Path, strict_postgresql: Server) -> None:
    users_project(tmp_path, address(1, driver="asyncpg"), ASYNC_ENV)
    env = {"BOOTCTL__DATABASE__URL": address(strict_postgresql.port, quoted(), "asyncpg")}
    for command in EVERY_COMMAND:
        result = silent(*command.split(), cwd=tmp_path, env=env)
        assert result.code == 0, (command, result.stderr)
    for command in ("config --json", "run -- true"):
        assert silent(*command.split(), cwd=tmp_path, env=env, level="info").code == 0


Way = Callable[[AlembicProject, str], dict[str, str]]


def in_environment(name: str) -> Way:
    return lambda project, url: {name: url}


def in_variable_file(project: AlembicProject, url: str) -> dict[str, str]:
    path = project.write("secret", f"{url}\n")
    return {"BOOTCTL__DATABASE__MIGRATION_URL_FILE": str(path)}


def in_secrets_directory(project: AlembicProject, url: str) -> dict[str, str]:
    project.write("secrets/bootctl__database__url", url)
    return {"BOOTCTL__SECRETS_DIR": str(project.root / "secrets")}


def in_pyproject(project: AlembicProject, url: str) -> dict[str, str]:
    project.write("pyproject.toml", f'[tool.bootctl.database]\nurl = "{url}"\n')
    return {}


def in_dotenv(project: AlembicProject, url: str) -> dict[str, str]:
    project.write(".env", f"BOOTCTL__DATABASE__URL={url}\n")
    return {}


def in_alembic_ini(project: AlembicProject, url: str) -> dict[str, str]:
    project.write("alembic.ini", INI.format(url=url.replace("%", "%%")))
    return {}


def in_wait_targets(project: AlembicProject, url: str) -> dict[str, str]:
    return {"BOOTCTL__WAIT__TARGETS": f"{url},tcp://app:{quoted()}@127.0.0.1:1"}


def in_query(project: AlembicProject, url: str) -> dict[str, str]:
    bare = url.replace(f":{quoted()}@", "@")
    return {"BOOTCTL__DATABASE__URL": f"{bare}?password={quoted()}"}


def in_query_in_alembic_ini(project: AlembicProject, url: str) -> dict[str, str]:
    return in_alembic_ini(project, in_query(project, url)["BOOTCTL__DATABASE__URL"])


def in_env_py(project: AlembicProject, url: str) -> dict[str, str]:
    parts = urlsplit(url)
    arguments = (parts.scheme, parts.username, CANARY, "127.0.0.1", parts.port, "postgres")
    project.env(top=use_url(f"sa.URL.create{arguments!r}"))
    return {}


def in_the_services_variable(project: AlembicProject, url: str) -> dict[str, str]:
    project.env(top=use_url('os.environ["DATABASE_URL"]'))
    return {"DATABASE_URL": url}


def in_settings(project: AlembicProject, url: str) -> dict[str, str]:
    raw = url.replace(quoted(), "{os.environ['SETTINGS__DATABASE__PASSWORD']}")
    project.env(top=use_url(f'f"{raw}"'))
    return {"SETTINGS__DATABASE__DRIVER": "postgresql", "SETTINGS__DATABASE__PASSWORD": CANARY}


WAYS: dict[str, Way] = {
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
    "URL.create in env.py": in_env_py,
    "DATABASE_URL": in_the_services_variable,
    "SETTINGS__DATABASE__PASSWORD": in_settings,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_refused_port_shows_no_password(tmp_path: Path, way: Way) -> None:
    project = users_project(tmp_path, address(1))
    env = way(project, address(free_port(), quoted())) | {"BOOTCTL__WAIT__TIMEOUT": "100ms"}
    for command in ("run -- true", "wait", "config --json"):
        silent(*command.split(), cwd=tmp_path, env=env)


@pytest.mark.parametrize("way", ["alembic.ini", "DATABASE_URL", "URL.create in env.py"])
def test_a_password_that_is_encoded_as_it_must_be_logs_in(
    tmp_path: Path, strict_postgresql: Server, way: str
) -> None:
    project = users_project(tmp_path, address(1))
    env = WAYS[way](project, address(strict_postgresql.port, quoted()))
    assert silent("status", cwd=tmp_path, env=env).code == 0


@pytest.mark.parametrize("way", ["migration_url", "URL.create in env.py"])
def test_a_refused_login_shows_no_password(
    tmp_path: Path, strict_postgresql: Server, way: str
) -> None:
    project = users_project(tmp_path, address(1))
    url = address(strict_postgresql.port, quoted()).replace("//bootctl:", "//stranger:")
    result = silent("migrate", cwd=tmp_path, env=WAYS[way](project, url))
    assert result.code == 12, result.stderr


@pytest.mark.parametrize("place", ["env.py", "a migration", "a migration, wrapped"])
@pytest.mark.parametrize("level", ["info", "debug"])
def test_what_the_projects_code_says_shows_no_password(
    tmp_path: Path, sqlite: Database, place: str, level: str
) -> None:
    project = users_project(tmp_path, sqlite.sync_url)
    if place == "env.py":
        project.env(top=f"{LEAK_EVERYWHERE}\nraise RuntimeError(f'cannot connect: {{forms}}')")
    elif place == "a migration":
        project.migration("a1", None, f"{LEAK_EVERYWHERE}\nraise RuntimeError(forms)")
    else:
        failing = "op.execute(sa.text('SELECT :p FROM gone').bindparams(p=secret))"
        project.migration("a1", None, f"{LEAK_EVERYWHERE}\n{failing}")
    env = {"SETTINGS__DATABASE__PASSWORD": CANARY}
    result = silent("migrate", cwd=tmp_path, env=env, level=level)
    assert result.code == (16 if place == "env.py" else 14)
    assert "***" in result.stderr


@pytest.mark.parametrize("password", [*RAW, CANARY])
def test_a_url_with_an_unencoded_password_shows_no_part_of_it(
    tmp_path: Path, password: str
) -> None:
    url = address(free_port(), password)
    short = {"BOOTCTL__WAIT__TIMEOUT": "100ms"}
    silent("wait", url, cwd=tmp_path, env=short)
    for way in ("database.url", "DATABASE_URL", "alembic.ini"):
        project = users_project(tmp_path, address(1))
        silent("migrate", cwd=tmp_path, env={**WAYS[way](project, url), **short})


@pytest.mark.parametrize("password", RAW)
def test_settings_put_into_a_url_as_they_are_show_no_part_of_the_password(
    tmp_path: Path, password: str
) -> None:
    project = users_project(tmp_path, address(1), ASYNC_ENV)
    raw = address(free_port(), "{os.environ['SETTINGS__DATABASE__PASSWORD']}", "asyncpg")
    project.env(ASYNC_ENV, top=use_url(f'f"{raw}"'))
    env = {"SETTINGS__DATABASE__PASSWORD": password, "BOOTCTL__WAIT__TIMEOUT": "100ms"}
    silent("migrate", cwd=tmp_path, env=env)


@pytest.mark.parametrize(
    "arguments",
    [
        ("{url}",),
        ("migrate", "{url}"),
        ("migrate", "--database={url}"),
        ("migrate", "--set", "{url}"),
        ("migrate", "--set", "database.uri={url}"),
        ("migrate", "--set", "orm={url}"),
        ("wait", "redis://:{password}@127.0.0.1:1"),
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
    project = users_project(tmp_path, address(1))
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
def test_a_line_of_env_py_that_is_at_fault_is_not_quoted(tmp_path: Path, line: str) -> None:
    project = users_project(tmp_path, address(1))
    url, raw = address(1, quoted(), "pg8000"), address(1, CANARY)
    top = "import warnings\nfrom sqlalchemy import create_engine\n"
    project.env(top=top + line.format(url=url, raw=raw))
    silent("migrate", cwd=tmp_path)
