"""What is granted on tables, columns and routines of MariaDB is compared, as far as the role sees it."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.read import read
from bootctl.verify.catalog.unseen import OTHERS_GRANTS, seen
from tests.integration.verify.corpus.item import described
from tests.integration.verify.test_catalog_mariadb import connected, run
from tests.integration.verify.undoing import undoing
from tests.support.databases.fresh import Database

MADE = (
    "CREATE TABLE items (id int, label varchar(9))",
    "CREATE PROCEDURE tidy() SELECT 1",
    "GRANT SELECT, INSERT (label) ON items TO {user}",
)
CHANGES = {
    "GRANT UPDATE ON items TO {user}": {"grant items to {user}": "privileges"},
    "GRANT USAGE ON items TO {user} WITH GRANT OPTION": {"grant items to {user}": "grantable"},
    "REVOKE SELECT ON items FROM {user}": {"grant items to {user}": "removed"},
    "GRANT UPDATE (id) ON items TO {user}": {"grant items.id to {user}": "added"},
    "REVOKE INSERT (label) ON items FROM {user}": {"grant items.label to {user}": "removed"},
    "GRANT EXECUTE ON PROCEDURE tidy TO {user}": {"grant tidy to {user}": "added"},
    "GRANT DELETE ON items TO PUBLIC": {"grant items to 'PUBLIC'@''": "added"},
    "GRANT SELECT ON {database}.* TO {user}": {},
    "DROP TABLE items": {"table items": "removed"},
}


@pytest.fixture
def user(mariadb: Database) -> Iterator[str]:
    name = f"u_{uuid.uuid4().hex[:12]}"
    mariadb.execute(f"CREATE USER {name}@'%'")
    yield name
    mariadb.execute(f"DROP USER {name}@'%'")


def test_what_somebody_grants_is_found_and_undone(mariadb: Database, user: str) -> None:
    grantee = f"'{user}'@'%'"
    with connected(mariadb) as connection:
        run(connection, [text.format(user=grantee) for text in MADE])
        expected = read(connection)
        assert expected.unseen == ()
        for statement, told in CHANGES.items():
            run(connection, [statement.format(user=grantee, database=mariadb.name)])
            live = read(connection)
            named = {name.format(user=grantee): parts for name, parts in told.items()}
            assert described(expected, live) == named, statement
            run(connection, undoing("mysql", expected, live))
            assert described(expected, read(connection)) == {}, statement


def test_who_sees_its_own_alone_misses_none_of_others(mariadb: Database, user: str) -> None:
    grantee = f"'{user}'@'%'"
    with connected(mariadb) as connection:
        run(connection, [text.format(user=grantee) for text in MADE])
        run(connection, ["GRANT DELETE ON items TO PUBLIC"])
        expected = read(connection)
    with connected(replace(mariadb, user=user)) as connection:
        live = read(connection)
        assert OTHERS_GRANTS in live.unseen
        told = [
            c for c in seen(changes(expected, live), expected, live) if c.object.kind == "grant"
        ]
        assert told == []
        mariadb.execute(f"GRANT UPDATE ON items TO {grantee}")
        live = read(connection)
        [change] = [
            c for c in seen(changes(expected, live), expected, live) if c.object.kind == "grant"
        ]
        assert (change.object.name, list(change.parts)) == (f"items to {grantee}", ["privileges"])
