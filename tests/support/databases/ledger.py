"""What the ledger of a test's database holds."""

from pathlib import Path
from typing import Any

from bootctl.ledger.autogenerate import LEDGER
from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import Kit

COLUMNS = (
    "scope",
    "revision",
    "parents",
    "file",
    "checksum",
    "duration_ms",
    "code_version",
    "bootctl_version",
    "applied_at",
)


def ledger(database: Database, schema: str = "") -> list[dict[str, Any]]:
    """Its rows of applied migrations, by their revisions."""
    rows = database.execute(
        f"SELECT {', '.join(COLUMNS)} FROM {schema}{LEDGER} WHERE applied_at IS NOT NULL "
        "ORDER BY revision"
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def has_ledger(database: Database) -> bool:
    """Whether the table is there."""
    return LEDGER in database.dump()


def scope(kit: Kit) -> str:
    """What the rows of a kit's project are about."""
    return kit.ledger if kit.name.startswith("alembic") else f"{kit.ledger}:models"


def key(kit: Kit, name: str) -> str:
    """A migration's name, as the version table has it."""
    return kit.revision(name).removeprefix("models.")


def recorded(database: Database, kit: Kit) -> list[str]:
    """The rows of the version table."""
    column = {"alembic_version": "version_num", "aerich": "version"}.get(kit.ledger, "name")
    return [str(row[0]) for row in database.execute(f"SELECT {column} FROM {kit.ledger}")]


def unrecord(database: Database, kit: Kit, name: str, before: str) -> None:
    """What a downgrade of the migration ``name`` to the one ``before`` leaves in the version table."""
    if kit.ledger == "alembic_version":
        database.execute(f"UPDATE alembic_version SET version_num = '{before}'")
        return
    column = "version" if kit.ledger == "aerich" else "name"
    database.execute(f"DELETE FROM {kit.ledger} WHERE {column} = '{key(kit, name)}'")


def warnings(root: Path, *command: str) -> list[str]:
    """The messages of ``ledger.unavailable`` of a run that succeeds in spite of it."""
    result = bootctl(*command, cwd=root)
    assert result.code == 0, result.stderr
    found = result.events("ledger.unavailable")
    assert all(line["level"] == "warning" and line["hint"] for line in found)
    return [line["message"] for line in found]
