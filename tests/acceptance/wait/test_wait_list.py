"""What a project made by robyn-config depends on, with no configuration of bootctl's own."""

import itertools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes.forked import bootctl
from tests.support.projects import robyn_config
from tests.support.projects.robyn_config import Made

BROKERS = {
    "none": [],
    "redis": ["redis://broker:6379/1"],
    "rabbitmq": ["amqp://app:***@broker:5672//"],
    "kafka": ["kafka://broker:9092"],
}
NOSQL = {
    "none": [],
    "mongodb": ["mongodb://app:***@mongodb:27017/app?authSource=admin"],
    "neo4j": ["neo4j://neo4j:***@neo4j:7687/neo4j"],
}
NOSQL["mongodb,neo4j"] = NOSQL["mongodb"] + NOSQL["neo4j"]
REDIS_WORKERS = ("rq", "huey")
WORKERS = ("none", "celery", "dramatiq", *REDIS_WORKERS)
COMBINATIONS = [
    *itertools.product(BROKERS, ["mongodb,neo4j"], WORKERS),
    *itertools.product(["none", "kafka"], ["none", "mongodb", "neo4j"], ["none"]),
]
QUICK = {("rabbitmq", "mongodb,neo4j", "celery")}
OFF = {"SETTINGS__CACHE__USE_FAKE is true, by default", "SETTINGS__MAILING__HOST is not set"}


def queues(broker: str, worker: str) -> list[str]:
    """The worker's URLs, as robyn-config writes them."""
    first = "redis://redis-broker:6379/2" if broker == "redis" else "redis://valkey:6379/1"
    host = "redis-broker" if broker == "redis" else "valkey"
    if broker == "rabbitmq" and worker in ("celery", "dramatiq"):
        first = "amqp://app:***@rabbitmq:5672//"
    if worker == "none":
        return []
    return [first, f"redis://{host}:6379/3"] if worker == "celery" else [first]


def marked(combination: tuple[str, str, str]) -> Any:
    marks = () if combination in QUICK else pytest.mark.slow
    return pytest.param(combination, id="-".join(combination), marks=marks)


def listed(project: Made, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    result = bootctl("wait", "--list", "--json", cwd=project.root, env=env)
    assert result.code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def unmasked(target: str) -> str:
    """Where the password is also the user's or the database's name, that is masked as well."""
    return re.sub(r"\*\*\*(?=:\*\*\*@|\?)", "app", target)


@pytest.mark.parametrize("combination", [*map(marked, COMBINATIONS)])
def test_every_combination_lists_its_targets(
    combination: tuple[str, str, str], tmp_path: Path
) -> None:
    broker, nosql, worker = combination
    options = ("--broker", broker, "--nosql", nosql, "--worker", worker)
    project = robyn_config.create("sqlalchemy", "ddd", tmp_path / "shop", *options)
    found = listed(project)
    database, *others = [unmasked(item["target"]) for item in found["targets"]]
    assert database == f"sqlite+aiosqlite:///{project.root}/database.db"
    expected = [*BROKERS[broker], *NOSQL[nosql], *queues(broker, worker)]
    assert others == expected
    assert {item["reason"] for item in found["skipped"]} == OFF
    assert not list(project.root.glob("*.db"))


def test_the_example_env_file_names_every_target(tmp_path: Path) -> None:
    options = ("--broker", "kafka", "--nosql", "mongodb,neo4j", "--worker", "celery")
    project = robyn_config.create("tortoise", "mvc", tmp_path / "shop", *options)
    (project.root / ".env").write_text((project.root / ".env.example").read_text())
    found = listed(project)
    assert [(unmasked(item["target"]), item["source"]) for item in found["targets"]] == [
        ("postgresql+asyncpg://app:***@localhost:5432/database", "SETTINGS__DATABASE__HOST"),
        ("redis://localhost:6379/0", "SETTINGS__CACHE__HOST"),
        ("smtp://localhost:1025", "SETTINGS__MAILING__HOST"),
        ("kafka://localhost:29092", "SETTINGS__BROKER__BOOTSTRAP_SERVERS"),
        (
            "mongodb://app:***@localhost:27017/app?authSource=admin",
            "SETTINGS__NOSQL__MONGODB__HOST",
        ),
        ("neo4j://neo4j:***@localhost:7687/neo4j", "SETTINGS__NOSQL__NEO4J__URI"),
        ("redis://localhost:6379/1", "SETTINGS__WORKER__BROKER_URL"),
        ("redis://localhost:6379/3", "SETTINGS__WORKER__RESULT_BACKEND"),
    ]
    assert not found["skipped"]
