"""The server's command: found without importing the app, and able to start it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bootctl.errors import CannotRunError, NotFoundError, SettingsError
from bootctl.output import log
from bootctl.output.redact import Redactor
from bootctl.server import command as server_command
from bootctl.server.command import Command, find
from bootctl.server.launch import executable, server_environment
from tests.support.given import group
from tests.support.projects.alembic import write

APP = "from robyn import Robyn\n\napp = Robyn(__file__)\napp.start(port=8080)\n"
STUB = """\
class Robyn:
    def __init__(self, file):
        pass

    def start(self, **options):
        print("started", *__import__("sys").argv[1:])
"""


@pytest.fixture(autouse=True)
def events(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    logged: list[tuple[str, str]] = []
    monkeypatch.setattr(
        log, "event", lambda name, message, **fields: logged.append((name, message))
    )
    monkeypatch.setattr(server_command, "redactor", Redactor())
    return logged


def found(
    root: Path, *given: str, environ: dict[str, str] | None = None, **settings: Any
) -> Command:
    return find(root, given, group("server", **settings), environ or {})


def started(root: Path, command: Command) -> str:
    """What the command prints when it runs as bootctl would run it, with robyn stubbed."""
    write(root.parent, {"stub/robyn/__init__.py": STUB})
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root.parent / "stub")}
    done = subprocess.run(
        command.argv,
        executable=executable(command, environ),
        cwd=root,
        env=server_environment(command, environ),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, f"{command.argv}: {done.stderr}"
    return done.stdout.strip()


def test_the_sources_of_a_command_from_strongest_to_weakest(root: Path) -> None:
    write(root, {"app.py": APP, "other.py": APP, "set.py": APP})
    environ = {
        "APP_CMD": "uvicorn --port 80",
        "ROBYN_APP_PATH": "other.py",
        "ROBYN_APP_MODULE": "package.app",
    }
    settings: dict[str, Any] = {"command": "gunicorn app", "app": "set.py"}
    sources = []
    while True:
        command = found(root, *settings.pop("given", ()), environ=environ, **settings)
        sources.append((command.source, command.argv[-1]))
        if settings:
            settings.pop(next(iter(settings)))
        elif environ:
            environ.pop(next(iter(environ)))
        else:
            break
    assert sources == [
        ("server.command", "app"),
        ("server.app", "set.py"),
        ("APP_CMD", "80"),
        ("ROBYN_APP_PATH", "other.py"),
        ("ROBYN_APP_MODULE", "package.app"),
        ("app.py", "app.py"),
    ]
    given = found(root, "nginx", "-g", "daemon off", command="gunicorn app")
    assert given == Command(("nginx", "-g", "daemon off"), "the command line")


@pytest.mark.parametrize(
    "words",
    [
        ("nginx",),
        ("python", "app.py", "--fast"),
        ("python", "-m", "uvicorn", "app:app"),
        ("/bin/sh", "-c", "robyn app.py"),
        ("robynx", "app.py"),
    ],
)
def test_any_other_command_is_taken_as_given(root: Path, words: tuple[str, ...]) -> None:
    write(root, {"app.py": APP})
    assert found(root, *words).argv == words
    assert found(root, command=words).argv == words


@pytest.mark.parametrize(
    ("given", "argv"),
    [
        (("robyn", "app.py"), (sys.executable, "app.py")),
        (("/venv/bin/robyn", "app.py", "--fast"), (sys.executable, "app.py", "--fast")),
        (("python", "-m", "robyn", "app.py"), ("python", "app.py")),
        (
            ("python3.11", "-m", "robyn", "app.py", "--processes", "2"),
            ("python3.11", "app.py", "--processes", "2"),
        ),
        (("robyn", "--processes", "2", "app.py"), (sys.executable, "app.py", "--processes", "2")),
        (("/venv/bin/python", "-m", "robyn", "app.py"), ("/venv/bin/python", "app.py")),
        (("python", "-u", "-m", "robyn", "app.py"), ("python", "-u", "app.py")),
        (("python", "-mrobyn", "app.py"), ("python", "app.py")),
        (("python", "-X", "dev", "-m", "robyn", "app.py"), ("python", "-X", "dev", "app.py")),
        (("robyn", "not_there_yet.py"), (sys.executable, "not_there_yet.py")),
    ],
)
def test_the_robyn_wrapper_is_left_out_and_the_log_says_so(
    root: Path, events: list[tuple[str, str]], given: tuple[str, ...], argv: tuple[str, ...]
) -> None:
    write(root, {"app.py": APP})
    assert found(root, *given).argv == argv
    assert [name for name, _ in events] == ["exec.rewritten"]
    assert "forwards no signal" in events[0][1]


@pytest.mark.parametrize(
    "given",
    [
        ("robyn", "app.py", "--dev"),
        ("python", "-m", "robyn", "--dev", "app.py"),
        ("robyn", "--version"),
        ("robyn", "--create"),
        ("python", "-m", "robyn"),
    ],
)
def test_the_robyn_wrapper_stays_where_it_is_needed(
    root: Path, events: list[tuple[str, str]], given: tuple[str, ...]
) -> None:
    write(root, {"app.py": APP})
    assert found(root, *given).argv == given
    assert not events


@pytest.mark.parametrize("source", ["server.command", "APP_CMD"])
def test_the_wrapper_is_left_out_of_every_source(root: Path, source: str) -> None:
    write(root, {"app.py": APP})
    if source == "APP_CMD":
        command = found(root, environ={"APP_CMD": "robyn app.py --workers=2"})
    else:
        command = found(root, command="robyn app.py --workers=2")
    assert command.argv == (sys.executable, "app.py", "--workers=2")
    assert command.source == source


def test_a_wrapped_app_of_an_absolute_path(root: Path, tmp_path: Path) -> None:
    write(root, {"app.py": APP})
    write(tmp_path, {"elsewhere/app.py": APP})
    assert started(root, found(root, "robyn", str(root / "app.py"))) == "started"
    assert started(root, found(root, "robyn", str(tmp_path / "elsewhere" / "app.py"))) == "started"
    assert started(root, found(root, "robyn", "../elsewhere/app.py")) == "started"


@pytest.mark.parametrize("variable", ["server.app", "ROBYN_APP_PATH"])
def test_an_app_outside_of_the_project(root: Path, tmp_path: Path, variable: str) -> None:
    write(tmp_path, {"elsewhere/app.py": APP})
    named = str(tmp_path / "elsewhere" / "app.py")
    if variable == "server.app":
        command = found(root, app=named)
    else:
        command = found(root, environ={variable: named})
    assert started(root, command) == "started"


LAYOUTS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "a plain file": ({"app.py": APP}, ("app.py",)),
    "a file beside its helpers": (
        {"app.py": "import helpers\n" + APP, "helpers.py": ""},
        ("app.py",),
    ),
    "a file in a folder, with helpers beside it": (
        {"app/main.py": "import helpers\n" + APP, "app/helpers.py": ""},
        ("app/main.py",),
    ),
    "a package that imports itself": (
        {
            "app/__init__.py": "",
            "app/main.py": "from app.core import x\n" + APP,
            "app/core.py": "x=1",
        },
        ("-m", "app.main"),
    ),
    "a package that imports relatively": (
        {"app/__init__.py": "", "app/server.py": "from . import core\n" + APP, "app/core.py": ""},
        ("-m", "app.server"),
    ),
    "a package with a main module": (
        {
            "notes/__init__.py": "",
            "notes/__main__.py": "from notes import core\n" + APP,
            "notes/core.py": "",
        },
        ("-m", "notes"),
    ),
    "a package in src": (
        {
            "src/app/__init__.py": "",
            "src/app/server.py": "from app.core import x\n" + APP,
            "src/app/core.py": "x = 1",
        },
        ("-m", "app.server"),
    ),
    "a file in src": (
        {"src/server.py": "from core import x\n" + APP, "src/core.py": "x = 1"},
        ("src/server.py",),
    ),
    "a package without an init file": (
        {"src/app/server.py": "import app.core\n" + APP, "src/app/core.py": ""},
        ("-m", "app.server"),
    ),
    "src as a package": (
        {"src/app/server.py": "from src.app import core\n" + APP, "src/app/core.py": ""},
        ("-m", "src.app.server"),
    ),
    "a package that imports a neighbour": (
        {"app/server.py": "from core import x\n" + APP, "core/__init__.py": "x = 1"},
        ("-m", "app.server"),
    ),
}


@pytest.mark.parametrize(("files", "argv"), LAYOUTS.values(), ids=LAYOUTS)
def test_the_app_is_found_in_every_layout_and_starts(
    root: Path, files: dict[str, str], argv: tuple[str, ...]
) -> None:
    write(root, files)
    command = found(root, processes=2)
    assert started(root, command) == "started --processes 2"
    assert command.argv == (sys.executable, *argv, "--processes", "2")


def test_the_usual_places_are_tried_likeliest_first(root: Path) -> None:
    places = ["src/app/server.py", "app/server.py", "server.py", "app.py", "pkg/main.py"]
    for place in places:
        write(root, {place: APP})
    found_in = []
    for place in places:
        found_in.append(found(root).source)
        (root / place).unlink()
    assert found_in == places


FACTORY = "from robyn import Robyn\n\ndef make():\n    return Robyn(__file__)\n"
BUILT: dict[str, dict[str, str]] = {
    "by a function": {
        "main.py": "from web import make\n\napp = make()\napp.start()\n",
        "web.py": FACTORY,
    },
    "by a function of a package that has it from elsewhere": {
        "src/shop/__init__.py": "",
        "src/shop/main.py": "from .web import make\n\ndef main():\n    make().start()\n\nmain()\n",
        "src/shop/web/__init__.py": "from shop.web.factory import make\n",
        "src/shop/web/factory.py": FACTORY,
    },
    "by a method, and awaited": {
        "app.py": "import web.factory as web\n\nasync def main():\n    service = web.make()\n"
        "    again = service\n    again.start()\n\nimport asyncio\nasyncio.run(main())\n",
        "web/factory.py": FACTORY,
    },
    "as a variable": {
        "server.py": "import web.factory\n\nweb.factory.app.start()\n",
        "web/factory.py": FACTORY + "\napp = make()\n",
    },
}


@pytest.mark.parametrize("files", BUILT.values(), ids=BUILT)
def test_an_app_that_another_module_builds_is_found(root: Path, files: dict[str, str]) -> None:
    write(root, files)
    command = found(root)
    assert started(root, command) == "started"
    assert server_command.is_robyn(command, root)


def test_an_app_that_is_built_elsewhere_comes_after_one_that_is_not(root: Path) -> None:
    write(root, {**BUILT["as a variable"], "main.py": APP})
    assert found(root).source == "main.py"


@pytest.mark.parametrize(
    "text",
    [
        "import web\n\nfrom threading import Thread\n\nThread().start()\n",
        "import web\nimport jobs\n\njobs.scheduler.start()\n",
        "from web import make\n\napp = make()\n",
        "app = app\napp.start()\n",
        "from ....... import web\n\nweb.make().start()\n",
        "[].start()\n",
    ],
)
def test_what_has_nothing_to_do_with_robyn_is_no_app(root: Path, text: str) -> None:
    jobs = {"jobs.py": "import circle\nscheduler = None\n", "circle.py": "import jobs\n"}
    write(root, {"main.py": text, "web.py": FACTORY, **jobs})
    with pytest.raises(NotFoundError, match="no Robyn app"):
        found(root)


@pytest.mark.parametrize(
    "text",
    [
        "import robyn\n",
        "class X: pass\nX().start()\n",
        "from robynx import Robyn\nRobyn().start()\n",
        "from robyn import Robyn\ndef broken(:\n",
        "",
    ],
)
def test_a_file_that_starts_no_robyn_app_is_none(root: Path, text: str) -> None:
    write(root, {"app.py": text})
    with pytest.raises(NotFoundError) as caught:
        found(root)
    assert caught.value.exit_code == 127
    assert str(root) in caught.value.message
    assert "bootctl run --" in caught.value.hint


def test_the_app_is_not_imported(root: Path) -> None:
    write(root, {"app.py": "raise RuntimeError\n" + APP})
    assert found(root).argv == (sys.executable, "app.py")


@pytest.mark.parametrize(("named", "module"), [("pkg.app", "pkg.app"), ("pkg.app:app", "pkg.app")])
def test_an_app_named_by_its_module(root: Path, named: str, module: str) -> None:
    for command in (
        found(root, app=named, processes=3, workers=2),
        found(root, environ={"ROBYN_APP_MODULE": named}, processes=3, workers=2),
    ):
        assert command.argv == (
            sys.executable,
            "-m",
            module,
            "--processes",
            "3",
            "--workers",
            "2",
        )


@pytest.mark.parametrize("source", ["server.app", "ROBYN_APP_PATH"])
def test_an_app_that_is_no_file_is_refused(root: Path, source: str) -> None:
    settings = {"app": "missing.py"} if source == "server.app" else {}
    with pytest.raises(SettingsError, match=r"missing\.py") as caught:
        found(root, environ={source: "missing.py"}, **settings)
    assert caught.value.fields["setting"] == source


def test_a_command_line_with_an_open_quote_is_refused(root: Path) -> None:
    with pytest.raises(SettingsError, match="APP_CMD"):
        found(root, environ={"APP_CMD": "python 'app.py"})


@pytest.mark.parametrize("empty", ["", " ", "\t\n"])
def test_an_empty_command_counts_as_none(root: Path, empty: str) -> None:
    write(root, {"app.py": APP})
    assert found(root, environ={"APP_CMD": empty}).source == "app.py"
    assert found(root, command=empty).source == "app.py"


@pytest.mark.parametrize("source", ["the command line", "server.command", "APP_CMD"])
def test_a_password_in_the_command_is_known_to_the_redactor(root: Path, source: str) -> None:
    words = ("serve", "--database", "postgresql://app:canary@db/app")
    if source == "the command line":
        found(root, *words)
    elif source == "server.command":
        found(root, command=words)
    else:
        environ = {source: " ".join(words)}
        server_command.redactor.add_environment(environ)
        found(root, environ=environ)
    assert "canary" not in server_command.redactor.text(" ".join(words))


# The environment of the server.


def test_the_path_of_the_modules_is_prepended_once() -> None:
    command = Command(("python",), "test", ("/srv/src",))
    once = server_environment(command, {"PYTHONPATH": "/lib/a:/lib/b"})
    assert once["PYTHONPATH"] == "/srv/src:/lib/a:/lib/b"
    assert server_environment(command, once)["PYTHONPATH"] == "/srv/src:/lib/a:/lib/b"
    assert server_environment(command, {})["PYTHONPATH"] == "/srv/src"
    known = {"PYTHONPATH": "/lib/a:/srv/src"}
    assert server_environment(command, known) == known


def test_a_command_as_given_gets_the_environment_as_it_was() -> None:
    environ = {"PYTHONPATH": "", "HOME": "/", "BOOTCTL__LOG__LEVEL": "debug"}
    assert server_environment(Command(("nginx",), "test"), environ) == environ


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
def test_credentials_that_only_migrating_needs_are_removed(change: Any) -> None:
    environ = {
        change("BOOTCTL__DATABASE__MIGRATION_URL"): "postgresql://owner:canary@db/app",
        change("BOOTCTL__DATABASE__MIGRATION_URL_FILE"): "/run/secrets/migration",
        "BOOTCTL__DATABASE__URL": "postgresql://app@db/app",
    }
    kept = server_environment(Command(("nginx",), "test"), environ)
    assert kept == {"BOOTCTL__DATABASE__URL": "postgresql://app@db/app"}


def test_the_given_environment_is_not_changed() -> None:
    environ = {"BOOTCTL__DATABASE__MIGRATION_URL": "postgresql://db/app"}
    server_environment(Command(("python",), "test", ("/srv",)), environ)
    assert environ == {"BOOTCTL__DATABASE__MIGRATION_URL": "postgresql://db/app"}


# The program.


def run_of(*argv: str) -> Command:
    return Command(argv, "the command line")


def test_a_program_is_found_on_the_path_of_the_environment(tmp_path: Path) -> None:
    program = tmp_path / "serve"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert executable(run_of("serve"), {"PATH": str(tmp_path)}) == str(program)
    assert executable(run_of(str(program)), {"PATH": ""}) == str(program)
    assert executable(run_of("sh"), {}).endswith("/sh")


@pytest.mark.parametrize("name", ["no-such-program", "./no-such-file", "/no/such/file", ""])
def test_a_program_that_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        executable(run_of(name, "--password"), {"PATH": "/usr/bin:/bin"})
    assert caught.value.exit_code == 127
    assert "the command line" in caught.value.hint


@pytest.mark.parametrize("kind", ["directory", "file"])
def test_a_program_that_cannot_be_run(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "serve"
    path.mkdir() if kind == "directory" else path.write_text("#!/bin/sh\n")
    with pytest.raises(CannotRunError) as caught:
        executable(run_of(str(path)), {})
    assert caught.value.exit_code == 126
    assert ("directory" if kind == "directory" else "not executable") in caught.value.message
