"""The projects in which the commands of the manual are run, by the names that its comments have."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.containers.entrypoints import run
from tests.support.databases.fresh import Database
from tests.support.manual import blocks
from tests.support.paths import EXAMPLES, ROOT
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.robyn_config import with_programs
from tests.support.scenarios.half_applied import DOWN, UP, migrated, stop_half_way, write

Variables = Mapping[str, str]
Fresh = Callable[[str], Database]

_ADDS_A_COLUMN = '''\
"""whether a note is urgent"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notes", sa.Column("urgent", sa.Boolean()))
'''
_UNVERIFIED = {"BOOTCTL__VERIFY__MODE": "off"}


def environment(more: Variables) -> dict[str, str]:
    """That of a person at a terminal."""
    return with_programs({"BOOTCTL__LOG__FORMAT": "console", "NO_COLOR": "1", **more})


def notes(folder: Path, _: Fresh) -> Variables:
    """The example of Alembic, on an SQLite file that is not there yet."""
    left_out = shutil.ignore_patterns("__pycache__", "*.db*", "schema.lock")
    shutil.copytree(EXAMPLES / "alembic", folder, ignore=left_out, dirs_exist_ok=True)
    return {}


def behind(folder: Path, fresh: Fresh) -> Variables:
    """It is migrated, but for the last migration."""
    notes(folder, fresh)
    last = folder / "migrations/versions/0002_done.py"
    text = last.read_text()
    last.unlink()
    _migrate(folder, _UNVERIFIED)
    last.write_text(text)
    return {}


def existing(folder: Path, fresh: Fresh) -> Variables:
    """It is migrated, and somebody has made a table by hand."""
    return _changed(folder, fresh, "CREATE TABLE scratch (a INTEGER)")


def drifted(folder: Path, fresh: Fresh) -> Variables:
    """It is migrated, and somebody has dropped a column."""
    return _changed(folder, fresh, "ALTER TABLE notes DROP COLUMN done")


def unversioned(folder: Path, fresh: Fresh) -> Variables:
    """Something else than migrations has made its tables."""
    _changed(folder, fresh, "DROP TABLE alembic_version")
    with sqlite3.connect(folder / "notes.db") as connection:
        connection.execute("DROP TABLE bootctl_ledger")
    connection.close()
    return {}


def ahead(folder: Path, fresh: Fresh) -> Variables:
    """A newer release has migrated it, and is withdrawn."""
    notes(folder, fresh)
    newer = folder / "migrations/versions/0003_urgent.py"
    newer.write_text(_ADDS_A_COLUMN)
    _migrate(folder, _UNVERIFIED)
    newer.unlink()
    return {}


def receipts(folder: Path, fresh: Fresh) -> Variables:
    """It is migrated, and its database is named by a variable."""
    notes(folder, fresh)
    variables = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'notes.db'}"}
    _migrate(folder, variables)
    return variables


def contracting(folder: Path, fresh: Fresh) -> Variables:
    """A release of it has run, and the next one drops a column."""
    variables = receipts(folder, fresh)
    ran = run("bootctl run -- true", folder, environment(variables))
    assert ran.code == 0, ran.output
    drops = _ADDS_A_COLUMN.partition("def upgrade")[0]
    drops += 'def upgrade() -> None:\n    op.drop_column("notes", "done")\n'
    (folder / "migrations/versions/0003_not_done.py").write_text(drops)
    return variables


def dirty(folder: Path, fresh: Fresh) -> Variables:
    """A migration on MariaDB has failed half way."""
    project = migrated(ALEMBIC, folder, fresh("mariadb"))
    stop_half_way(ALEMBIC, project, "fails")
    write(ALEMBIC, project, UP, DOWN)
    return {}


def tenants(folder: Path, fresh: Fresh) -> Variables:
    """Its ``env.py`` is the one that the page shows."""
    notes(folder, fresh)
    [env] = (
        block
        for block in blocks(ROOT / "docs/how-to/tenants.md")
        if block.language == "python" and "TENANTS" in block.text
    )
    (folder / "migrations/env.py").write_text(env.text)
    return {}


def fleet(folder: Path, fresh: Fresh) -> Variables:
    """It has two tenants, which are not there yet."""
    notes(folder, fresh)
    prefix = "BOOTCTL__TENANTS__"
    return {f"{prefix}NAMES": "north south", f"{prefix}URL": "sqlite:///{tenant}.db"}


def shop(folder: Path, _: Fresh) -> Variables:
    """Nothing yet."""
    return {}


PLACES: Mapping[str, Callable[[Path, Fresh], Variables]] = {
    "notes": notes,
    "behind": behind,
    "existing": existing,
    "drifted": drifted,
    "drifted again": drifted,
    "unversioned": unversioned,
    "ahead": ahead,
    "receipts": receipts,
    "contracting": contracting,
    "dirty": dirty,
    "tenants": tenants,
    "fleet": fleet,
    "shop": shop,
}


def is_shown(line: str, output: str) -> bool:
    """Whether a line of the output is the ``line`` of a page, where ``...`` stands for anything."""
    parts = (re.escape(part) for part in line.strip().split("..."))
    pattern = re.compile(r"^\s*" + ".*".join(parts), re.MULTILINE)
    return bool(pattern.search(output))


def _changed(folder: Path, fresh: Fresh, statement: str) -> Variables:
    notes(folder, fresh)
    _migrate(folder, {})
    with sqlite3.connect(folder / "notes.db") as connection:
        connection.execute(statement)
    connection.close()
    return {}


def _migrate(folder: Path, variables: Variables) -> None:
    ran = run("bootctl migrate", folder, environment(variables))
    assert ran.code == 0, ran.output
