"""A database that is ready when env.py connects: nobody stops env.py, and runs it again, to wait for it."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.spawned import bootctl
from tests.support.projects.alembic import ASYNC_ENV, SYNC_ENV, AlembicProject, users_project

COUNTED = "open('runs', 'a').write('x')"
CREATOR = """\
from sqlalchemy import event
from sqlalchemy.engine import Engine

event.listens_for(Engine, "do_connect")(lambda *_: None)
"""
ENVS = pytest.mark.parametrize("template", [SYNC_ENV, ASYNC_ENV], ids=["sync", "async"])
FULL = {"BOOTCTL__VERIFY__MODE": "full"}


def counted(root: Path, database: Database, template: str, top: str = "") -> AlembicProject:
    """A project at head whose env.py leaves a mark in a file each time it runs."""
    url = database.async_url if template is ASYNC_ENV else database.sync_url
    project = users_project(root, url, template)
    project.env(template, top=f"{top}\n{COUNTED}\n")
    assert bootctl("migrate", cwd=root).code == 0
    (root / "runs").unlink()
    return project


def runs(root: Path) -> int:
    return len((root / "runs").read_text())


@ENVS
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_at_head_env_py_runs_once(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str, template: str
) -> None:
    server = fresh_database(kind)
    counted(tmp_path, server, template)
    done = bootctl("run", "--", "true", cwd=tmp_path, env=FULL)
    assert done.code == 0
    assert runs(tmp_path) == 1
    names = [line["event"] for line in done.lines]
    assert names.index("wait.ready") < names.index("verify.clean")
    [told] = done.events("wait.ready")
    assert (told["stage"], told["attempt"], told["depth"]) == ("wait", 1, "query")
    assert told["target"].endswith(server.name)


@ENVS
def test_what_the_boot_reads_is_what_it_would_read_otherwise(
    tmp_path: Path, postgresql: Database, template: str
) -> None:
    counted(tmp_path, postgresql, template)
    postgresql.execute("ALTER TABLE users ADD more integer")
    said = [
        bootctl("check", "--format", "json", cwd=tmp_path, env=env)
        for env in ({}, {"BOOTCTL__WAIT__STABLE_FOR": "0.01"})
    ]
    assert [done.code for done in said] == [20, 20]
    verdicts = [json.loads(done.stdout)["differences"] for done in said]
    assert verdicts[0]
    assert verdicts[0] == verdicts[1]


def test_a_receipt_is_kept_of_it(tmp_path: Path, postgresql: Database) -> None:
    counted(tmp_path, postgresql, ASYNC_ENV)
    boots = [bootctl("run", "--", "true", cwd=tmp_path) for _ in range(3)]
    assert [done.code for done in boots] == [0, 0, 0]
    assert boots[-1].events("verify.cached")
    assert runs(tmp_path) == sum(len(done.events("verify.full")) for done in boots)


@pytest.mark.parametrize(
    ("env", "top"),
    [
        ({"BOOTCTL__WAIT__STABLE_FOR": "0.01"}, ""),
        ({}, CREATOR),
        ({"BOOTCTL__WAIT__TARGETS": "tcp://127.0.0.1:{port}"}, ""),
    ],
    ids=["stable", "code that connects", "beside"],
)
def test_where_more_than_one_answer_counts_it_is_waited_for_first(
    tmp_path: Path, postgresql: Database, env: dict[str, str], top: str
) -> None:
    counted(tmp_path, postgresql, ASYNC_ENV, top)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        given = {name: value.format(port=port) for name, value in env.items()}
        done = bootctl("run", "--", "true", cwd=tmp_path, env={**FULL, **given})
    assert done.code == 0
    assert runs(tmp_path) == 2
    assert len(done.events("wait.ready")) == (2 if "port" in str(env) else 1)


@ENVS
def test_one_that_is_not_there_is_waited_for_and_named(
    tmp_path: Path, postgresql: Database, template: str
) -> None:
    counted(tmp_path, postgresql, template)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ini = tmp_path / "alembic.ini"
    ini.write_text(ini.read_text().replace(f":{postgresql.port}/", f":{port}/"))
    done = bootctl("run", "--", "true", cwd=tmp_path, env={**FULL, "BOOTCTL__WAIT__TIMEOUT": "0.4"})
    assert done.code == 11
    assert runs(tmp_path) == 1
    assert f"127.0.0.1:{port}" in done.verdict["message"]
    assert "refused connection" in done.verdict["message"]


@ENVS
def test_one_that_does_not_answer_is_not_waited_for_twice_as_long(
    tmp_path: Path, postgresql: Database, template: str
) -> None:
    counted(tmp_path, postgresql, template)
    with socket.create_server(("127.0.0.1", 0), backlog=10) as silent:
        port = silent.getsockname()[1]
        ini = tmp_path / "alembic.ini"
        ini.write_text(ini.read_text().replace(f":{postgresql.port}/", f":{port}/"))
        timeout = {"BOOTCTL__WAIT__TIMEOUT": "1"}
        done = bootctl("run", "--", "true", cwd=tmp_path, env={**FULL, **timeout})
    assert done.code == 11
    assert "timeout" in done.verdict["message"]
    assert runs(tmp_path) == 1
