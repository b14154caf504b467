"""The round trips of Aerich's and Tortoise's own migrations, each in transactions of its own."""

from bootctl.migrate.progress import Progress
from bootctl.migrate.protocol import Guard
from bootctl.migrate.round_trip import RoundTrips
from bootctl.migrate.tortoise_common.connection import committing, looking, migrating
from bootctl.migrate.tortoise_common.migrations import IrreversibleError, Migrations, Step
from bootctl.migrate.tortoise_common.upgrade import Upgrade
from bootctl.project.tortoise.databases import Databases
from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.objects import Catalog


class Trips:
    """Takes each migration up, down and up again."""

    def __init__(
        self,
        migrations: Migrations,
        databases: Databases,
        guard: Guard,
        upgrade: Upgrade,
        progress: Progress,
        trips: RoundTrips,
    ) -> None:
        self._progress = progress
        self._migrations = migrations
        self._databases = databases
        self._guard = guard
        self._upgrade = upgrade
        self._trips = trips

    async def make(self) -> None:
        """Make the round trip of every migration, first to last."""
        for step in self._migrations.steps:
            self._trips.applying(step.revision)
            await self._upgrade.stepwise([step])
            if self._trips.is_made(self._migrations.irreversible(step)):
                await self._back_and_again(step)

    async def _back_and_again(self, step: Step) -> None:
        before = await self._read(step)
        self._trips.doing("downgrade")
        self._progress.current = step.revision
        try:
            await self._revert(step)
        except IrreversibleError as error:
            self._trips.is_made(str(error))
            return
        self._trips.doing("upgrade after downgrade")
        await self._upgrade.stepwise([step])
        self._trips.compared(tuple(changes(before, await self._read(step))))

    async def _read(self, step: Step) -> Catalog:
        async with looking(step.connection, self._databases.url(step.connection)) as live:
            return await live.run(self._trips.read)

    async def _revert(self, step: Step) -> None:
        url = self._databases.url(step.connection)
        how = committing if self._upgrade.commits(step, url) else migrating
        async with how(step.connection, url, self._guard.session) as live:
            await self._migrations.revert(step, live)
