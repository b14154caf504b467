"""A role that an administrator makes stops no boot; one that is locked out does."""

from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.databases.roles import role
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change


def test_a_privilege_that_somebody_has_added_is_drift_to_a_check_alone(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, postgresql)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    with role(postgresql) as report:
        postgresql.execute(f"GRANT SELECT ON users TO {report.user}")
        added = [f"unexpected grant {what} to {report.user}" for what in ("schema public", "users")]
        assert bootctl("check", cwd=tmp_path).code == 20
        project.models("name")
        project.migration("a2", "a1", Change.ADD_NAME)
        for _ in ("behind", "at head"):
            result = bootctl("migrate", cwd=tmp_path)
            assert result.code == 0, result.stderr
            [clean] = result.events("verify.clean")
            assert clean["accepted"] == added
            assert all(item in clean["message"] for item in added)


def test_one_that_was_taken_away_stops_a_boot(tmp_path: Path, postgresql: Database) -> None:
    with role(postgresql) as report:
        postgresql.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {report.user}"
        )
        ALEMBIC.project(tmp_path, postgresql)
        assert bootctl("migrate", cwd=tmp_path).code == 0
        postgresql.execute(f"REVOKE SELECT ON users FROM {report.user}")
        verdict = bootctl("migrate", cwd=tmp_path).verdict
        assert verdict["exit_code"] == 20
        assert verdict["differences"] == [f"missing grant users to {report.user}"]
