"""The pipeline, top to bottom: the only place that knows the order of the stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootctl import backends, detect, log, probes, server
from bootctl.backends.protocol import Backend, Compare, Guard, Located
from bootctl.detect import Detected
from bootctl.drift import Judge, Verdict, drift_error
from bootctl.errors import BootError, DirectionError, DriftError, MigrationError
from bootctl.probes.waiting import wait_for
from bootctl.service import database_url
from bootctl.sources import Loaded
from bootctl.state import Applied, Difference, Direction, Inspection, Revision
from bootctl.url import Url, parse


@dataclass(frozen=True)
class Boot:
    """One invocation: the project, its settings, and the environment as it was at the start."""

    root: Path
    loaded: Loaded
    environ: dict[str, str]


def run(boot: Boot, given: Sequence[str]) -> None:
    """Bring the database to the code's head, prove it, and become the server."""
    with log.stage("exec"):
        command = server.find(boot.root, given, boot.loaded.settings.server, boot.environ)
        server.executable(command, boot.environ)
    migrate(boot)
    with log.stage("exec"):
        server.become(command, boot.environ)


def migrate(boot: Boot) -> None:
    """Bring the database to the code's head, and prove that its schema is the models'."""
    watch = log.Stopwatch()
    detected = find_backend(boot)
    if detected.backend == "none":
        _wait(boot, [])
        log.event("verify.skipped", "orm is none: nothing is migrated or verified", level="WARNING")
        return
    pipeline = _Pipeline(boot, detected)
    inspection = pipeline.look("at-head" if pipeline.verifies else "never")
    pipeline.refuse_direction(inspection)
    applied: tuple[str, ...] = ()
    if inspection.pending:
        inspection, applied = pipeline.apply(inspection)
    pipeline.verify(inspection, applied)
    heads = ", ".join(pipeline.backend.history().heads) or "no revision"
    log.event("migrate.done", f"the database is at {heads}", duration_ms=watch.ms)


def find_backend(boot: Boot) -> Detected:
    """The backend of the project, by its evidence."""
    with log.stage("detect"):
        detected = detect.detect(boot.root, boot.loaded.settings.orm)
        log.event(
            "detect.found",
            f"{detected.backend}, by {detected.evidence[0].what}",
            backend=detected.backend,
            evidence=[item.what for item in detected.evidence],
        )
        return detected


def wait(boot: Boot, targets: Sequence[str]) -> None:
    """Wait for ``targets``, or else for what the settings and the project name."""
    settings = boot.loaded.settings
    url = database_url(settings, boot.environ, boot.loaded.dotenv)
    if targets:
        _wait(boot, [parse(target, name="the argument") for target in targets], own=False)
    elif url is not None or settings.wait.targets:
        _wait(boot, [url] if url else [])
    else:
        _Pipeline(boot, find_backend(boot)).look("never")


def planned(boot: Boot) -> tuple[Revision, ...]:
    """The migrations that ``migrate`` would apply. Writes nothing."""
    pipeline = _Pipeline(boot, find_backend(boot))
    inspection = pipeline.look("never")
    pipeline.refuse_direction(inspection)
    return inspection.pending


def statements(boot: Boot) -> str:
    """The statements that ``migrate`` would execute. Executes none."""
    pipeline = _Pipeline(boot, find_backend(boot))
    pipeline.refuse_direction(pipeline.look("never"))
    with log.stage("migrate"):
        return pipeline.backend.sql()


def status(boot: Boot) -> dict[str, Any]:
    """Where the databases stand relative to the code. Writes nothing."""
    pipeline = _Pipeline(boot, find_backend(boot))
    inspection = pipeline.look("never")
    databases = [
        {
            "target": str(database.url),
            "direction": str(database.direction),
            "current": list(database.current),
            "applied": list(database.applied),
            "pending": [item.id for item in database.pending],
            "unknown": list(database.unknown),
        }
        for database in inspection.databases
    ]
    return {
        "backend": pipeline.backend.name,
        "direction": str(inspection.direction),
        "heads": list(pipeline.backend.history().heads),
        "current": [item for database in databases for item in database["current"]],
        "applied": list(dict.fromkeys(item for db in databases for item in db["applied"])),
        "pending": [item.id for item in inspection.pending],
        "databases": databases,
    }


def check(boot: Boot) -> tuple[Backend, Verdict]:
    """The verdict on the live schema, and the backend it is about. Writes nothing."""
    pipeline = _Pipeline(boot, find_backend(boot))
    inspection = pipeline.look("always")
    pipeline.refuse_direction(inspection)
    return pipeline.backend, Judge(boot.loaded.settings.verify).verdict(inspection)


def refuse_drift(backend: Backend, verdict: Verdict) -> None:
    """Raise ``DriftError`` where ``verdict`` found drift."""
    with log.stage("verify"):
        if verdict.pending and not verdict.clean:
            count = len(verdict.pending)
            raise drift_error(
                verdict.differences,
                f"; {count} migration{'s are' if count > 1 else ' is'} pending",
                "Run `bootctl migrate`, then check again.",
            )
        _refuse_drift(backend, verdict.differences, "")


def _refuse_drift(backend: Backend, counted: tuple[Difference, ...], where: str) -> None:
    if counted and not backend.history().revisions:
        raise drift_error(
            counted,
            "; the project has no migrations",
            f"Make the first one, review and commit it: {backend.first_migration()}",
        )
    if counted:
        hint = "Commit a migration that makes the difference, or correct the models."
        raise drift_error(counted, where, hint)


class _Pipeline:
    """What ``migrate`` does with one backend."""

    def __init__(self, boot: Boot, detected: Detected) -> None:
        self._boot = boot
        self._settings = boot.loaded.settings
        with log.stage("detect"):
            self.backend = backends.create(detected.backend, boot.root, self._settings)
            self._judge = Judge(self._settings.verify)

    @property
    def verifies(self) -> bool:
        """Whether the schema is compared with the models at all."""
        return self._settings.verify.mode != "off"

    def look(self, compare: Compare) -> Inspection:
        """Read every database, each after waiting for it."""
        waited = False
        while True:
            try:
                with log.stage("inspect"):
                    inspection = self.backend.inspect(compare)
            except Located as found:
                _wait(self._boot, [found.url], own=not waited)
                waited = True
            else:
                if not waited and self._settings.wait.targets:
                    _wait(self._boot, [])
                return inspection

    def refuse_direction(self, inspection: Inspection) -> None:
        """Stop where the database knows revisions that the code does not."""
        for database in inspection.databases:
            if database.direction in (Direction.AHEAD, Direction.DIVERGED):
                raise DirectionError(
                    f"{database.url} is {database.direction}: it knows "
                    f"{', '.join(database.unknown)}, which the code does not",
                    hint="Deploy the image that has these migrations, or restore their files.",
                    direction=str(database.direction),
                    unknown=list(database.unknown),
                    target=str(database.url),
                )

    def apply(self, before: Inspection) -> tuple[Inspection, tuple[str, ...]]:
        """Apply what is pending; the databases as read afterwards, and the revisions applied."""
        if self._settings.migrate.mode != "apply":
            raise DriftError(
                f"{len(before.pending)} migrations are pending, and migrate.mode is off",
                hint="Run `bootctl migrate` first, or set BOOTCTL__MIGRATE__MODE=apply.",
                pending=[item.id for item in before.pending],
            )
        with log.stage("migrate"):
            try:
                upgraded = self.backend.upgrade(self._guard())
            except BootError as error:
                self._tell_what_stayed(before, error)
                raise
        with log.stage("verify"):
            after = self.backend.inspect("always" if self.verifies else "never")
        if after.pending:
            raise MigrationError(
                f"every migration ran, but {after.pending[0]} is still pending: nothing was committed",
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
        return after, tuple(item.revision.id for item in upgraded.applied)

    def verify(self, inspection: Inspection, applied: tuple[str, ...]) -> None:
        """Stop where the schema, as it was just read, is not what the models say."""
        if not self.verifies:
            message = "verify.mode is off: the server starts on a schema that is not verified"
            log.event("verify.skipped", message, level="WARNING")
            return
        with log.stage("verify"):
            stayed = f"; these migrations stay applied: {', '.join(applied)}" if applied else ""
            accepted = self._judged(inspection.differences or (), stayed)
            message = "the schema is what the models say"
            log.event("verify.clean", message, accepted=[str(item) for item in accepted])

    def _guard(self) -> Guard:
        def before_step(revision: Revision) -> None:
            message = f"applying {revision}"
            log.event("migrate.applying", message, revision=revision.id, file=revision.path)

        def before_commit(found: tuple[Difference, ...]) -> None:
            with log.stage("verify"):
                self._judged(found, " after the pending migrations")

        verifies = self.verifies and self._settings.verify.before_commit
        return Guard(before_step, before_commit if verifies else None)

    def _judged(self, found: tuple[Difference, ...], where: str) -> tuple[Difference, ...]:
        """The accepted differences; raises ``DriftError`` where there are others."""
        counted, accepted = self._judge.split(found)
        for item in counted:
            log.event("verify.drift", str(item), level="ERROR", kind=item.kind, object=item.name)
        _refuse_drift(self.backend, counted, where)
        return accepted

    def _tell_what_stayed(self, before: Inspection, error: BootError) -> None:
        """Add to ``error`` what the databases hold now: read again, not concluded."""
        try:
            after = self.backend.inspect("never")
        except BootError:
            error.add("the database cannot be read now, so what stayed applied is not known")
            return
        applied = {item for database in before.databases for item in database.applied}
        stayed = [
            item for database in after.databases for item in database.applied if item not in applied
        ]
        for revision in dict.fromkeys(stayed):
            log.event("migrate.applied", f"{revision} stays applied", revision=revision)
        if stayed:
            error.add(f"these migrations stay applied: {', '.join(stayed)}", stayed=stayed)
        elif all(database.transactional for database in after.databases):
            error.add("rolled back: the database is as it was before", stayed=[])
        else:
            error.add(
                "no migration is recorded, but this database cannot roll back DDL: statements "
                "before the failing one stay",
                stayed=[],
            )


def _log_applied(applied: Sequence[Applied]) -> None:
    for item in applied:
        log.event(
            "migrate.applied",
            f"applied {item.revision}",
            revision=item.revision.id,
            duration_ms=item.duration_ms,
        )


def _wait(boot: Boot, urls: Sequence[Url], *, own: bool = True) -> None:
    """Wait for ``urls`` and, where ``own``, for the targets of the settings."""
    settings = boot.loaded.settings.wait
    named = [parse(target, name="wait.targets") for target in settings.targets] if own else []
    with log.stage("wait"):
        wait_for([probes.create(url) for url in [*urls, *named]], settings)
