"""What records migrations in the tool's own table, for those that were applied by other means."""

from typing import Any

from tortoise import Tortoise

from bootctl.errors import UsageError
from bootctl.migrate.inspection import Database, Stamp
from bootctl.migrate.tortoise_common.dry_run import dry_run
from bootctl.migrate.tortoise_common.migrations import Migrations, Step
from bootctl.migrate.tortoise_common.records import Records


def stamped(migrations: Migrations, records: Records, database: Database, revision: str) -> Stamp:
    """Return what records ``revision`` and what its app has before it. Tortoise is initialised."""
    step = next(step for step in migrations.steps if step.revision.id == revision)
    if migrations.recorded_in(step.app) != step.connection:
        raise UsageError(
            f"{revision} is recorded in another database than it changes",
            hint="Record it by hand, with the ORM's own command.",
        )
    with dry_run([step.connection]):
        client: Any = Tortoise.get_connection(step.connection)
        lacking = [migrations.record(item, client) for item in _lacking(migrations, database, step)]
        return Stamp((migrations.table_sql(client), *lacking), records.entry(step))


def _lacking(migrations: Migrations, database: Database, last: Step) -> list[Step]:
    """Return ``last`` and the earlier steps of its app, less those that are recorded."""
    until = migrations.steps[: migrations.steps.index(last) + 1]
    own = [step for step in until if step.app == last.app]
    return [step for step in own if step.revision.id not in database.applied]
