"""The process of each tenant: forked, and like one that was started by itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.spawned import Result
from tests.support.projects.kits import ALEMBIC
from tests.support.scenarios.tenants import Fleet, codes, of_schemas

pytestmark = pytest.mark.slow

TELLS = """
import json, os, signal, sys, threading

def places():
    for number in os.listdir("/proc/self/fd"):
        try:
            yield number, os.readlink(f"/proc/self/fd/{number}").partition(":")[0]
        except OSError:
            pass  # the one that has listed them

if not hasattr(sys, "seen"):
    status = dict(line.rstrip().split(":", 1) for line in open("/proc/self/status"))
    print(json.dumps({
        "signals": [status[name] for name in ("SigBlk", "SigIgn", "SigCgt")],
        "descriptors": dict(places()),
        "words": [sys.argv, sys.path, os.getcwd()],
        "environ": {k: v for k, v in os.environ.items() if k not in ("BOOTCTL_TENANT", "THREADED")},
        "threads": threading.active_count(),
        "child": str(signal.getsignal(signal.SIGCHLD)),
    }))
    print(json.dumps({"pid": os.getpid(), "parent": os.getppid()}))
print(json.dumps({"seen": getattr(sys, "seen", "")}))
sys.seen = os.environ["BOOTCTL_TENANT"]
os.environ["MARK"] = sys.seen
"""
WITH_A_THREAD = """
import os, threading
if "BOOTCTL_FORKS" in os.environ and os.environ["THREADED"]:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
"""
KILLS = 'import os\nif os.environ["BOOTCTL_TENANT"] == "two":\n    os.kill(os.getpid(), 9)\n'


@pytest.fixture
def fleet(tmp_path: Path, postgresql: Database) -> Fleet:
    """Three tenants, of which nothing is migrated."""
    return of_schemas(ALEMBIC, tmp_path / "project", postgresql, ["one", "two", "three"])


def told(result: Result) -> dict[str, dict[str, Any]]:
    """What the process of each tenant tells of itself, merged."""
    found: dict[str, dict[str, Any]] = {}
    for line in result.lines:
        if line["event"].endswith(".output"):
            found.setdefault(line["tenant"], {}).update(json.loads(line["message"]))
    return found


def test_a_process_that_is_forked_is_like_one_that_is_started(
    tmp_path: Path, fleet: Fleet, postgresql: Database
) -> None:
    fleet.project.configure(top=TELLS)
    site = tmp_path / "site/sitecustomize.py"
    site.parent.mkdir()
    site.write_text(WITH_A_THREAD)
    path = {"PYTHONPATH": str(site.parent)}
    forked = told(fleet.migrate(THREADED="", **path))
    for name in fleet.names:
        postgresql.execute(f"DROP SCHEMA {name} CASCADE; CREATE SCHEMA {name}")
    started = told(fleet.migrate(THREADED="1", **path))
    parents = [{item.pop("parent") for item in found.values()} for found in (started, forked)]
    assert parents[0].isdisjoint(parents[1])
    assert len({item.pop("pid") for found in (started, forked) for item in found.values()}) == 6
    assert forked == started


def test_nobody_meets_what_env_py_has_done_to_its_process(fleet: Fleet) -> None:
    fleet.project.configure(top=TELLS)
    found = told(fleet.migrate("--json", BOOTCTL__TENANTS__CONCURRENCY="1"))
    assert len({item["pid"] for item in found.values()}) == len(fleet.names)
    assert len({item["parent"] for item in found.values()}) == 1
    assert all(item["seen"] in ("", name) for name, item in found.items())
    assert all("MARK" not in item["environ"] for item in found.values())


def test_a_process_that_is_killed_is_its_own_tenants_failure(fleet: Fleet) -> None:
    fleet.project.configure(top=KILLS)
    result = fleet.migrate("--json")
    assert codes(result) == {"one": 0, "two": 137, "three": 0}
    assert result.code == 137
    assert "its process ended with 137" in result.stdout
