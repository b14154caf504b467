"""The schema that statements make, built where it can leave nothing behind."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager

from sqlalchemy import create_engine, inspect

from bootctl import dberrors
from bootctl.backends.orm.connection import Live, reopened
from bootctl.errors import RefusedError
from bootctl.schema.compare import EMPTY, Schema, read


async def build(live: Live, ddl: str) -> Schema:
    """The tables that ``ddl`` makes, as the kind of database that ``live`` is reflects them.

    Raises ``RefusedError`` where this needs a privilege that the role has not.
    """
    if not ddl.strip():
        return EMPTY
    builders = {"sqlite": _in_memory, "postgresql": _as_temporary_tables, "mysql": _in_scratch}
    return await builders[live.url.scheme](live, ddl)


async def _in_memory(live: Live, ddl: str) -> Schema:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        with closing(driver.cursor()) as cursor:
            cursor.executescript(ddl)
        return read(connection, inspect(connection).get_table_names())


async def _as_temporary_tables(live: Live, ddl: str) -> Schema:
    connection = live.connection
    path = (await connection.exec_driver_sql("SELECT current_setting('search_path')")).scalar()
    own = await connection.run_sync(lambda c: inspect(c).get_temp_table_names())
    await live.client.execute_script("SAVEPOINT bootctl")
    try:
        # The extensions' types are on the rest of the path.
        await live.client.execute_script(f"SET LOCAL search_path = pg_temp{path and f', {path}'}")
        with _privileged(
            "TEMPORARY on the database", f"GRANT TEMPORARY ON DATABASE {live.url.database}"
        ):
            await live.client.execute_script(ddl)
        made = await connection.run_sync(lambda c: inspect(c).get_temp_table_names())
        names = [name for name in made if name not in own]
        return await connection.run_sync(read, names)
    finally:
        await live.client.execute_script("ROLLBACK TO SAVEPOINT bootctl")


async def _in_scratch(live: Live, ddl: str) -> Schema:
    async with _scratch_database(live):
        await live.client.execute_script(ddl)
        async with reopened(live) as connection:
            names = await connection.run_sync(lambda c: inspect(c).get_table_names())
            return await connection.run_sync(read, names)


@asynccontextmanager
async def _scratch_database(live: Live) -> AsyncIterator[None]:
    """A database of the connection's own, with the character set of the live one; dropped."""
    name = f"bootctl_scratch_{uuid.uuid4().hex[:12]}"
    own = live.url.database.replace("`", "``")
    row = await live.connection.exec_driver_sql(
        "SELECT @@character_set_database, @@collation_database"
    )
    characters, collation = tuple(row.one())
    grant = "GRANT ALL PRIVILEGES ON `bootctl\\_scratch\\_%`.*"
    with _privileged("ALL PRIVILEGES on databases called bootctl_scratch_...", grant):
        await live.client.execute_script(
            f"CREATE DATABASE {name} CHARACTER SET {characters} COLLATE {collation}"
        )
    try:
        await live.client.execute_script(f"USE {name}")
        yield
    finally:
        await live.client.execute_script(f"USE `{own}`; DROP DATABASE {name}")


@contextmanager
def _privileged(what: str, grant: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        failure = dberrors.classify(error)
        if failure is None or failure.kind != "permission":
            raise
        raise RefusedError(
            "the models' schema cannot be built to compare the live one with it: "
            f"the role lacks {what}",
            hint=f"{grant} TO the role of the service or of database.migration_url, or accept an "
            "unverified schema with BOOTCTL__VERIFY__MODE=off.",
            cause=failure.kind,
        ) from error
