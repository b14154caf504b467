"""Users of a database's own, with what they may do."""

import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.support.databases.fresh import Database


def role(admin: Database) -> AbstractContextManager[Database]:
    """The database as a user of its own, who may do anything in it."""
    return _user(admin, "ALL", ["GRANT ALL ON SCHEMA public TO {user}"])


def reader(admin: Database) -> AbstractContextManager[Database]:
    """The database as a user who may read the tables that are made from now on, and nothing else."""
    grants = [
        f"REVOKE TEMPORARY ON DATABASE {admin.name} FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {user}",
    ]
    return _user(admin, "SELECT", grants)


@contextmanager
def _user(admin: Database, privileges: str, of_postgresql: list[str]) -> Iterator[Database]:
    user = f"u_{admin.name[-12:]}"
    if admin.kind == "mariadb":
        create = [
            f"CREATE USER {user}@'%'",
            f"GRANT {privileges} ON {admin.name}.* TO {user}@'%'",
        ]
        drop = [f"DROP USER {user}@'%'"]
    else:
        create = [f"CREATE ROLE {user} LOGIN", *(text.format(user=user) for text in of_postgresql)]
        drop = [f"DROP OWNED BY {user} CASCADE", f"DROP ROLE {user}"]
    for statement in create:
        admin.execute(statement)
    try:
        yield dataclasses.replace(admin, user=user)
    finally:
        for statement in drop:
            admin.execute(statement)
