"""The server that an image starts: the app by its syntax, the program by the dependencies."""

import shlex
from pathlib import Path

import pytest

from bootctl.config import sources
from bootctl.config.invocation import Invocation
from bootctl.init import web
from bootctl.init.web import Server
from tests.support.projects.alembic import write

FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"
STARLETTE = "from starlette import applications\nimport starlette.applications as s\n\nfrom starlette.applications import Starlette\napplication: Starlette = Starlette()\n"
LITESTAR = "import litestar\n\napp = litestar.Litestar([])\n"
FACTORY = "from fastapi import FastAPI\n\n\ndef create_app() -> FastAPI:\n    return FastAPI()\n"
PLAIN = "async def app(scope, receive, send):\n    pass\n"
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
ROBYN = "from robyn import Robyn\n\napp = Robyn(__file__)\napp.start(port=8080)\n"
HERE = "--host 0.0.0.0 --port 8000"


def found(root: Path, files: dict[str, str], *names: str, **extras: str) -> Server:
    write(root, files)
    invocation = Invocation(root, sources.load(root), {})
    return web.find(invocation, {**dict.fromkeys(names, ""), **extras})


@pytest.mark.parametrize(
    ("files", "names", "command"),
    [
        ({"src/orders/main.py": FASTAPI}, ["uvicorn"], f"uvicorn orders.main:app {HERE}"),
        ({"main.py": FASTAPI}, ["uvicorn"], f"uvicorn main:app {HERE}"),
        (
            {
                "backend/orders/main.py": FASTAPI,
                "alembic.ini": "[alembic]\nprepend_sys_path = backend\n",
            },
            ["uvicorn"],
            f"uvicorn orders.main:app {HERE}",
        ),
        ({"app/__init__.py": FASTAPI}, ["uvicorn"], f"uvicorn app:app {HERE}"),
        ({"shop/asgi.py": STARLETTE}, ["uvicorn"], f"uvicorn shop.asgi:application {HERE}"),
        (
            {"shop/factory.py": FACTORY},
            ["uvicorn"],
            f"uvicorn shop.factory:create_app --factory {HERE}",
        ),
        ({"plain.py": PLAIN}, ["uvicorn"], f"uvicorn plain:app {HERE}"),
        ({"app.py": LITESTAR}, ["granian"], f"granian --interface asgi {HERE} app:app"),
        ({"app.py": LITESTAR}, ["hypercorn"], "hypercorn --bind 0.0.0.0:8000 app:app"),
        (
            {"app.py": FASTAPI},
            ["gunicorn", "uvicorn"],
            "gunicorn app:app --worker-class uvicorn.workers.UvicornWorker --bind 0.0.0.0:8000 "
            "--worker-tmp-dir /tmp",
        ),
        (
            {"app.py": FASTAPI},
            ["gunicorn", "uvicorn-worker"],
            "gunicorn app:app --worker-class uvicorn_worker.UvicornWorker --bind 0.0.0.0:8000 "
            "--worker-tmp-dir /tmp",
        ),
        (
            {"app.py": FLASK},
            ["gunicorn"],
            "gunicorn app:app --bind 0.0.0.0:8000 --worker-tmp-dir /tmp",
        ),
        (
            {
                "shop/factory.py": FACTORY,
                "asgi.py": "import shop.factory\napp = shop.factory.create_app('production')\n",
            },
            ["uvicorn"],
            f"uvicorn asgi:app {HERE}",
        ),
        (
            {"a/admin.py": FASTAPI, "shop/main.py": FASTAPI, "shop/broken.py": "FastAPI ("},
            ["uvicorn"],
            f"uvicorn shop.main:app {HERE}",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_the_command(root: Path, files: dict[str, str], names: list[str], command: str) -> None:
    server = found(root, files, *names)
    assert shlex.join(server.command) == command
    assert server.missing == ""


def test_a_framework_s_extra_brings_its_server(root: Path) -> None:
    assert found(root, {"main.py": FASTAPI}, fastapi="standard").missing == ""


def test_what_serves_it_is_missing(root: Path) -> None:
    server = found(root, {"main.py": FASTAPI}, "fastapi")
    assert (
        server.missing == "uvicorn, which serves main:app, is not among the project's dependencies"
    )
    assert server.command[0] == "uvicorn"


def test_there_is_no_app(root: Path) -> None:
    assert found(root, {"main.py": "print(1)\n"}) == Server(
        "unknown", missing="no application was found in the project"
    )


def test_a_robyn_app_that_is_not_found_stays_robyn_s(root: Path) -> None:
    server = found(root, {"main.py": "print(1)\n"}, "robyn")
    assert (server.kind, server.command) == ("robyn", ())
    assert "Robyn app" in server.missing


def test_robyn_and_a_command_of_the_settings_need_none(root: Path) -> None:
    assert found(root, {"app.py": ROBYN, "main.py": FASTAPI}) == Server("robyn")
    pyproject = '[tool.bootctl.server]\ncommand = "serve all"\n'
    assert found(root, {"app.py": FASTAPI, "pyproject.toml": pyproject}) == Server("own")
