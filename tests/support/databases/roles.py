"""Users of a database's own, with what they may do."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.databases.fresh import Database


@contextmanager
def role(admin: Database) -> Iterator[Database]:
    """The database as a user of its own, who may do anything in it."""
    user = f"u_{admin.name[-12:]}"
    if admin.kind == "mariadb":
        create = [f"CREATE USER {user}@'%'", f"GRANT ALL ON {admin.name}.* TO {user}@'%'"]
        drop = [f"DROP USER {user}@'%'"]
    else:
        create = [f"CREATE ROLE {user} LOGIN", f"GRANT ALL ON SCHEMA public TO {user}"]
        drop = [f"DROP OWNED BY {user} CASCADE", f"DROP ROLE {user}"]
    for statement in create:
        admin.execute(statement)
    try:
        yield dataclasses.replace(admin, user=user)
    finally:
        for statement in drop:
            admin.execute(statement)
