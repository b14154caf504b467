"""A FIFO, a device, a loop of links or far too much in the place of a file: a verdict at once."""

import os
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.prompt import promptly
from tests.support.projects.kits import AERICH, ALEMBIC, Kit
from tests.unit.config.test_files import PLACED

IN_QUICK_SUITE = {"said": ["FIFO"]}
PLACES: dict[str, dict[str, str]] = {
    "pyproject.toml": {},
    ".env": {},
    "alembic.ini": {},
    "migrations/env.py": {},
    "secret": {"BOOTCTL__DATABASE__URL_FILE": "secret"},
    "secrets/bootctl__database__url": {"BOOTCTL__SECRETS_DIR": "secrets"},
    "baseline.json": {"BOOTCTL__VERIFY__BASELINE": "baseline.json"},
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("said", [kind for kind in PLACED if kind != "directory"])
def test_it_is_named_at_once(tmp_path: Path, sqlite: Database, name: str, said: str) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    PLACED[said](path)
    with promptly():
        result = bootctl("migrate", cwd=tmp_path, env=PLACES[name])
    assert result.verdict["exit_code"] == 3
    assert f"{path.name} cannot be read" in result.verdict["message"]
    assert said in result.verdict["message"]
    assert sqlite.dump() == "no file"


@pytest.mark.parametrize("kit", [ALEMBIC, AERICH], ids=lambda kit: kit.name)
@pytest.mark.parametrize("command", ["migrate", "status", "check --live", "migrate --plan"])
def test_a_fifo_in_the_place_of_a_migration_file(
    tmp_path: Path, sqlite: Database, kit: Kit, command: str
) -> None:
    kit.project(tmp_path, sqlite)
    path = tmp_path / kit.file("a2")
    os.mkfifo(path)
    result = bootctl(*command.split(), cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert f"{path.name} cannot be read: it is a FIFO" in result.verdict["message"]
    assert sqlite.dump() == "no file"


@pytest.mark.parametrize("kind", ["fifo", "device", "loop"])
def test_a_log_file_that_is_no_file_is_named_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    places = {"device": "/dev/full", "loop": "log"}
    path.symlink_to(places[kind]) if kind in places else os.mkfifo(path)
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__LOG__FILE": "log"})
    assert result.verdict["exit_code"] == 3
    assert "log.file" in result.verdict["message"]


def test_the_log_file_may_be_a_stream_of_the_process(tmp_path: Path) -> None:
    env = {"BOOTCTL__ORM": "none", "BOOTCTL__LOG__FILE": "/dev/stdout"}
    result = bootctl("run", "--", "true", cwd=tmp_path, env=env)
    assert result.code == 0, result.stderr
    assert '"event": "exec"' in result.stdout
