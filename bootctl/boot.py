"""The pipeline, top to bottom: the only place that knows the order of the stages."""

from collections.abc import Callable, Sequence

from bootctl import detect, log, server
from bootctl.backends.protocol import Backend
from bootctl.detect import Detected
from bootctl.drift import Judge, Verdict, refuse_unmigrated, refuse_verdict
from bootctl.errors import UsageError
from bootctl.service import database_url
from bootctl.stages import Boot, Stages, wait_for_all
from bootctl.state import Inspection, Revision
from bootctl.url import parse


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
        wait_for_all(boot, [])
        log.event("verify.skipped", "orm is none: nothing is migrated or verified", level="WARNING")
        return
    stages = Stages(boot, detected.backend)
    inspection = stages.look("at-head")
    stages.refuse_direction(inspection)
    applied: tuple[str, ...] = ()
    if inspection.pending:
        inspection, applied = stages.to_head(inspection)
    stages.verify(inspection, applied)
    heads = ", ".join(stages.backend.history().heads) or "no revision"
    log.event("migrate.done", f"the database is at {heads}", duration_ms=watch.ms)


def find_backend(boot: Boot, *, thorough: bool = False) -> Detected:
    """The backend of the project, by its evidence; by all there is if ``thorough``."""
    with log.stage("detect"):
        detected = detect.detect(boot.root, boot.loaded.settings.orm, thorough=thorough)
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
        wait_for_all(boot, [parse(item, name="the argument") for item in targets], own=False)
    elif url is not None or settings.wait.targets:
        wait_for_all(boot, [url] if url else [])
    else:
        Stages(boot, find_backend(boot).backend).look("never")


def planned(boot: Boot) -> tuple[Revision, ...]:
    """The migrations that ``migrate`` would apply. Writes nothing."""
    stages = Stages(boot, find_backend(boot).backend)
    inspection = stages.look("never")
    stages.refuse_direction(inspection)
    return inspection.pending


def statements(boot: Boot) -> str:
    """The statements that ``migrate`` would execute. Executes none."""
    stages = Stages(boot, find_backend(boot).backend)
    stages.refuse_direction(stages.look("never"))
    with log.stage("migrate"):
        return stages.backend.sql()


def status(boot: Boot) -> tuple[Backend, Inspection]:
    """The backend, and where its databases stand relative to the code. Writes nothing."""
    stages = Stages(boot, find_backend(boot).backend)
    return stages.backend, stages.look("never")


def check_models(boot: Boot, show: Callable[[Verdict], None]) -> None:
    """``show`` what the migration files lack of the models, and raise ``DriftError`` for any.

    Reads no database. Raises ``UsageError`` where the files do not say what the models were.
    """
    backend = Stages(boot, find_backend(boot).backend).backend
    with log.stage("verify"):
        unmigrated = backend.unmigrated()
        if unmigrated is None:
            raise UsageError(
                f"--models: these {backend.name} migrations do not say what the models were",
                hint="Compare a migrated database with the models: `bootctl check --live`.",
            )
        verdict = Judge(boot.loaded.settings.verify).judged(unmigrated)
        show(verdict)
        refuse_unmigrated(backend, verdict.differences)


def check(boot: Boot, show: Callable[[Verdict], None]) -> None:
    """``show`` the verdict on the live schema, and raise ``DriftError`` where it is drift.

    Writes nothing.
    """
    stages = Stages(boot, find_backend(boot).backend)
    inspection = stages.look("always")
    verdict = Judge(boot.loaded.settings.verify).verdict(inspection)
    if verdict.clean:  # of a database that is ahead it would be half the truth
        stages.refuse_direction(inspection)
    show(verdict)
    stages.refuse_direction(inspection)
    with log.stage("verify"):
        refuse_verdict(stages.backend, verdict)
