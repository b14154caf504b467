"""What each pending migration prints by itself: Tortoise's own, and Aerich's."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from tortoise import Tortoise

from bootctl.database import causes
from bootctl.errors import Interrupted
from bootctl.migrate.inspection import Inspection
from bootctl.migrate.printing import only_printing
from bootctl.migrate.risk.printed import PrintedMigration, reads_database
from bootctl.migrate.tortoise_common.dry_run import Executes, dry_run
from bootctl.migrate.tortoise_common.migrations import Migrations, Step
from bootctl.project.tortoise.databases import Databases


async def printed(
    migrations: Migrations,
    databases: Databases,
    initialised: Callable[[], AbstractAsyncContextManager[None]],
    inspection: Inspection,
) -> list[PrintedMigration]:
    """Return what each migration that is pending would execute. No connection executes anything."""
    pending = set(inspection.pending)
    steps = [step for step in migrations.steps if step.revision in pending]
    async with initialised():
        with dry_run(dict.fromkeys(step.connection for step in steps)):
            return [await _printed(migrations, step, databases) for step in steps]


async def _printed(migrations: Migrations, step: Step, databases: Databases) -> PrintedMigration:
    scheme = databases.url(step.connection).scheme
    client: Any = Tortoise.get_connection(step.connection)
    try:
        with only_printing():
            found = await migrations.sql(step, client)
    except Interrupted:
        raise
    except Executes:
        return PrintedMigration(step.revision, scheme, (), reads_database(step.revision))
    except (Exception, SystemExit) as error:  # whatever a migration raises
        why = reads_database(step.revision, causes.root_message(error))
        return PrintedMigration(step.revision, scheme, (), why)
    why = "" if found.complete else reads_database(step.revision)
    return PrintedMigration(step.revision, scheme, tuple(found.statements), why)
