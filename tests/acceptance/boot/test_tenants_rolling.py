"""What breaks the running version of a tenant: told of each by its own ledger, and refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Sql
from tests.support.scenarios.tenants import Fleet, codes, of_databases, of_schemas, report

pytestmark = pytest.mark.slow

IN_LONG_SUITE = ("in_a_schema", "database_of_its_own[alembic-sqlite]", "[aerich-mariadb]")
FAIL = {"BOOTCTL__MIGRATE__BREAKS_RUNNING": "fail", "BOOTCTL__VERIFY__IGNORE": "*"}


def refused(fleet: Fleet) -> None:
    """The first release has migrated every tenant; the second one drops a column."""
    first = fleet.migrate("--json", **FAIL)
    assert set(codes(first).values()) == {0}, first.stderr
    assert len(first.events("migrate.running_unknown")) == 0
    fleet.project.migration("a2", "a1", Sql("ALTER TABLE users DROP COLUMN email"))
    second = fleet.migrate("--json", **FAIL)
    assert set(codes(second).values()) == {14}, second.stderr
    assert second.code == 14
    found = second.events("migrate.breaks_running")
    assert {line["tenant"]: line["object"] for line in found} == dict.fromkeys(
        fleet.names, "users.email"
    )
    assert not any(line["is_committed"] for line in found)
    for item in report(second)["tenants"]:
        assert "missing column users.email" in item["message"]


def test_a_tenant_in_a_schema(tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["one", "two"])
    refused(fleet)
    for name in fleet.names:
        assert postgresql.execute(f"SELECT email FROM {name}.users") == []
    told = fleet.migrate("--json", **{**FAIL, "BOOTCTL__MIGRATE__BREAKS_RUNNING": "warn"})
    assert set(codes(told).values()) == {0}, told.stderr


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_a_tenant_with_a_database_of_its_own(
    kit: Kit, kind: str, tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    databases = [fresh_database(kind) for _ in range(2)]
    refused(of_databases(kit, tmp_path / "project", databases))
    for item in databases:
        assert item.execute("SELECT email FROM users") == []
