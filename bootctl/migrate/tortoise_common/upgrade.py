"""Applying what is pending: in one transaction where there can be one, and else step by step."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import Any

from bootctl.database.url import Url
from bootctl.migrate.direct_connections import direct_connections
from bootctl.migrate.inspection import Comparison, joined
from bootctl.migrate.progress import Progress
from bootctl.migrate.protocol import Guard
from bootctl.migrate.tortoise_common.connection import Live, committing, migrating
from bootctl.migrate.tortoise_common.journaling import Telling, journaled
from bootctl.migrate.tortoise_common.migrations import Migrations, Step
from bootctl.migrate.tortoise_common.records import Records
from bootctl.migrate.tortoise_common.sqlite import refuse_violations, violations
from bootctl.migrate.witness import Witness
from bootctl.output.exits import children_ended, end_if_forked
from bootctl.output.process_state import surroundings_kept
from bootctl.output.stopwatch import Stopwatch
from bootctl.project.tortoise.databases import Databases

Opened = AbstractAsyncContextManager[Live]
Compared = Callable[[Live], Awaitable[Comparison]]
"""What differs in the database behind a connection."""
Told = Callable[[Live], Awaitable[None]]


class Upgrade:
    """One upgrade, which tells ``progress`` how far it is."""

    def __init__(
        self,
        migrations: Migrations,
        records: Records,
        databases: Databases,
        guard: Guard,
        progress: Progress,
    ) -> None:
        self._migrations = migrations
        self._records = records
        self._databases = databases
        self._guard = guard
        self._progress = progress

    async def together(
        self, pending: list[Step], lives: Mapping[str, Live], compared: Compared
    ) -> None:
        """Apply ``pending`` in the transactions of ``lives``, which are then compared."""
        before = [await live.run(violations) for live in lives.values()]
        for step in pending:
            self._guard.before_step(step.revision)
            recorder = lives[self._migrations.recorded_in(step.app)]
            await self._apply(step, lives[step.connection], nullcontext(recorder), commits=False)
        for violated, live in zip(before, lives.values(), strict=True):
            refuse_violations(violated, await live.run(violations))
        asked = self._guard.before_commit or self._guard.made
        if self._progress.has_committed or not asked:
            return
        watch = Stopwatch()
        found = joined([await compared(live) for live in lives.values()])
        if self._guard.before_commit:
            self._progress.verify_ms = watch.ms
            assert found is not None  # every one of them was compared
            self._guard.before_commit(found)

    async def stepwise(self, pending: list[Step], made: Told | None = None) -> None:
        """Apply each of ``pending`` in a transaction of its own, or where that cannot be in none.

        What is ``made`` is told before a transaction ends.
        """
        for step in pending:
            self._guard.before_step(step.revision)
            url = self._databases.url(step.connection)
            if self.commits(step, url):
                await self._apply_committing(step)
                continue
            async with migrating(step.connection, url, self._guard.session) as live:
                await self._prepare(step, live)
                before = await live.run(violations)
                commits = url.scheme == "mysql"
                await self._apply(step, live, self._recorder(step, live), commits=commits)
                refuse_violations(before, await live.run(violations))
                if made and not commits:
                    await made(live)

    def commits(self, step: Step, url: Url) -> bool:
        """Return whether ``step`` can be in no transaction of its own."""
        return not step.atomic or (url.scheme == "mysql" and not self._migrations.begins_anyway)

    async def _prepare(self, step: Step, live: Live) -> None:
        """What would commit what a step has executed comes before it."""
        url = self._databases.url(self._migrations.recorded_in(step.app))
        if url.scheme == "mysql":
            async with self._recorder(step, live) as recorder:
                await recorder.run(self._records.prepare)

    def _recorder(self, step: Step, live: Live | None) -> Opened:
        """Return the connection that records ``step``: ``live`` if that is it, or a transaction of its own."""
        name = self._migrations.recorded_in(step.app)
        if live is not None and live.name == name:
            return nullcontext(live)
        return migrating(name, self._databases.url(name))

    async def _apply_committing(self, step: Step) -> None:
        """Apply a step that commits as it goes."""
        url = self._databases.url(step.connection)
        async with committing(step.connection, url, self._guard.session) as live:
            await self._prepare(step, live)
            recorder = self._recorder(step, live if url.scheme == "mysql" else None)
            await self._apply(step, live, recorder, commits=True)

    async def _apply(self, step: Step, live: Live, recorder: Opened, *, commits: bool) -> None:
        run = partial(self._guard.session.run, live.url)
        journal = self._records.journal(run)
        witness = Witness(run)
        self._progress.start(step.revision, witness, journal)
        await self._migrations.prepare(live.client)
        await live.run(witness.begin)
        journal.begin(self._records.entry(step))
        telling = Telling(journal, live.url.scheme, commits, self._executing)
        async with live.counted(self._progress), live.witnessed(witness):
            with journaled(telling, live.client):
                recording = self._recording(step, recorder)
                with (
                    direct_connections(self._progress.sees),
                    surroundings_kept(),
                    children_ended(),
                ):
                    await self._migrations.apply(step, live.client, recording)
        end_if_forked()
        if not await live.run(witness.is_same):
            self._progress.commits_early(can_write=live.url.scheme != "sqlite")
        self._progress.finish()
        self._guard.stepped()

    def _executing(self, text: str) -> None:
        self._progress.executes(text)
        if self._guard.executing is not None:
            self._guard.executing(text)

    @asynccontextmanager
    async def _recording(self, step: Step, recorder: Opened) -> AsyncIterator[Any]:
        """One transaction for the row of the version table and that of the ledger."""
        self._progress.end_journal()
        async with recorder as live:
            yield live.client
            await live.run(self._records.write, step, self._progress.elapsed_ms)
