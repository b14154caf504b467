"""P0.1: architecture boundaries and consistency."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes.spawned import environment
from tests.support.projects.robyn_config import with_programs
from tests.support.services.examples import NAMES, copied
from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Module, Service, service

IN_LONG_SUITE = ("ddd-sqlalchemy", "mvc-aerich")
_ORMS = ("sqlalchemy", "tortoise", "alembic", "aerich")
_APPLICATION = "infrastructure.application"
_MAY_IMPORT = {
    "ddd": {
        "config": ("config",),
        _APPLICATION: (_APPLICATION, "config"),
        "infrastructure.database.repository": ("infrastructure", "domain"),
        "infrastructure": ("infrastructure", "config"),
        "domain": ("domain", _APPLICATION),
        "operational": ("operational", "domain", "infrastructure", "config"),
        "presentation": ("presentation", "operational", "domain", _APPLICATION),
    },
    "mvc": {
        "config": ("config",),
        "utils": ("utils",),
        "schemas": ("utils",),
        "middlewares": ("middlewares", "utils", "config"),
        "models": ("models", "schemas", "utils", "config"),
        "cache": ("config",),
        "mailing": ("config",),
        "logs": ("config", "middlewares"),
        "authentication": ("config", "utils"),
        "views": (
            "views",
            "models",
            "schemas",
            "utils",
            "middlewares",
            "authentication",
            "cache",
            "mailing",
        ),
        "urls": ("views",),
    },
}
"""What a layer may import; the first that fits a module is its own. The server may import all."""
_DATABASE = {"ddd": "infrastructure.database", "mvc": "models"}


def layers_import_one_way(project: Service) -> Iterator[str]:
    """Presentation, operational, domain, infrastructure; or views, models, and what they share."""
    for module in project.modules:
        allowed = _allowed(project, module)
        for name in module.imports():
            inner = name.removeprefix("app.")
            if name.startswith("app.") and allowed and not _is_below(inner, allowed):
                yield f"{module.name} imports {inner}"


def only_the_database_layer_knows_the_orm(project: Service) -> Iterator[str]:
    """No call of the database anywhere else, since there is nothing to call."""
    for module in project.modules:
        if not _is_below(module.name, (_DATABASE[project.design],)):
            yield from (
                f"{module.name} imports {name}"
                for name in module.imports()
                if name.partition(".")[0] in _ORMS
            )


def views_reach_tables_by_repositories(project: Service) -> Iterator[str]:
    """The tables and the connection are the repositories' own."""
    private = ("models.tables", "models.database", "infrastructure.database.tables")
    for module in project.modules:
        if not _is_below(module.name, (_DATABASE[project.design],)):
            yield from (
                f"{module.name} imports {name}"
                for name in module.imports()
                if _is_below(name.removeprefix("app."), private)
            )


def every_route_is_in_the_registry(project: Service) -> Iterator[str]:
    """A file of routes that nobody registers answers nothing, and looks as if it did."""
    called = {name.partition(".")[0] for name, _ in project.module("registry").calls()}
    folder = project.place("registry").parent / ("views" if project.design == "mvc" else "")
    for module in project.route_modules():
        if module.path.relative_to(folder).with_suffix("").parts[0] not in called:
            yield f"{module.name} is not registered"


def _allowed(project: Service, module: Module) -> tuple[str, ...]:
    layers = _MAY_IMPORT[project.design]
    fitting = [layer for layer in layers if _is_below(module.name, (layer,))]
    return layers[max(fitting, key=len)] if fitting else ()


def _is_below(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


PRACTICES = (
    Practice(
        layers_import_one_way,
        (
            Edit(
                "routes",
                "from robyn import Request, Robyn\n",
                "from robyn import Request, Robyn\nfrom app.infrastructure.database import engine\n",
                ("ddd",),
            ),
            Edit(
                "rules",
                "from typing import Any\n",
                "from typing import Any\nfrom app.operational import tickets\n",
                ("ddd",),
            ),
            Edit(
                "repository",
                "from typing import Any\n",
                "from typing import Any\nfrom app.presentation import health\n",
                ("ddd",),
            ),
            Edit(
                "repository",
                "from ..utils import NotFoundError\n",
                "from ..utils import NotFoundError\nfrom ..views import tickets\n",
                ("mvc",),
            ),
        ),
    ),
    Practice(
        only_the_database_layer_knows_the_orm,
        (
            Edit(
                "routes",
                "from robyn import Request, Robyn\n",
                "from robyn import Request, Robyn\nfrom sqlalchemy import text\n",
            ),
            Edit("workflow", "import json\n", "import json\nfrom tortoise import connections\n"),
        ),
    ),
    Practice(
        views_reach_tables_by_repositories,
        (
            Edit(
                "routes",
                "from robyn import Request, Robyn\n",
                "from robyn import Request, Robyn\nfrom ..models.tables import TicketsTable\n",
                ("mvc",),
            ),
            Edit(
                "workflow",
                "import json\n",
                "import json\nfrom app.infrastructure.database.tables import TicketsTable\n",
                ("ddd",),
            ),
        ),
    ),
    Practice(
        every_route_is_in_the_registry,
        (
            Edit("registry", "    tickets.register(app)\n", ""),
            Edit(
                "src/app/views/extra.py",
                "",
                '@app.get("/extra")\nasync def extra(): ...\n',
                ("mvc",),
            ),
            Edit(
                "src/app/presentation/extra/rest.py",
                "",
                '@app.get("/extra")\nasync def extra(): ...\n',
                ("ddd",),
            ),
        ),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_robyn_config_adds_an_entity_to_it(name: str, tmp_path: Path) -> None:
    project = copied(name, tmp_path)
    run(["robyn-config", "add", "gadget", "."], project)
    added = Service(project)
    for practice in PRACTICES:
        assert list(practice.check(added)) == []
    paths = run([sys.executable, "-c", _ROUTES], project)
    assert {"/gadgets", "/gadgets/:id", "/tickets", "/health"} <= set(paths.split())


_ROUTES = "from app.server import app; print(*(route.route for route in app.router.routes))"


def run(command: list[str], project: Path) -> str:
    """Run a program in a project, with its source on the path, and return what it prints."""
    variables = with_programs({"PYTHONPATH": str(project / "src")})
    done = subprocess.run(
        command, cwd=project, env=environment(variables), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
