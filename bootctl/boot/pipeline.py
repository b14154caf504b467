"""The pipeline, top to bottom: the only place that knows the order of the stages."""

from collections.abc import Callable, Sequence

from bootctl.boot.stages import Stages
from bootctl.config.invocation import Invocation
from bootctl.config.service import Skipped, Target
from bootctl.database.state import Direction, Revision
from bootctl.database.url import Url, parse
from bootctl.errors import DetectError, UsageError
from bootctl.locking import lock
from bootctl.locking.mutex import Holder
from bootctl.migrate.inspection import Inspection
from bootctl.migrate.protocol import Backend
from bootctl.output import interruption, log
from bootctl.output.stopwatch import Stopwatch
from bootctl.project import detect
from bootctl.project.detect import Detected
from bootctl.server import command, launch
from bootctl.verify.policy import Judge, Verdict, refuse_unmigrated, refuse_verdict
from bootctl.wait import dependencies
from bootctl.wait.dependencies import required, wait_for_all


def run(invocation: Invocation, given: Sequence[str]) -> None:
    """Bring the database to the code's head, prove it, and become the server."""
    settings = invocation.loaded.settings
    with log.stage("exec"):
        found = command.find(invocation.root, given, settings.server, invocation.environ)
        launch.executable(found, invocation.environ)
    migrate(invocation)
    with log.stage("exec"):
        launch.become(found, invocation.environ, invocation.root, settings)


def migrate(invocation: Invocation) -> None:
    """Bring the database to the code's head, and prove that its schema is the models'."""
    watch = Stopwatch()
    detected = find_backend(invocation)
    if detected.backend == "none":
        wait_for_all(invocation, _named_database(invocation) + dependencies.beside(invocation))
        log.event("verify.skipped", "orm is none: nothing is migrated or verified", level="WARNING")
        return
    stages = Stages(invocation, detected.backend, dependencies.beside(invocation))
    inspection, applied = stages.to_head(stages.look("at-head"))
    stages.refuse_direction(inspection)
    stages.verify(inspection, applied)
    heads = ", ".join(stages.backend.history().heads) or "no revision"
    where = "ahead of" if inspection.direction is Direction.AHEAD else "at"
    log.event("migrate.done", f"the database is {where} {heads}", duration_ms=watch.ms)


def find_backend(invocation: Invocation, *, thorough: bool = False) -> Detected:
    """The backend of the project, by its evidence; by all there is if ``thorough``."""
    with log.stage("detect"):
        detected = detect.detect(invocation.root, invocation.loaded.settings.orm, thorough=thorough)
        log.event(
            "detect.found",
            f"{detected.backend}, by {detected.evidence[0].what}",
            backend=detected.backend,
            evidence=[item.what for item in detected.evidence],
        )
        return detected


def wait(invocation: Invocation, given: Sequence[str]) -> None:
    """Wait for the URLs that are ``given``, or else for all that the service will connect to."""
    beside = [] if given else dependencies.beside(invocation)
    named = [target.url for target in _given(given)] or _named_database(invocation)
    name = None if named else _backend_name(invocation, needed=not beside)
    if name:
        Stages(invocation, name, beside).look("never")
    else:
        wait_for_all(invocation, named + beside)


def awaited(invocation: Invocation, given: Sequence[str]) -> list[Target | Skipped]:
    """What ``wait`` waits for, and what it does not and why. Connects to nothing."""
    if given:
        return [*_given(given)]
    found = dependencies.others(invocation)
    database = dependencies.database(invocation)
    if database:
        return [database, *found]
    name = _backend_name(invocation, needed=not found)
    located = Stages(invocation, name).located() if name else ()
    return [*(Target(url, f"the project's {name} configuration") for url in located), *found]


def planned(invocation: Invocation) -> tuple[Revision, ...]:
    """The migrations that ``migrate`` would apply. Writes nothing."""
    stages = Stages(invocation, find_backend(invocation).backend)
    inspection = stages.look("never")
    stages.refuse_direction(inspection, on_ahead="fail")
    return inspection.pending


def statements(invocation: Invocation) -> str:
    """The statements that ``migrate`` would execute. Executes none."""
    stages = Stages(invocation, find_backend(invocation).backend)
    stages.refuse_direction(stages.look("never"), on_ahead="fail")
    with interruption.raised(), log.stage("migrate"):
        return stages.backend.sql()


def status(invocation: Invocation) -> tuple[Backend, Inspection, dict[str, Holder | None]]:
    """The backend, where its databases stand relative to the code, and who has the lock of each.

    Writes nothing.
    """
    stages = Stages(invocation, find_backend(invocation).backend)
    inspection = stages.look("never")
    return stages.backend, inspection, lock.holders(stages.backend.places())


def check_models(invocation: Invocation, show: Callable[[Verdict], None]) -> None:
    """``show`` what the migration files lack of the models, and raise ``DriftError`` for any.

    Reads no database. Raises ``UsageError`` where the files do not say what the models were.
    """
    backend = Stages(invocation, find_backend(invocation).backend).backend
    with log.stage("verify"):
        unmigrated = backend.unmigrated()
        if unmigrated is None:
            raise UsageError(
                f"--models: these {backend.name} migrations do not say what the models were",
                hint="Compare a migrated database with the models: `bootctl check --live`.",
            )
        verdict = Judge(invocation.loaded.settings.verify).judged(unmigrated)
        show(verdict)
        refuse_unmigrated(backend, verdict.differences)


def check(invocation: Invocation, show: Callable[[Verdict], None]) -> None:
    """``show`` the verdict on the live schema, and raise ``DriftError`` where it is drift.

    Writes nothing.
    """
    stages = Stages(invocation, find_backend(invocation).backend)
    inspection = stages.look("always")
    verdict = Judge(invocation.loaded.settings.verify).verdict(inspection)
    if verdict.clean:  # of a database that is ahead it would be half the truth
        stages.refuse_direction(inspection, on_ahead="fail")
    show(verdict)
    stages.refuse_direction(inspection, on_ahead="fail")
    with log.stage("verify"):
        refuse_verdict(stages.backend, verdict)


def _given(urls: Sequence[str]) -> list[Target]:
    with log.stage("wait"):
        return [Target(parse(url, name="the argument"), "the command line") for url in urls]


def _named_database(invocation: Invocation) -> list[Url]:
    """The database that the settings name; none where only the project's code names it."""
    database = dependencies.database(invocation)
    return [required(invocation, database.url)] if database else []


def _backend_name(invocation: Invocation, *, needed: bool) -> str | None:
    """The backend whose configuration names the database; ``None`` where there is none."""
    try:
        name = find_backend(invocation).backend
    except DetectError as error:
        if needed or "evidence" in error.fields:
            raise
        return None
    return None if name == "none" else name
