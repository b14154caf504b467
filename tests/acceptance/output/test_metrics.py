"""``log.metrics``: what a boot was, for Prometheus, read with Prometheus's own parser."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bootctl.boot.seen.boot import Boot
from bootctl.boot.seen.metrics import text
from tests.support.databases.fresh import Database
from tests.support.eventually import eventually
from tests.support.processes.spawned import bootctl
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.steps import Change

RUN = ("run", "--", "true")


def read(written: str) -> dict[str, dict[Mapping[str, str] | str, float]]:
    """The values by their names, and then by the value of their first label."""
    families = [*text_string_to_metric_families(written)]
    assert all(family.documentation and family.type == "gauge" for family in families)
    return {
        family.name.removeprefix("bootctl_boot_"): {
            next(iter(sample.labels.values()), ""): sample.value for sample in family.samples
        }
        for family in families
    }


def labels(written: str) -> dict[str, str]:
    info = next(iter(text_string_to_metric_families(written)))
    return info.samples[0].labels


@pytest.mark.slow
def test_a_boot_is_told_when_it_migrates_and_when_it_believes_a_receipt(
    tmp_path: Path, postgresql: Database
) -> None:
    file, project = tmp_path / "bootctl.prom", tmp_path / "project"
    ALEMBIC.project(project, postgresql).migration("a1", None, Change.CREATE_USERS)
    env = {"BOOTCTL__LOG__METRICS": str(file)}
    assert bootctl(*RUN, cwd=project, env=env).code == 0
    found = read(file.read_text())
    assert found["exit_code"][""] == 0
    assert found["migrations_applied"][""] == 1
    assert found["wait_attempts"][""] == 1
    assert found["drift_items"][""] == found["cached"][""] == 0
    assert {"wait", "lock", "migrate", "verify"} <= found["stage_duration_seconds"].keys()
    assert sum(found["stage_duration_seconds"].values()) <= found["duration_seconds"][""] + 0.1
    assert labels(file.read_text())["backend"] == "alembic"

    def is_cached() -> bool:
        assert bootctl(*RUN, cwd=project, env=env).code == 0
        return read(file.read_text())["cached"][""] == 1

    eventually(is_cached)
    assert labels(file.read_text()).items() >= {
        ("backend", "alembic"),
        ("verification", "cached"),
    }
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["bootctl.prom"]


def test_a_failure_is_told_with_its_exit_code(tmp_path: Path, sqlite: Database) -> None:
    file = tmp_path / "bootctl.prom"
    project = ALEMBIC.project(tmp_path / "project", sqlite)
    project.migration("a1", None, Change.CREATE_USERS)
    project.models("name")
    env = {"BOOTCTL__LOG__METRICS": str(file)}
    assert bootctl("migrate", cwd=project.root, env=env).code == 20
    found = read(file.read_text())
    assert found["exit_code"][""] == 20
    assert found["drift_items"][""] == 1


@pytest.mark.parametrize(
    "place", ["nowhere/bootctl.prom", pytest.param(".", marks=pytest.mark.slow)]
)
def test_a_place_that_cannot_be_written_costs_a_warning(tmp_path: Path, place: str) -> None:
    env = {"BOOTCTL__ORM": "none", "BOOTCTL__LOG__METRICS": place}
    result = bootctl(*RUN, cwd=tmp_path, env=env)
    assert result.code == 0
    [warning] = result.events("log.metrics_unwritten")
    assert warning["level"] == "warning"
    assert result.lines[-1]["event"] == "exec"


@pytest.mark.slow
def test_commands_that_only_look_write_nothing(tmp_path: Path) -> None:
    env = {"BOOTCTL__ORM": "none", "BOOTCTL__LOG__METRICS": "bootctl.prom"}
    bootctl("config", cwd=tmp_path, env=env)
    bootctl("wait", cwd=tmp_path, env=env)
    assert not [*tmp_path.iterdir()]


def test_labels_are_escaped() -> None:
    boot = Boot(lambda _: None, backend='back\\slash "quoted"\nline')
    assert labels(text(boot, "run", 0))["backend"] == boot.backend
