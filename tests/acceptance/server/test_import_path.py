"""The server finds the modules that the migrations found, and a command that is one string is told."""

import json
import sys
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC

NO_ORM = {"BOOTCTL__ORM": "none"}
# As a console script of an environment is: the working directory is not on its path.
CONSOLE_SCRIPT = """\
#!/usr/bin/env python3
import importlib, sys
print("serves", importlib.import_module(sys.argv[1]).__name__)
"""


@pytest.fixture
def src_layout(tmp_path: Path) -> Path:
    """A service whose package is in ``src``."""
    package = tmp_path / "src/orders"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "server.py").write_text("import orders.main\nprint('serves', __name__)\n")
    (package / "main.py").write_text("")
    (tmp_path / "serve").write_text(CONSOLE_SCRIPT)
    (tmp_path / "serve").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [("python3", "-m", "orders.server"), ("./serve", "orders.main"), ("env", "./serve", "orders")],
    ids=" ".join,
)
def test_a_given_command_finds_what_is_in_src(src_layout: Path, command: tuple[str, ...]) -> None:
    result = bootctl("run", "--", *command, cwd=src_layout, env=NO_ORM)
    assert result.code == 0, result.stderr
    assert result.stdout.startswith("serves ")
    assert result.events("exec")[-1]["pythonpath"] == str(src_layout / "src")


def test_server_command_and_app_cmd_do_too(src_layout: Path) -> None:
    for variable in ("BOOTCTL__SERVER__COMMAND", "APP_CMD"):
        env = {**NO_ORM, variable: "./serve orders.main"}
        result = bootctl("run", cwd=src_layout, env=env)
        assert (result.code, result.stdout) == (0, "serves orders.main\n"), result.stderr


def test_a_script_in_a_folder_finds_what_the_migrations_found(
    tmp_path: Path, sqlite: Database
) -> None:
    project = ALEMBIC.project(tmp_path, sqlite)
    project.write("scripts/serve.py", "import models\nprint('serves')\n")
    result = bootctl("run", "--", sys.executable, "scripts/serve.py", cwd=tmp_path)
    assert (result.code, result.stdout) == (0, "serves\n"), result.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alembic.ini", "[alembic]\nprepend_sys_path = . %(here)s/backend\n"),
        ("pyproject.toml", '[tool.alembic]\nprepend_sys_path = [".", "backend"]\n'),
    ],
)
def test_what_alembic_prepends_is_prepended(src_layout: Path, name: str, text: str) -> None:
    (src_layout / "src").rename(src_layout / "backend")
    (src_layout / name).write_text(text)
    result = bootctl("run", "--", "./serve", "orders.main", cwd=src_layout, env=NO_ORM)
    assert (result.code, result.stdout) == (0, "serves orders.main\n"), result.stderr


def test_a_service_s_own_path_stays_behind_it(src_layout: Path) -> None:
    result = bootctl(
        *("run", "--", "python3", "-c", "import os; print(os.environ['PYTHONPATH'])"),
        cwd=src_layout,
        env={**NO_ORM, "PYTHONPATH": "/own"},
    )
    assert result.stdout == f"{src_layout}/src:/own\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("uvicorn orders.main:app --port 80",), ["uvicorn", "orders.main:app", "--port", "80"]),
        (("/no/bin/sh", "-c", "uvicorn 'a b'"), ["uvicorn", "a b"]),
    ],
    ids=["one string", "a shell's"],
)
def test_a_command_that_is_one_string_is_told(
    tmp_path: Path, command: tuple[str, ...], words: list[str]
) -> None:
    verdict = bootctl("run", "--", *command, cwd=tmp_path, env=NO_ORM).verdict
    assert verdict["exit_code"] == 127
    assert f"CMD {json.dumps(words)}" in verdict["hint"]
