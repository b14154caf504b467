"""What happens at each stage between detecting a backend and becoming the server."""

import time
from collections.abc import Sequence

from bootctl.boot import history
from bootctl.config.invocation import Invocation
from bootctl.database.state import Difference, Direction, Revision
from bootctl.database.url import Url
from bootctl.errors import DriftError, MigrationError, NotReadyError
from bootctl.locking import lock
from bootctl.locking.lock import Lock
from bootctl.migrate import backends, retry
from bootctl.migrate.inspection import Applied, Database, Inspection
from bootctl.migrate.protocol import Compare, Guard, Located
from bootctl.output import interruption, log
from bootctl.output.stopwatch import Stopwatch
from bootctl.verify.compatible import refuse_incompatible, refuse_unknown
from bootctl.verify.policy import Judge, refuse_drift
from bootctl.wait.dependencies import required, wait_for_all

_POLL_SECONDS = 0.5


class Stages:
    """The stages of one boot, with the backend called ``name``.

    ``beside`` is what is waited for together with the first database.
    """

    def __init__(self, invocation: Invocation, name: str, beside: Sequence[Url] = ()) -> None:
        self._invocation = invocation
        self._beside = beside
        self._settings = invocation.loaded.settings
        with log.stage("detect"):
            self.backend = backends.create(name, invocation.root, self._settings)
            self._judge = Judge(self._settings.verify)

    @property
    def _verifies(self) -> bool:
        return self._settings.verify.mode != "off"

    def look(self, compare: Compare) -> Inspection:
        """Read every database, each after waiting for it.

        It is compared with the models where ``compare`` and ``verify.mode`` ask for it.
        """
        if compare == "at-head" and not self._verifies:
            compare = "never"
        elif compare == "at-head" and self._settings.migrate.on_ahead == "compatible":
            compare = "ahead"
        beside = self._beside
        while True:
            try:
                with interruption.raised(), log.stage("inspect"):
                    inspection = self.backend.inspect(compare)
            except Located as found:
                databases = [required(self._invocation, url) for url in found.urls]
                wait_for_all(self._invocation, [*databases, *beside])
                beside = ()
            else:
                return inspection

    def located(self) -> tuple[Url, ...]:
        """The databases that the project's code would connect to first. Connects to none."""
        try:
            with interruption.raised(), log.stage("inspect"):
                self.backend.inspect("never")
        except Located as found:
            return found.urls
        return ()

    def refuse_direction(self, inspection: Inspection, on_ahead: str = "") -> None:
        """Stop where migrating or serving would make it worse.

        ``on_ahead`` takes the place of ``migrate.on_ahead``.
        """
        found, _ = self._judge.split(inspection.differences or ())
        refusal = self.backend.refusal(inspection, found)
        if refusal:
            raise refusal
        history.refuse_altered(inspection)
        compatible = (on_ahead or self._settings.migrate.on_ahead) == "compatible"
        for database in inspection.databases:
            if database.direction is Direction.DIRTY:
                history.refuse_dirty(database, self.backend.way_out(database))
            if compatible and database.direction is Direction.AHEAD and not inspection.pending:
                refuse_incompatible(database, self._judge.split(database.differences or ())[0])
            elif database.direction in (Direction.AHEAD, Direction.DIVERGED):
                refuse_unknown(database, found)

    def to_head(self, before: Inspection) -> tuple[Inspection, tuple[str, ...]]:
        """Do with what is pending as ``migrate.mode`` says.

        The databases as read afterwards on a new connection, and the revisions applied here.
        """
        if self._is_settled(before):
            return before, ()
        mode = self._settings.migrate.mode
        if mode == "wait":
            return self._await(before), ()
        inspection, applied = self._under_lock(apply=mode == "apply")
        if inspection.pending and mode == "off":
            pending = [item.id for item in inspection.pending]
            raise DriftError(
                f"migrate.mode is off, and these migrations are pending: {', '.join(pending)}",
                hint="Run `bootctl migrate` first, or set BOOTCTL__MIGRATE__MODE=apply.",
                pending=pending,
            )
        return inspection, applied

    def verify(self, inspection: Inspection, applied: tuple[str, ...]) -> None:
        """Stop where the schema, as it was just read, is not what the models say."""
        if not self._verifies:
            message = "verify.mode is off: the server starts on a schema that is not verified"
            log.event("verify.skipped", message, level="WARNING")
            return
        with log.stage("verify"):
            stayed = f"; these migrations stay applied: {', '.join(applied)}" if applied else ""
            ahead, others = inspection.split(Direction.AHEAD)
            accepted = self._judged(others.differences or (), stayed)
            if others.databases:
                message = "the schema is what the models say"
                log.event("verify.clean", message, accepted=[str(item) for item in accepted])
            for database in ahead.databases:
                self._tell_compatible(database)

    def _tell_compatible(self, database: Database) -> None:
        counted, accepted = self._judge.split(database.differences or ())
        log.event(
            "verify.compatible",
            f"{database.url} is ahead: it knows {', '.join(database.unknown)}, which the code does "
            "not; it has all that the models need, so the code runs on it",
            level="WARNING",
            target=str(database.url),
            unknown=list(database.unknown),
            differences=[str(item) for item in counted],
            accepted=[str(item) for item in accepted],
        )

    def _is_settled(self, inspection: Inspection) -> bool:
        """Whether it can be believed although it was read while others may have been migrating."""
        if inspection.direction is Direction.AHEAD:
            return self._settings.migrate.on_ahead == "fail" or not self._verifies
        counted, _ = self._judge.split(inspection.differences or ())
        return not inspection.pending and not counted

    def _under_lock(self, *, apply: bool) -> tuple[Inspection, tuple[str, ...]]:
        """Read the databases while nobody else migrates; then, if ``apply``, what is pending."""
        timeout = self._settings.lock.timeout
        with interruption.raised():
            with lock.taken(self.backend.places(), timeout) as held:
                inspection = self.look("at-head")
                if held or self._is_settled(inspection):
                    return self._held(inspection, held, apply=apply)
            with lock.taken(self.backend.places(), timeout, even_at_head=True) as held:
                return self._held(self.look("at-head"), held, apply=apply)

    def _held(
        self, inspection: Inspection, held: Lock | None, *, apply: bool
    ) -> tuple[Inspection, tuple[str, ...]]:
        self.refuse_direction(inspection)
        if held and apply and inspection.pending:
            return self._apply(inspection, held)
        return inspection, ()

    def _apply(self, before: Inspection, held: Lock) -> tuple[Inspection, tuple[str, ...]]:
        with log.stage("migrate"):
            guard = self._guard(held)
            upgraded, stayed = retry.upgraded(
                self.backend, guard, before, held.writers(), self._settings
            )
        with interruption.raised(), log.stage("verify"):
            after = self.backend.inspect("always" if self._verifies else "never")
        if after.pending:
            rolled_back = after.is_transactional
            raise MigrationError(
                f"every migration ran, but {after.pending[0]} is still pending: it was "
                + ("not committed" if rolled_back else "not recorded, and its DDL stays"),
                hint="env.py executed SQL on the connection before context.configure(), so nobody "
                "committed the migrations: commit there, or use a connection of its own.",
                pending=[item.id for item in after.pending],
            )
        _log_applied(upgraded.applied)
        if upgraded.verify_ms is not None:
            log.event(
                "verify.before_commit",
                f"verification held the migrations' locks for {upgraded.verify_ms} ms",
                locks_held_ms=upgraded.verify_ms,
            )
        applied = (item.revision.id for item in upgraded.applied)
        return after, tuple(dict.fromkeys([*stayed, *applied]))

    def _await(self, inspection: Inspection) -> Inspection:
        """Read again and again until another process has migrated, for ``lock.timeout`` seconds."""
        watch, timeout = Stopwatch(), self._settings.lock.timeout
        log.event("migrate.waiting", "migrate.mode is wait: another process is to migrate")
        while inspection.pending:
            if watch.ms > timeout * 1000:
                pending = [item.id for item in inspection.pending]
                raise NotReadyError(
                    f"no other process migrated within {timeout:g} s: {', '.join(pending)} pending",
                    hint="See why the migrating process (a Job, an init container) did not end, "
                    "or raise BOOTCTL__LOCK__TIMEOUT.",
                    pending=pending,
                )
            time.sleep(_POLL_SECONDS)
            inspection = self.look("at-head")
            if inspection.direction is Direction.DIRTY:  # it may be what another is doing now
                inspection, _ = self._under_lock(apply=False)
            self.refuse_direction(inspection)
        return inspection if self._is_settled(inspection) else self._under_lock(apply=False)[0]

    def _guard(self, held: Lock) -> Guard:
        def before_step(revision: Revision) -> None:
            interruption.check()
            held.check()
            message = f"applying {revision}"
            log.event("migrate.applying", message, revision=revision.id, file=revision.path)

        def before_commit(found: tuple[Difference, ...]) -> None:
            with log.stage("verify"):
                self._judged(found, " after the pending migrations")

        verifies = self._verifies and self._settings.verify.before_commit
        return Guard(before_step, held, before_commit if verifies else None)

    def _judged(self, found: tuple[Difference, ...], where: str) -> tuple[Difference, ...]:
        """The accepted differences; raises ``DriftError`` where there are others."""
        counted, accepted = self._judge.split(found)
        for item in counted:
            log.event("verify.drift", str(item), level="ERROR", kind=item.kind, object=item.name)
        refuse_drift(self.backend, counted, where)
        return accepted


def _log_applied(applied: Sequence[Applied]) -> None:
    for item in applied:
        log.event(
            "migrate.applied",
            f"applied {item.revision}",
            revision=item.revision.id,
            duration_ms=item.duration_ms,
        )
