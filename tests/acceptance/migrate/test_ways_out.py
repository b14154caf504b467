"""What a server refuses in a migration: the verdict has what leads out, and it does."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC, ASYNC_ALEMBIC, Kit
from tests.support.projects.steps import Change, Python, Sql

INDEX = "CREATE INDEX CONCURRENTLY by_email ON users (email)"
TYPE = "CREATE TYPE mood AS ENUM ('sad')"
ADD = "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'happy'"
USE = "CREATE INDEX happy ON users (email) WHERE 'happy'::mood > 'sad'"
OUTSIDE = {
    "alembic": ("", ""),
    "aerich": ("RUN_IN_TRANSACTION = True", "RUN_IN_TRANSACTION = False"),
    "tortoise": ("    initial =", "    atomic = False\n    initial ="),
}
"""What the hint names, as it is written."""
UNVERIFIED = {"BOOTCTL__VERIFY__MODE": "off"}
REBUILT = "INSERT INTO kept SELECT n FROM goods"
VIOLATING = {
    "UNIQUE": {"": ["CREATE UNIQUE INDEX one_each ON goods (n)"]},
    "NOT NULL": {
        "postgresql": ["ALTER TABLE goods ALTER COLUMN n SET NOT NULL"],
        "mariadb": ["ALTER TABLE goods MODIFY n INT NOT NULL"],
        "sqlite": ["CREATE TABLE kept (n INT NOT NULL)", REBUILT],
    },
    "CHECK": {
        "": ["ALTER TABLE goods ADD CONSTRAINT positive CHECK (n > 0)"],
        "sqlite": ["CREATE TABLE kept (n INT CHECK (n > 0))", REBUILT],
    },
    "foreign key": {
        "": ["ALTER TABLE goods ADD CONSTRAINT owned FOREIGN KEY (n) REFERENCES owners (n)"],
    },
}
"""What the rows of goods do not keep, and the statements of each database that ask for it."""
NAMED = {"aerich": "RUN_IN_TRANSACTION = False", "tortoise": "atomic = False"}


def autocommit(statement: str) -> str:
    return f"with op.get_context().autocommit_block(): op.execute({statement!r})"


def failed(root: Path, *said: str) -> dict[str, Any]:
    """The verdict of a migration that fails."""
    result = bootctl("migrate", cwd=root)
    assert result.code == 14, result.stderr
    assert all(word in result.verdict["hint"] for word in said), result.stderr
    return result.verdict


def outside(root: Path, kit: Kit, name: str) -> None:
    """Have a file run outside of any transaction, as the hint says."""
    path = root / kit.file(name)
    path.write_text(path.read_text().replace(*OUTSIDE[kit.name]))


def test_an_index_that_is_built_concurrently(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, postgresql)
    project.migration("a2", "a1", Sql(INDEX))
    said = NAMED.get(kit.name, autocommit(INDEX))
    failed(tmp_path, said, kit.file("a2"))
    project.migration("a2", "a1", Python(said) if kit.name == "alembic" else Sql(INDEX))
    outside(tmp_path, kit, "a2")
    # The models do not have it, which is nobody's failure to migrate.
    result = bootctl("migrate", cwd=tmp_path)
    assert (result.code, "by_email" in result.stderr) in ((0, False), (20, True)), result.stderr
    assert postgresql.execute("SELECT 1 FROM pg_indexes WHERE indexname = 'by_email'")


@pytest.mark.slow
def test_an_enum_s_value_that_is_used_where_it_is_added(
    tmp_path: Path, postgresql: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, postgresql)
    postgresql.execute(TYPE)
    uses = Sql("CREATE TABLE feelings (f mood DEFAULT 'happy'); DROP TABLE feelings")
    project.migration("a2", "a1", Sql(ADD))
    project.migration("a3", "a2", uses)
    verdict = failed(tmp_path, NAMED.get(kit.name, autocommit(ADD)), "mood")
    if kit.name == "alembic":
        [code] = re.findall(r"with op\.[^:]*: op\.execute\(.*\"\)", verdict["hint"])
        project.migration("a2", "a1", Python(code))
    outside(tmp_path, kit, "a2")
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr


@pytest.mark.parametrize(
    "way",
    [
        "shorten",
        *(pytest.param(way, marks=pytest.mark.slow) for way in ("make room", "make the table")),
    ],
)
def test_a_revision_s_id_that_the_version_table_has_no_room_for(
    tmp_path: Path, postgresql: Database, way: str
) -> None:
    project = ALEMBIC.project(tmp_path, postgresql)
    if way != "make the table":
        assert bootctl("migrate", cwd=tmp_path).code == 0
    long = "a2_adds_the_name_that_everybody_asked_for"
    project.models("name")
    path = project.migration(long, "a1", Change.ADD_NAME)
    hint = failed(tmp_path, f'revision = "{long[:32]}"', path.name)["hint"]
    if way == "shorten":
        path.write_text(path.read_text().replace(long, long[:32]))
    else:
        statements = re.findall(r"(?:ALTER|CREATE) TABLE [^;]+;", hint)
        postgresql.execute(statements[way == "make the table"])
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr


@pytest.mark.parametrize("way", ["shorten", pytest.param("make room", marks=pytest.mark.slow)])
def test_a_revision_s_id_that_is_too_long_for_mysql(
    tmp_path: Path, mariadb: Database, way: str
) -> None:
    project = ALEMBIC.project(tmp_path, mariadb)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    long = "a2_adds_the_name_that_everybody_asked_for"
    project.models("name")
    path = project.migration(long, "a1", Change.ADD_NAME)
    hint = failed(tmp_path, f'revision = "{long[:32]}"', path.name)["hint"]
    mariadb.execute("ALTER TABLE users DROP COLUMN name")
    mariadb.execute("DELETE FROM bootctl_ledger WHERE applied_at IS NULL")
    if way == "shorten":
        path.write_text(path.read_text().replace(long, long[:32]))
    else:
        mariadb.execute(re.findall(r"ALTER TABLE [^;]+;", hint)[0])
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr


@pytest.mark.parametrize("kit", [ALEMBIC, ASYNC_ALEMBIC], ids=lambda kit: kit.name)
def test_a_percent_sign_in_the_url(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    project = kit.project(tmp_path, postgresql)
    url = kit.url(postgresql).replace("@", ":can%40ary@")
    setting = 'config.set_main_option("sqlalchemy.url", url)'
    project.configure(top=f"url = {url!r}\n{setting}\n")
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 3, result.stderr
    code = 'config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))'
    assert code in result.verdict["hint"]
    assert "migrations/env.py" in result.verdict["message"]
    assert "ary" not in result.stderr.replace("library", "")
    project.configure(top=f"url = {url!r}\n{code}\n")
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 0, result.stderr


@pytest.mark.parametrize(
    "constraint",
    [
        "UNIQUE",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("NOT NULL", "CHECK")),
    ],
)
def test_rows_that_do_not_keep_a_new_constraint(
    tmp_path: Path, database: Database, kit: Kit, constraint: str
) -> None:
    corrected(tmp_path, database, kit, constraint)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])  # SQLite asks no rows for theirs
def test_rows_that_do_not_keep_a_new_foreign_key(
    tmp_path: Path, fresh_database: Callable[[str], Database], kit: Kit, kind: str
) -> None:
    corrected(tmp_path, fresh_database(kind), kit, "foreign key")


def corrected(root: Path, database: Database, kit: Kit, constraint: str) -> None:
    """A migration is refused because of rows, which are corrected, and is applied."""
    project = kit.project(root, database)
    for table in ("goods (n INT)", "owners (n INT NOT NULL PRIMARY KEY)"):
        database.execute(f"CREATE TABLE {table}")
    assert bootctl("migrate", cwd=root, env=UNVERIFIED).code == 0
    database.execute("INSERT INTO goods VALUES (-1), (-1), (NULL)")
    asked = VIOLATING[constraint]
    project.migration("a2", "a1", *map(Sql, asked.get(database.kind) or asked[""]))
    failed(root, constraint, "correct the rows, or the migration, and start again.")
    database.execute("DELETE FROM goods")
    result = bootctl("migrate", cwd=root, env=UNVERIFIED)
    assert result.code == 0, result.stderr


def test_rows_that_do_not_keep_it_where_a_part_of_the_migration_stays(
    tmp_path: Path, mariadb: Database
) -> None:
    project = ALEMBIC.project(tmp_path, mariadb)
    mariadb.execute("CREATE TABLE goods (n INT)")
    mariadb.execute("INSERT INTO goods VALUES (1), (1)")
    steps = ["CREATE TABLE news (n INT)", *VIOLATING["UNIQUE"][""]]
    project.migration("a2", "a1", *map(Sql, steps))
    hint = failed(tmp_path, "correct the rows, or the migration. Then `bootctl resolve")["hint"]
    assert "start again" not in hint
