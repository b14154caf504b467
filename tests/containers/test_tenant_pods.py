"""The pods of an Indexed Job, each of which migrates its shard of the tenants."""

import copy
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.containers.images import example_image
from tests.support.containers.manifests import TENANTS, Manifest
from tests.support.containers.pods import Pod, created, service
from tests.support.databases.fresh import fresh

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

NAMES = [f"tenant_{number}" for number in range(10)]


def indexed(job: Manifest, index: int) -> Manifest:
    """The Job as one pod of it is started: Kubernetes adds the index."""
    own = copy.deepcopy(job)
    own["metadata"]["name"] += f"-{index}"
    (container,) = own["spec"]["template"]["spec"]["containers"]
    container["env"].append({"name": "JOB_COMPLETION_INDEX", "value": str(index)})
    return own


def migrated(pod: Pod) -> list[str]:
    """The tenants that a pod has migrated, once it has ended."""
    pod.start()
    container = pod.container("migrate")
    code = container.wait(180)
    assert code == 0, container.logs()
    return [line["tenant"] for line in container.logs().events("tenants.ended")]


def test_four_pods_share_the_tenants(tmp_path: Path) -> None:
    with fresh("postgresql", tmp_path) as database, ExitStack() as stack:
        for name in NAMES:
            database.execute(f"CREATE SCHEMA {name}")
        settings = {
            "DATABASE_URL": database.async_url,
            "BOOTCTL__TENANTS__NAMES": " ".join(NAMES),
            "BOOTCTL__TENANTS__SEARCH_PATH": "{tenant}",
        }
        notes = stack.enter_context(service("job", example_image("alembic"), TENANTS, **settings))
        job = notes.manifests["Job"]
        count = job["spec"]["completions"]
        pods = [stack.enter_context(created(indexed(job, index))) for index in range(count)]
        with ThreadPoolExecutor(count) as pool:
            parts = [*pool.map(migrated, pods)]
        assert sorted(name for part in parts for name in part) == NAMES
        assert database.tables() == {
            f"{name}.{table}" for name in NAMES for table in ("notes", "alembic_version")
        }
