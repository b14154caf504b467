"""Every change by hand to a project's database is found, by its object and layer, and its fix undoes it."""

from pathlib import Path

import pytest

from tests.support.corpus import projects, tool
from tests.support.corpus.changes import Change, changes, sample
from tests.support.corpus.template import migrated

LEAST = {"postgresql": 60, "mariadb": 45, "sqlite": 30}
PROJECTS = [f"{backend}-{kind}" for backend in projects.BACKENDS for kind in LEAST]
TOGETHER = 30
"""Changes, each to objects of its own, that one check is to find."""


def problems(folder: Path, name: str, chosen: list[Change]) -> list[str]:
    """What is not as it is to be, of each batch of changes."""
    backend, _, kind = name.partition("-")
    found = []
    with migrated(backend, kind, folder) as (root, database, template):
        for batch in tool.batches(chosen, TOGETHER, by_table=kind == "sqlite"):
            result = tool.outcome(root, database, batch)
            found += [f"{problem} of {[one.name for one in batch]}" for problem in result.problems]
            if not result.is_undone:
                template.restore()
    return found


@pytest.mark.parametrize("name", ["alembic-postgresql", "aerich-sqlite", "tortoise-mariadb"])
def test_a_change_of_each_sort_is_found_and_undone(tmp_path: Path, name: str) -> None:
    own = sample(name.partition("-")[2])
    assert len(own) >= 8
    assert problems(tmp_path, name, own) == []


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", PROJECTS)
def test_every_change_is_found_and_undone(tmp_path: Path, name: str) -> None:
    kind = name.partition("-")[2]
    own = list(changes(kind))
    assert len({change.name for change in own}) >= LEAST[kind]
    assert problems(tmp_path, name, own) == []


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", PROJECTS)
def test_what_models_say_is_found_and_undone_without_a_record(tmp_path: Path, name: str) -> None:
    backend, _, kind = name.partition("-")
    with migrated(backend, kind, tmp_path, record=False) as (root, database, template):
        code, report = tool.check(root)
        assert (code, report["differences"]) == (0, [])
        assert any("only migrations make" in item for item in report["not_compared"])
        own = [change for change in changes(kind) if change.is_said_by_models(backend, kind)]
        assert len(own) >= 10
        for batch in tool.batches(own, TOGETHER, by_table=kind == "sqlite"):
            assert tool.without_record(root, database, batch) == []
            template.restore()
