"""The ``env.py`` with a ``schema_translate_map`` that the manual shows, with two tenants."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.manual import blocks
from tests.support.paths import ROOT
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.steps import Change
from tests.support.scenarios.tenants import codes, of_schemas, report

pytestmark = pytest.mark.slow

DATABASE = """
import os

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

URL = os.environ["BOOTCTL__DATABASE__URL"]


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(100))
"""
NAME = "    name: Mapped[str | None] = mapped_column(String(50))\n"


def shown() -> str:
    """The block of the page."""
    [env] = (
        block.text
        for block in blocks(ROOT / "docs/how-to/tenants.md")
        if block.language == "python" and "schema_translate_map" in block.text
    )
    return env


def test_each_tenant_is_migrated_and_verified(tmp_path: Path, postgresql: Database) -> None:
    fleet = of_schemas(ALEMBIC, tmp_path, postgresql, ["north", "south-2"])
    fleet.project.write("notes/__init__.py", "")
    database = fleet.project.write("notes/database.py", DATABASE)
    (tmp_path / "migrations/env.py").write_text(shown())
    first = fleet.migrate("--json")
    assert codes(first) == {"north": 0, "south-2": 0}, first.stderr
    tables = {"users", "alembic_version"}
    assert postgresql.tables() == {f"{name}.{table}" for name in fleet.names for table in tables}
    database.write_text(DATABASE + NAME)
    fleet.project.migration("a2", "a1", Change.ADD_NAME)
    second = fleet.migrate("--json")
    assert [item["applied"] for item in report(second)["tenants"]] == [["a2"], ["a2"]]
    postgresql.execute('ALTER TABLE "south-2".users DROP COLUMN email')
    assert codes(fleet.run("check", "--tenants", "--json")) == {"north": 0, "south-2": 20}
