"""A check only reads: no writer waits for it, and a role that may do no more gets an answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.roles import reader
from tests.support.processes.forked import bootctl, start
from tests.support.projects.alembic import AlembicProject, users_project
from tests.support.scenarios.calm.feature import HEAD, table

MODEL = table(
    'sa.Column("c", sa.String(20), server_default="x")',
    'sa.Column("d", sa.Integer, sa.Computed("1 + 1", persisted=True))',
    'sa.CheckConstraint("length(c) > 0", name="ck_c")',
    'sa.Index("ix_low", sa.text("lower(c)"), postgresql_where=sa.text("id > 5"))',
)
PROGRAMS = {
    "postgresql": [
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE SEQUENCE s",
        "CREATE TYPE e AS ENUM ('a')",
        "CREATE POLICY p ON t USING (id > 0)",
    ],
    "mariadb": [
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.c = 'y'",
        "CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN x + 1",
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE SEQUENCE s",
        "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO DELETE FROM t WHERE id = 1",
    ],
    "sqlite": [
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT id FROM t",
    ],
}


def migrated(root: Path, database: Database) -> AlembicProject:
    """A project that has some of everything, as its owner has migrated it."""
    project = users_project(root, database.sync_url)
    model = MODEL
    if database.kind == "mariadb":  # it has no functional indexes
        model = MODEL.replace('sa.text("lower(c)")', '"c"')
    project.write("models.py", HEAD + model)
    made = model.replace("sa.Table(", "op.create_table(").replace(", metadata", "")
    programs = (f"op.execute({text!r})" for text in PROGRAMS[database.kind])
    project.migration("a1", None, made + "\n".join(programs))
    result = bootctl("migrate", cwd=root)
    assert result.code == 0, result.stderr
    return project


def becomes(project: AlembicProject, url: str) -> None:
    """The project connects to ``url`` from now on."""
    ini = project.root / "alembic.ini"
    kept = [line for line in ini.read_text().splitlines() if not line.startswith("sqlalchemy.url")]
    ini.write_text("\n".join([*kept, f"sqlalchemy.url = {url.replace('%', '%%')}", ""]))


def checked(root: Path, code: int) -> dict[str, Any]:
    """What `bootctl check` prints."""
    result = bootctl("check", "--format", "json", cwd=root)
    assert result.code == code, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def names(document: dict[str, Any]) -> list[str]:
    """What differs."""
    return [item["name"] for item in document["differences"]]


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_role_that_may_only_read(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    database = fresh_database(kind)
    with reader(database) as role:
        project = migrated(tmp_path, database)
        becomes(project, role.sync_url)
        before = database.dump()
        document = checked(tmp_path, 0)
        assert [text for text in document["not_compared"] if "CHECKs" in text or "role" in text]
        assert bootctl("run", "--", "true", cwd=tmp_path).code == 0
        assert database.dump() == before
        database.execute("ALTER TABLE t ADD hand INTEGER")
        assert names(checked(tmp_path, 20)) == ["t.hand"]


def test_postgresql_that_lets_nobody_write(tmp_path: Path, postgresql: Database) -> None:
    migrated(tmp_path, postgresql)
    postgresql.execute(f"ALTER DATABASE {postgresql.name} SET default_transaction_read_only = on")
    document = checked(tmp_path, 0)
    assert any("CHECKs" in text for text in document["not_compared"])
    assert bootctl("run", "--", "true", cwd=tmp_path).code == 0
    with postgresql.session() as session:
        session.execute("SET transaction_read_only = off")
        session.execute("ALTER TABLE t DROP CONSTRAINT ck_c")
        session.connection.commit()
    assert names(checked(tmp_path, 20)) == ["t.ck_c"]


def test_an_sqlite_file_that_is_only_read(tmp_path: Path, sqlite: Database) -> None:
    project = migrated(tmp_path, sqlite)
    becomes(project, f"sqlite:///file:{sqlite.name}?mode=ro&uri=true")
    checked(tmp_path, 0)
    assert bootctl("run", "--", "true", cwd=tmp_path).code == 0
    sqlite.execute("DROP TRIGGER tr")
    assert names(checked(tmp_path, 20)) == ["t.tr"]


WRITES = {
    "postgresql": "SET lock_timeout = '50ms'",
    "mariadb": "SET innodb_lock_wait_timeout = 1, lock_wait_timeout = 1",
}
LOCKS = """
    SELECT mode, relation::regclass::text FROM pg_locks JOIN pg_class c ON c.oid = relation
    WHERE pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database
        WHERE datname = current_database()) AND c.relnamespace = 'public'::regnamespace
        AND mode <> 'AccessShareLock'
"""


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_no_writer_waits(
    tmp_path: Path, fresh_database: Callable[[str], Database], kind: str
) -> None:
    database = fresh_database(kind)
    migrated(tmp_path, database)
    checking = start("bootctl", "check", cwd=tmp_path)
    held: set[tuple[str, str]] = set()
    written = 0
    with database.session() as writer:
        writer.execute(WRITES[kind])
        while not checking.ended(0.01):
            writer.execute("INSERT INTO t (c) VALUES ('x')")
            writer.execute("UPDATE t SET c = 'z' WHERE id = 1")
            writer.connection.commit()
            written += 1
            if kind == "postgresql":
                writer.execute(LOCKS)
                held.update(writer.fetchall())
                writer.connection.commit()
    assert checking.wait().code == 0
    assert written > 5
    assert held == set()
