"""An entity that ``robyn-config add`` puts into a service: its migration, its boot, and its routes."""

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.guide.test_p0_3_authentication import routes_need_a_token
from tests.support.databases.fresh import Database
from tests.support.processes.spawned import environment
from tests.support.projects.robyn_config import with_programs
from tests.support.servers.standard import booted
from tests.support.services.client import Client
from tests.support.services.examples import NAMES, copied, variables
from tests.support.services.source import Service

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

_ROUTES = {"ddd": "src/app/presentation/gadget/rest.py", "mvc": "src/app/views/gadget.py"}


def run(project: Path, named: Mapping[str, str], *command: str) -> str:
    """Run a command in a project, as its developer does, and return what it prints."""
    done = subprocess.run(
        command,
        cwd=project,
        env=environment(with_programs(named)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def protect(project: Path) -> None:
    """Do what the guide asks for, and the template leaves out: its routes want a token."""
    service = Service(project)
    assert len(list(routes_need_a_token(service))) == 5
    path = project / _ROUTES[service.design]
    path.write_text(
        re.sub(r'("/gadgets[^"]*"), openapi', r"\1, auth_required=True, openapi", path.read_text())
    )
    assert list(routes_need_a_token(Service(project))) == []


def undocumented(project: Path) -> Iterator[str]:
    """Packages that have lost their docstring to an import before it."""
    for path in (project / "src").rglob("__init__.py"):
        text = path.read_text()
        if '"""' in text and not ast.get_docstring(ast.parse(text)):
            yield str(path)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("name", NAMES)
def test_it_is_migrated_and_served(
    name: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    project, database = copied(name, tmp_path), database_of(kind, request)
    named = variables(database)
    run(project, named, "robyn-config", "add", "gadget", ".")
    assert list(undocumented(project)) == []
    protect(project)
    run(project, named, "make", "migration", "NAME=gadgets")
    with booted(project, named) as service:
        assert service.is_the_server()
        nobody = Client(service.port)
        somebody = nobody.registered("gus")
        added = somebody.post("/gadgets", {"name": "A lamp"})
        assert added.status == 201
        assert somebody.get(f"/gadgets/{added.result['id']}").result == added.result
        assert somebody.get("/gadgets").result == [added.result]
        changed = somebody.send("PUT", f"/gadgets/{added.result['id']}", '{"name": "A desk lamp"}')
        assert changed.result == {"id": added.result["id"], "name": "A desk lamp"}
        assert somebody.post("/gadgets", {"name": ""}).refusal() == (422, "invalid")
        assert somebody.get("/gadgets/999").refusal() == (404, "not_found")
        assert nobody.get("/gadgets").refusal() == (401, "unauthenticated")
    assert database.execute("SELECT name FROM gadgets") == [("A desk lamp",)]
    assert "gadgets" in database.tables()


def database_of(kind: str, request: pytest.FixtureRequest) -> Database:
    """An empty database of a kind."""
    found: Database = request.getfixturevalue(kind)
    return found
