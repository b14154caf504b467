"""The schema at a point of the migration history, and whether a database is already past it."""

from typing import Any

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.operations import RunPython, RunSQL

from bootctl.database.state import Difference
from bootctl.migrate.inspection import Unrecorded
from bootctl.migrate.tortoise_common.connection import Live
from bootctl.migrate.tortoise_common.drift import against
from bootctl.project.tortoise.internals import meta
from bootctl.project.tortoise.migrations_internals import state_after
from bootctl.project.tortoise.models import ddl


class StateSchemas:
    """Compares one database with the schemas before and after a migration."""

    def __init__(self, live: Live, executor: MigrationExecutor) -> None:
        self._live = live
        self._executor = executor

    async def unrecorded(
        self, applied: set[MigrationKey], pending: MigrationKey
    ) -> Unrecorded | None:
        """Return what the database has of ``pending`` although only ``applied`` is recorded; or nothing."""
        before = await self._differences(applied)
        after = await self._differences({*applied, pending})
        made, missing = before - after, after - before
        if not made:
            return None
        is_known = not self._has_unseen_steps(pending)
        if missing:
            parts = f"there is {_listed(made)}; {_listed(missing)}"
            said = f"{pending} is half applied and not recorded: {parts}"
        elif is_known:
            said = f"{pending} is applied and not recorded"
        else:
            said = (
                f"the tables are as {pending} leaves them, and it is not recorded; whether its "
                "RunSQL and RunPython ran is not known"
            )
        return Unrecorded(said, is_whole=not missing, is_known=is_known)

    def _has_unseen_steps(self, key: MigrationKey) -> bool:
        migration = self._executor.loader.graph.nodes[key]
        operations = migration.operations if migration else []
        return any(isinstance(operation, RunSQL | RunPython) for operation in operations)

    async def _differences(self, applied: set[MigrationKey]) -> set[Difference]:
        state: Any = await state_after(self._executor, applied)
        models = [
            model
            for app in state.apps.values()
            for model in app.values()
            if meta(model).default_connection == self._live.name
        ]
        aliases = self._live.models.aliases
        text = ddl(self._live.owner, models, aliases)
        return {item.difference for item in await against(self._live, text)}


def _listed(differences: set[Difference]) -> str:
    return ", ".join(sorted(str(item) for item in differences))
