"""The databases of a Tortoise configuration, as a lock needs to know them."""

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bootctl.database.connector import Connector
from bootctl.database.migration_target import MigrationTarget, VersionTable
from bootctl.database.session import DriverSession, Session
from bootctl.database.sqlalchemy_internals import async_engine
from bootctl.database.url import Url
from bootctl.migrate.tortoise_common.connection import dialect
from bootctl.migrate.tortoise_common.migrations import Migrations
from bootctl.migrate.tortoise_common.views import plain
from bootctl.project.tortoise.config import Config
from bootctl.project.tortoise.databases import Databases
from bootctl.project.tortoise.internals import connected

if TYPE_CHECKING:
    from sqlalchemy import Connection


def migration_targets(
    config: Config, databases: Databases, migrations: Migrations
) -> Iterator[MigrationTarget]:
    """Yield one for each connection that apps use."""
    for name in config.connections:
        yield MigrationTarget(
            databases.url(name),
            (VersionTable(None, migrations.table),),
            partial(_open, name, databases),
            partial(_at_head, name, migrations),
        )


def connector(databases: Databases, url: Url) -> Connector | None:
    """Return how Tortoise connects to ``url``; ``None`` for a file."""
    if url.scheme == "sqlite":
        return None
    name = databases.connection(url)
    credentials = databases.configuration()["connections"][name]["credentials"]
    ask = partial(_ask, name, databases) if url.driver == "asyncpg" else None
    return Connector(url, partial(_open, name, databases), ask, dict(credentials))


def _open(name: str, databases: Databases, timeout: float | None = None) -> Session:
    """Return a session that connects as Tortoise does, with all that the configuration says."""
    from sqlalchemy import NullPool

    creator = partial(_connected, name, databases)
    engine = async_engine(dialect(databases.url(name)), creator, poolclass=NullPool)
    return Session(engine, timeout)


def _ask(name: str, databases: Databases, timeout: float) -> Session:
    """Return such a session by the driver alone."""
    return DriverSession(partial(_connected, name, databases), timeout)


async def _connected(name: str, databases: Databases) -> Any:
    expanded = databases.configuration()["connections"][name]
    client: Any = import_module(expanded["engine"]).client_class(
        **expanded["credentials"], connection_name=name
    )
    return plain(await connected(client))


def _at_head(name: str, migrations: Migrations, connection: "Connection") -> bool:
    own = [step for step in migrations.steps if migrations.recorded_in(step.app) == name]
    steps, apps = {(step.app, step.key) for step in own}, {step.app for step in own}
    return steps == {(app, key) for app, key in migrations.rows(connection) if app in apps}
