"""P1.4: discipline of migrations, and the order in which things start."""

import ast
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.eventually import eventually
from tests.support.processes.spawned import bootctl, environment
from tests.support.projects.robyn_config import with_programs
from tests.support.servers.ports import free_port
from tests.support.servers.standard import booted
from tests.support.services import stories
from tests.support.services.client import Client
from tests.support.services.examples import NAMES, copied, first_release, variables
from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Route, Service, service

IN_LONG_SUITE = (
    "ready[ddd-sqlalchemy]",
    "boot[mvc-tortoise]",
    "back[ddd-sqlalchemy-postgresql]",
    "back[mvc-aerich-sqlite]",
)
_MADE_OTHERWISE = re.compile(r"create_all|generate_schemas|init-db|init_db|CREATE TABLE")
_OTHER_COMMANDS = re.compile(r"alembic upgrade|aerich upgrade|tortoise migrate|prod\.py")
_LOSES_INDEXES = ("mvc-tortoise", "sqlite")
"""Tortoise 1.1 makes a table of SQLite anew to drop a column, without its indexes: that is drift."""
_SIGN_IN = {"email": "ann@example.com", "password": "b"}
_UNDO = {
    "ddd-sqlalchemy": ("alembic", "downgrade", "-1"),
    "mvc-aerich": ("aerich", "downgrade", "--yes"),
    "mvc-tortoise": ("tortoise", "downgrade", "models", "0001_users_and_tickets"),
}


def tables_are_made_by_migrations(project: Service) -> Iterator[str]:
    """By nothing else, neither in code nor in any command."""
    for path in _texts(project):
        if "migrations" not in path.parts and _MADE_OTHERWISE.search(path.read_text()):
            yield f"{path.name} makes tables"


def bootctl_alone_migrates(project: Service) -> Iterator[str]:
    """Before the server starts, by the same command everywhere."""
    for path in _texts(project):
        if _OTHER_COMMANDS.search(path.read_text()):
            yield f"{path.name} migrates by another command"
    if 'ENTRYPOINT ["bootctl", "run", "--"]' not in (project.root / "Dockerfile").read_text():
        yield "the image starts the server by another command"
    if "bootctl run\n" not in (project.root / "Makefile").read_text():
        yield "make run starts the server by another command"


def the_history_is_committed_and_leads_back(project: Service) -> Iterator[str]:
    """Two releases, and a way from the second to the first."""
    files = _history(project)
    if len(files) < 2:
        yield f"{len(files)} migrations"
    for path in files:
        undo = path.read_text().partition("def downgrade")[2].partition("MODELS_STATE")[0]
        if project.name != "mvc-tortoise" and not re.search(r"drop_|DROP ", undo):
            yield f"{path.name} cannot be undone"


def readiness_knows_of_migrations(project: Service) -> Iterator[str]:
    """A server on an older schema is not asked."""
    name = "operational.health" if project.design == "ddd" else "views.health"
    [health] = (module for module in project.modules if module.name == name)
    if "if missing:" not in health.text or "raise _not_ready" not in health.text:
        yield "it is ready without its migrations"
    routes = {route.path: route for module in project.route_modules() for route in module.routes()}
    for path in ("/health", "/health/ready"):
        if "require_ready()" not in _source(routes[path]):
            yield f"{path} does not ask"
    if "require_ready" in _source(routes["/health/live"]):
        yield "an outage of the database ends the process"


def _source(route: Route) -> str:
    return ast.unparse(route.handler)


def _texts(project: Service) -> list[Path]:
    code = list((project.root / "src").rglob("*.py"))
    return [*code, *(project.root / name for name in ("Makefile", "Dockerfile", "compose.yaml"))]


def _history(project: Service) -> list[Path]:
    return sorted(p for p in project.code.rglob("migrations/**/[0-9]*.py"))


PRACTICES = (
    Practice(
        tables_are_made_by_migrations,
        (
            Edit(
                "lifespan",
                "async def stop",
                "async def make():\n    await Tortoise.generate_schemas()\n\n\nasync def stop",
            ),
            Edit("Makefile", "@bootctl migrate", "@aerich init-db"),
        ),
    ),
    Practice(
        bootctl_alone_migrates,
        (
            Edit("Makefile", "BOOTCTL__SERVER__MODE=drain bootctl run", "python -m app.server"),
            Edit("Dockerfile", '"bootctl", "run", "--"', '"python", "-m", "app.server"'),
            Edit("Makefile", "@bootctl migrate", "@alembic upgrade head"),
        ),
    ),
    Practice(
        the_history_is_committed_and_leads_back,
        (
            Edit(
                "src/app/infrastructure/database/migrations/versions/0002_ticket_priority.py",
                'op.drop_column("tickets", "priority")',
                "pass",
                ("ddd",),
            ),
        ),
    ),
    Practice(
        readiness_knows_of_migrations,
        (
            Edit("src/app/operational/health.py", "if missing:", "if False:", ("ddd",)),
            Edit("src/app/views/health.py", "if missing:", "if False:", ("mvc",)),
        ),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))


@contextmanager
def serving(project: Path, more: dict[str, str]) -> Iterator[Client]:
    """The server without bootctl: nobody has migrated or verified anything."""
    port = free_port()
    named = with_programs({"PYTHONPATH": "src", "ROBYN_PORT": str(port), **more})
    command = [sys.executable, "-m", "app.server"]
    quiet = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    process = subprocess.Popen(command, cwd=project, env=environment(named), **quiet)
    try:
        client = Client(port)
        eventually(lambda: _answers(client))
        yield client
    finally:
        process.kill()
        process.wait()


def _answers(client: Client) -> bool:
    try:
        return client.get("/health/live").status == 200
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_lives_without_migrations_and_is_not_ready(name: str, tmp_path: Path) -> None:
    project = copied(name, tmp_path)
    with serving(project, {}) as client:
        answer = client.get("/health/ready")
        assert answer.refusal() == (503, "not_ready")
        [detail] = answer.error["details"]
        assert detail["path"] == "migrations"
        assert bootctl("migrate", cwd=project).code == 0
        assert client.get("/health/ready").status == 200
    with serving(
        project,
        {"SETTINGS__DATABASE__DRIVER": "postgresql+asyncpg", "SETTINGS__DATABASE__PORT": "9"},
    ) as client:
        [detail] = client.get("/health/ready").error["details"]
        assert detail["path"] == "database"
        assert client.post("/sessions", _SIGN_IN).refusal() == (503, "unavailable")
        assert client.get("/health/live").status == 200


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", NAMES)
def test_a_database_that_says_nothing_is_not_waited_for(name: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        named = {
            "SETTINGS__DATABASE__DRIVER": "postgresql+asyncpg",
            "SETTINGS__DATABASE__PORT": str(silent.getsockname()[1]),
            "SETTINGS__DATABASE__TIMEOUT_SECONDS": "0.5",
        }
        with serving(copied(name, tmp_path), named) as client:  # which gives up after 15 seconds
            [detail] = client.get("/health/ready").error["details"]
            assert detail["path"] == "database"
            assert client.post("/sessions", _SIGN_IN).refusal() == (503, "unavailable")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_table_that_is_changed_without_a_migration_stops_the_boot(
    name: str, tmp_path: Path
) -> None:
    column = {
        "ddd": "    queue: Mapped[str | None] = mapped_column(String(9))\n",
        "mvc": "    queue = fields.CharField(max_length=9, null=True)\n",
    }
    design = name.partition("-")[0]
    anchor = "    title" if design == "ddd" else "    title = "
    edit = Edit("tables", anchor, column[design] + anchor)
    project = edited(name, tmp_path, edit, runs=True)
    assert bootctl("run", "--", "true", cwd=project.root).code == 20


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("name", NAMES)
def test_the_second_release_rolls_forward_and_back(
    name: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database: Database = request.getfixturevalue(kind)
    named = dict(variables(database))
    first, second = first_release(name, tmp_path / "first"), copied(name, tmp_path / "second")
    assert bootctl("migrate", cwd=first, env=named).code == 0
    database.execute(
        "INSERT INTO users (id, email, full_name, password_hash, created_at, updated_at) "
        "VALUES (77, 'kept@example.com', 'Kept', '-', '2026-01-01', '2026-01-01')"
    )
    forward = bootctl("migrate", cwd=second, env=named)
    assert [line["revision"] for line in forward.events("migrate.applied")] == [_last(second)]
    assert bootctl("migrate", cwd=first, env=named).code == 15
    with booted(first, {**named, "BOOTCTL__MIGRATE__ON_AHEAD": "compatible"}) as running:
        for story in stories.STORIES:
            story(Client(running.port))
    undone = subprocess.run(
        _UNDO[name],
        cwd=second,
        env=environment(with_programs({"PYTHONPATH": "src", **named})),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert undone.returncode == 0, undone.stdout + undone.stderr
    if (name, kind) == _LOSES_INDEXES:
        shown = bootctl("check", cwd=first, env=named)
        assert shown.code == 20
        for statement in re.findall(r"(?m)^ +fix: (.+)$", shown.stdout):
            database.execute(statement)
    assert bootctl("migrate", cwd=first, env=named).code == 0
    assert database.execute("SELECT full_name FROM users WHERE id = 77") == [("Kept",)]


def _last(project: Path) -> str:
    path = _history(Service(project))[-1]
    return {
        "ddd-sqlalchemy": path.stem[:4],
        "mvc-aerich": path.name,
        "mvc-tortoise": f"models.{path.stem}",
    }[project.name]
