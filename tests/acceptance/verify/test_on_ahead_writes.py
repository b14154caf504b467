"""Older code on a changed database: whether every row that it writes is still taken."""

import re
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.projects.alembic import (
    CREATE_POSTS,
    CREATE_USERS,
    USERS_MODEL,
    AlembicProject,
    users_project,
)
from tests.support.projects.kits import Kit
from tests.support.projects.steps import Sql
from tests.support.scenarios.image_rollback import refused, roll_back, rolled_back, started


def steps(script: str) -> list[Sql]:
    return [Sql(statement) for statement in script.strip().split(";\n")]


POSTGRESQL_TAKES = """\
CREATE TABLE teams (id INTEGER NOT NULL PRIMARY KEY, slug VARCHAR(9) NOT NULL UNIQUE);
ALTER TABLE users ADD COLUMN team INTEGER DEFAULT 1 NOT NULL;
ALTER TABLE users ADD COLUMN tenant INTEGER;
ALTER TABLE users ADD COLUMN code UUID DEFAULT gen_random_uuid() NOT NULL;
ALTER TABLE users ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY;
ALTER TABLE users ADD COLUMN place BIGSERIAL;
ALTER TABLE users ADD COLUMN lower_email VARCHAR GENERATED ALWAYS AS (lower(email)) STORED;
ALTER TABLE users ADD CONSTRAINT team_of FOREIGN KEY (team) REFERENCES teams (id);
ALTER TABLE users ADD CONSTRAINT tenant_of FOREIGN KEY (tenant) REFERENCES teams (id);
ALTER TABLE users ADD CONSTRAINT by_tenant UNIQUE (tenant, email);
ALTER TABLE users ADD CONSTRAINT by_code UNIQUE (code);
ALTER TABLE users ADD CONSTRAINT by_place UNIQUE (email, place);
CREATE UNIQUE INDEX by_number ON users (number);
ALTER TABLE users ADD CONSTRAINT some_tenant CHECK (tenant > 0);
COMMENT ON COLUMN users.email IS 'as it was typed'
"""

MARIADB_TAKES = """\
CREATE TABLE teams (id INTEGER NOT NULL PRIMARY KEY, slug VARCHAR(9) NOT NULL UNIQUE);
ALTER TABLE users ADD COLUMN team INTEGER DEFAULT 1 NOT NULL;
ALTER TABLE users ADD COLUMN tenant INTEGER;
ALTER TABLE users ADD COLUMN lower_email VARCHAR(100) AS (lower(email)) PERSISTENT;
ALTER TABLE users ADD CONSTRAINT team_of FOREIGN KEY (team) REFERENCES teams (id);
ALTER TABLE users ADD CONSTRAINT tenant_of FOREIGN KEY (tenant) REFERENCES teams (id);
ALTER TABLE users ADD CONSTRAINT by_tenant UNIQUE (tenant, email);
ALTER TABLE users ADD CONSTRAINT some_tenant CHECK (tenant > 0)
"""

SQLITE_TAKES = """\
CREATE TABLE teams (id INTEGER NOT NULL PRIMARY KEY, slug VARCHAR(9) NOT NULL UNIQUE);
ALTER TABLE users ADD COLUMN team INTEGER DEFAULT 1 NOT NULL;
ALTER TABLE users ADD COLUMN tenant INTEGER REFERENCES teams (id);
ALTER TABLE users ADD COLUMN lower_email VARCHAR(100) AS (lower(email)) VIRTUAL;
CREATE UNIQUE INDEX by_tenant ON users (tenant, email)
"""

TAKES = {"postgresql": POSTGRESQL_TAKES, "mariadb": MARIADB_TAKES, "sqlite": SQLITE_TAKES}

ADDED = """\
ALTER TABLE users ADD COLUMN label VARCHAR(9) DEFAULT '' NOT NULL;
ALTER TABLE users ADD COLUMN lower_email VARCHAR(100) {computed};
"""

CONSTRAINTS = """\
ALTER TABLE users ADD CONSTRAINT by_label UNIQUE (label);
ALTER TABLE users ADD CONSTRAINT by_both UNIQUE (email, label);
ALTER TABLE users ADD CONSTRAINT by_lower UNIQUE (lower_email);
ALTER TABLE users ADD CONSTRAINT some_email CHECK (email <> '');
ALTER TABLE users ADD CONSTRAINT some_label CHECK (label <> email)
"""

UNIQUE_INDEXES = """\
CREATE UNIQUE INDEX by_label ON users (label);
CREATE UNIQUE INDEX by_both ON users (email, label);
CREATE UNIQUE INDEX by_lower ON users (lower_email)
"""

REFUSES = {
    "postgresql": ADDED.format(computed="GENERATED ALWAYS AS (lower(email)) STORED")
    + "ALTER TABLE users ADD COLUMN kind INTEGER DEFAULT NULL::int4 NOT NULL;\n"
    + CONSTRAINTS,
    "mariadb": ADDED.format(computed="AS (lower(email)) PERSISTENT") + CONSTRAINTS,
    "sqlite": ADDED.format(computed="AS (lower(email)) VIRTUAL") + UNIQUE_INDEXES,
}

REFUSED = {
    "postgresql": {"by_label", "by_both", "by_lower", "some_email", "some_label", "kind"},
    "mariadb": {"by_label", "by_both", "by_lower", "some_email", "some_label"},
    "sqlite": {"by_label", "by_both", "by_lower"},
}


def test_rows_of_older_code_that_are_still_taken(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    rolled_back(tmp_path, database, kit, *steps(TAKES[database.kind]))
    started(tmp_path, database)
    if database.kind != "sqlite":  # where no foreign key is enforced unless asked
        database.execute("INSERT INTO teams VALUES (1, 'all')")
    for number in (1, 2):
        database.execute(f"INSERT INTO users (id, email) VALUES ({number}, 'same')")


def test_rows_of_older_code_that_may_be_refused(
    tmp_path: Path, database: Database, kit: Kit
) -> None:
    rolled_back(tmp_path, database, kit, *steps(REFUSES[database.kind]))
    incompatible = refused(tmp_path, database).verdict["incompatible"]
    assert names(incompatible) == REFUSED[database.kind]


def names(incompatible: list[str]) -> set[str]:
    """The columns and keys of users that are named."""
    return set(re.findall(r"users\.(\w+)", " ".join(incompatible)))


def test_another_primary_key(tmp_path: Path, postgresql: Database, kit: Kit) -> None:
    rolled_back(
        tmp_path,
        postgresql,
        kit,
        Sql("ALTER TABLE users ADD COLUMN number BIGINT GENERATED BY DEFAULT AS IDENTITY"),
        Sql("ALTER TABLE users DROP CONSTRAINT users_pkey"),
        Sql("ALTER TABLE users ADD PRIMARY KEY (number)"),
    )
    incompatible = refused(tmp_path, postgresql).verdict["incompatible"]
    assert [item for item in incompatible if "users.number" in item]
    assert [item for item in incompatible if item.endswith("the models need it")]


DEFAULTS_MODEL = (
    USERS_MODEL
    + """
users.append_column(sa.Column("state", sa.String(9), server_default="new", nullable=False))
users.append_column(sa.Column("level", sa.Integer, server_default="1", nullable=False))
users.append_column(sa.Column("note", sa.String(9), server_default="none"))
users.append_column(sa.Column("full_name", sa.String(9)))
"""
)

CREATE = """\
op.create_table(
    "users",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(100), nullable=False),
    sa.Column("state", sa.String(9), server_default="new", nullable=False),
    sa.Column("level", sa.Integer, server_default="1", nullable=False),
    sa.Column("note", sa.String(9), server_default="none"),
    sa.Column("full_name", sa.String(9)),
)
"""

CHANGE = """\
op.alter_column("users", "state", server_default="old")
op.alter_column("users", "level", server_default=None)
op.alter_column("users", "note", server_default=None)
op.alter_column("users", "email", type_=sa.Text)
op.drop_column("users", "full_name")
op.add_column("users", sa.Column("full_name", sa.String(9), sa.Computed("state")))
"""


@pytest.mark.parametrize("options", ["", "compare_type=False, compare_server_default=True"])
def test_what_env_py_does_not_compare(tmp_path: Path, postgresql: Database, options: str) -> None:
    project = users_project(tmp_path, postgresql.sync_url)
    project.env(options=options)
    project.models(DEFAULTS_MODEL)
    project.migration("a1", None, CREATE)
    roll_back(tmp_path, project.migration("a9", "a1", CHANGE))
    incompatible = refused(tmp_path, postgresql).verdict["incompatible"]
    assert names(incompatible) == {"level", "email", "full_name"}


# Alembic applies a naming convention to migrations, too.
CHECKED = """\
    "checked",{metadata}
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("age", sa.Integer),
    sa.Column("size", sa.Enum("s", "m", native_enum=False, create_constraint=True, name="size")),
    sa.CheckConstraint("age < 200", name="old"),{more}
)
"""
UNNAMED = '\n    sa.CheckConstraint("age <> 13"),'
MORE = '\n    sa.CheckConstraint("age > 0", name="grown"),'
CONVENTION = 'metadata.naming_convention = {"ck": "ck_%(table_name)s_%(constraint_name)s"}\n'


def checked_project(root: Path, database: Database, top: str, more: str) -> AlembicProject:
    """A project whose models have CHECK constraints."""
    project = users_project(root, database.sync_url)
    table = CHECKED.format(metadata="\n    metadata,", more=more)
    project.models(f"{USERS_MODEL}{top}sa.Table(\n{table}")
    project.migration("a1", None, f"{CREATE_USERS}op.create_table(\n{created(more)}")
    return project


def created(more: str) -> str:
    return CHECKED.format(metadata="", more=more)


@pytest.mark.parametrize(
    ("top", "more"), [("", UNNAMED), (CONVENTION, "")], ids=["unnamed", "by convention"]
)
def test_checks_of_the_models_own(tmp_path: Path, database: Database, top: str, more: str) -> None:
    project = checked_project(tmp_path, database, top, more)
    roll_back(tmp_path, project.migration("a9", "a1", CREATE_POSTS))
    started(tmp_path, database)


def test_another_check(tmp_path: Path, database: Database) -> None:
    project = checked_project(tmp_path, database, CONVENTION, "")
    steps = f'op.drop_table("checked")\nop.create_table(\n{created(MORE)}'
    roll_back(tmp_path, project.migration("a9", "a1", steps))
    [incompatible] = refused(tmp_path, database).verdict["incompatible"]
    assert incompatible.startswith("unexpected constraint checked.ck_checked_grown: ")
