"""A secret that stands in the project's code only: in a statement, an error, a print, the ledger."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import KITS, Kit
from tests.support.projects.steps import Change, Python, Sql

SECRET = "Zx9-qW7rT"


@pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.name)
@pytest.mark.parametrize(
    "step",
    [
        Sql(f"ALTER ROLE nobody_has_this WITH LOGIN PASSWORD '{SECRET}'"),
        Python(f"raise RuntimeError('refused: password={SECRET} user=x')\n"),
        Python(f"print('at https://svc:{SECRET}@api.example/')\nraise RuntimeError('x')\n"),
    ],
    ids=["statement", "error", "print"],
)
def test_it_is_nowhere(tmp_path: Path, postgresql: Database, kit: Kit, step: Sql | Python) -> None:
    project = kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    project.migration("a2", "a1", Change.ADD_NAME, step)
    message = tmp_path / "message"
    message.touch()
    env = {"BOOTCTL__LOG__TERMINATION_MESSAGE": str(message), "BOOTCTL__LOG__LEVEL": "debug"}
    result = bootctl("migrate", cwd=tmp_path, env=env)
    assert result.code == 14, result.stderr
    assert SECRET not in result.stderr + result.stdout + message.read_text()
    assert SECRET not in postgresql.whole_dump()
