"""Pods of the manifests that users copy, on PostgreSQL: their states are what an operator reads."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.containers.images import ROOT, derived_image, example_image
from tests.support.containers.pods import Pod, Service, created, played, secret, service
from tests.support.containers.running import page
from tests.support.databases.fresh import Database, fresh
from tests.support.processes.spawned import bootctl

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples/minimal/alembic"
DROPS = """\
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade():
    op.drop_column("notes", "done")
"""
LATER = """\
ARG BASE
FROM ${BASE}
COPY 0003_not_done.py migrations/versions/
COPY database.py notes/
"""
REPLICAS = 3
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def image() -> str:
    return example_image("alembic")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh("postgresql", tmp_path) as database:
        yield database


@pytest.fixture
def notes(image: str, database: Database) -> Iterator[Service]:
    """The service with an init container."""
    with service("base", image, DATABASE_URL=database.async_url) as notes:
        yield notes


def migrate(database: Database) -> None:
    done = bootctl("migrate", cwd=EXAMPLE, env={"DATABASE_URL": database.async_url})
    assert done.code == 0, done


def serves(port: int) -> bool:
    try:
        return page(port, "/health") == "ok"
    except OSError:
        return False


def until_it_logs(pod: Pod, container: str, event: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not pod.container(container).logs().events(event):
        assert time.monotonic() < deadline, pod.container(container).logs()
        time.sleep(0.1)


def assert_confined(pod: Pod, *names: str) -> None:
    for found in map(pod.inspect, names):
        assert found["Config"]["User"] == "65532:65532"
        assert found["HostConfig"]["ReadonlyRootfs"]
        assert found["HostConfig"]["SecurityOpt"] == ["no-new-privileges"]
        assert not found["BoundingCaps"]


@contextmanager
def role(database: Database) -> Iterator[str]:
    """A role that may use the tables that others make, and make none."""
    name = f"{database.name}_service"
    database.execute(f"CREATE ROLE {name} LOGIN")
    try:
        database.execute(f"ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {name}")
        yield name
    finally:
        database.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def replicas(stack: ExitStack, variant: str, image: str, database: Database) -> list[Service]:
    """Services of one database, each with a name and a port of its own."""
    url = database.async_url
    each = (service(variant, image, DATABASE_URL=url) for _ in range(REPLICAS))
    return [stack.enter_context(one) for one in each]


def test_an_empty_database_is_migrated_and_served(notes: Service, database: Database) -> None:
    with played(notes.manifests["Deployment"]) as pod:
        assert pod.state("migrate") == ("exited", 0)
        assert pod.container("migrate").logs().events("migrate.applied")
        pod.container(notes.name).until_it_serves(notes.port)
        assert pod.state(notes.name) == ("running", 0)
        assert page(notes.port, "/notes") == "[]"
        assert_confined(pod, "migrate", notes.name)
        assert pod.message("migrate") == pod.message(notes.name) == ""
        pod.stop()
        assert pod.state(notes.name) == ("exited", 0)
    assert database.tables() == {"alembic_version", "notes"}


def test_an_init_container_may_run_again(notes: Service, database: Database) -> None:
    migrate(database)
    before = database.dump()
    for _ in range(2):
        with played(notes.manifests["Deployment"]) as pod:
            assert pod.state("migrate") == ("exited", 0)
            assert not pod.container("migrate").logs().events("migrate.applied")
            pod.container(notes.name).until_it_serves(notes.port)
    assert database.dump() == before


def test_only_the_init_container_gets_the_rights_to_migrate(image: str, database: Database) -> None:
    with ExitStack() as stack:
        url = replace(database, user=stack.enter_context(role(database))).async_url
        notes = stack.enter_context(service("base", image, DATABASE_URL=url))
        with played(notes.manifests["Deployment"]) as pod:
            assert pod.state("migrate") == ("exited", 12)
        assert database.tables() == set()

        stack.enter_context(secret(f"{notes.name}-migration", {"url": database.async_url}))
        with played(notes.manifests["Deployment"]) as pod:
            assert pod.state("migrate") == ("exited", 0)
            pod.container(notes.name).until_it_serves(notes.port)


def test_drift_keeps_the_server_from_starting(notes: Service, database: Database) -> None:
    migrate(database)
    database.execute("ALTER TABLE notes DROP COLUMN done")
    before = database.dump()
    with played(notes.manifests["Deployment"]) as pod:
        assert pod.state("migrate") == ("exited", 20)
        assert pod.state(notes.name) == ("created", 0)
        verdict = json.loads(pod.message("migrate"))
        assert verdict["exit_code"] == 20
        assert "notes.done" in verdict["message"]
        assert verdict["hint"]
    assert database.dump() == before


def test_replicas_that_start_at_once_leave_the_migration_to_one(
    image: str, database: Database
) -> None:
    with ExitStack() as stack:
        services = replicas(stack, "base", image, database)
        pods = [stack.enter_context(created(each.manifests["Deployment"])) for each in services]
        with ThreadPoolExecutor() as pool:
            list(pool.map(Pod.start, pods))
        for each, pod in zip(services, pods, strict=True):
            assert pod.state("migrate") == ("exited", 0)
            pod.container(each.name).until_it_serves(each.port)
        logs = [pod.container("migrate").logs() for pod in pods]
        assert sorted(len(log.events("migrate.applied")) for log in logs) == [0, 0, 2]


def test_replicas_wait_for_the_job(image: str, database: Database) -> None:
    with ExitStack() as stack:
        services = replicas(stack, "job", image, database)
        pods = [stack.enter_context(played(each.manifests["Deployment"])) for each in services]
        for each, pod in zip(services, pods, strict=True):
            until_it_logs(pod, each.name, "migrate.waiting")
            assert not serves(each.port)
        assert database.tables() == set()

        with played(services[0].manifests["Job"]) as job:
            assert job.container("migrate").wait(PATIENCE_SECONDS) == 0
        for each, pod in zip(services, pods, strict=True):
            pod.container(each.name).until_it_serves(each.port)
            assert pod.state(each.name) == ("running", 0)


def test_a_job_that_fails_says_why(image: str, database: Database) -> None:
    migrate(database)
    database.execute("ALTER TABLE notes DROP COLUMN done")
    with service("job", image, DATABASE_URL=database.async_url) as notes:
        with played(notes.manifests["Job"]) as job:
            assert job.container("migrate").wait(PATIENCE_SECONDS) == 20
            assert json.loads(job.message("migrate"))["exit_code"] == 20
        with played(notes.manifests["Deployment"]) as pod:
            assert pod.container(notes.name).wait(PATIENCE_SECONDS) == 20
            assert "notes.done" in json.loads(pod.message(notes.name))["message"]


def later_image(image: str) -> str:
    """A release whose migration drops a column that the one before it reads."""
    models = (EXAMPLE / "notes/database.py").read_text().splitlines(keepends=True)
    files = {
        "Dockerfile": LATER,
        "0003_not_done.py": DROPS,
        "database.py": "".join(line for line in models if "done:" not in line),
    }
    return derived_image("later", files, image)


def test_a_job_that_would_break_the_running_pods_is_refused(image: str, database: Database) -> None:
    migrate(database)
    url = database.async_url
    with ExitStack() as stack:
        services = replicas(stack, "job", image, database)
        pods = [stack.enter_context(played(each.manifests["Deployment"])) for each in services]
        for each, pod in zip(services, pods, strict=True):
            pod.container(each.name).until_it_serves(each.port)
        before = database.dump()
        settings = {"DATABASE_URL": url, "BOOTCTL__MIGRATE__BREAKS_RUNNING": "fail"}
        later = stack.enter_context(service("job", later_image(image), **settings))
        with played(later.manifests["Job"]) as job:
            assert job.container("migrate").wait(PATIENCE_SECONDS) == 14
            verdict = json.loads(job.message("migrate"))
        assert "missing column notes.done" in verdict["message"]
        assert "version 0.1.0" in verdict["message"]
        assert database.dump() == before
        for each, pod in zip(services, pods, strict=True):
            assert pod.state(each.name) == ("running", 0)
            assert page(each.port, "/notes") == "[]"
