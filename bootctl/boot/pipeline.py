"""The pipeline, top to bottom: the only place that knows the order of the stages.

Settings -> Detected -> Targets -> Inspection -> Upgraded -> Verdict -> exec
"""

from collections.abc import Sequence

from bootctl.boot.assess import assess
from bootctl.boot.context import prepare
from bootctl.boot.inspect import inspect
from bootctl.boot.to_head import to_head
from bootctl.boot.verify import verify
from bootctl.config.invocation import Invocation
from bootctl.database.state import Direction
from bootctl.database.url import Url
from bootctl.errors import DetectError
from bootctl.output import log
from bootctl.output.stopwatch import Stopwatch
from bootctl.project import detect
from bootctl.project.detect import Detected
from bootctl.wait import dependencies
from bootctl.wait.dependencies import given_targets, named_database, wait_for_all


def run(invocation: Invocation, given: Sequence[str]) -> None:
    """Bring the database to the code's head, prove it, and become the server."""
    from bootctl.server import command, launch  # no other command starts anything

    settings, root, environ = invocation.loaded.settings, invocation.root, invocation.environ
    with log.stage("exec"):
        server = command.find(root, given, settings.server, environ)
        launch.executable(server, environ)
    migrate(invocation)
    with log.stage("exec"):
        launch.become(server, environ, root, settings)


def migrate(invocation: Invocation) -> None:
    """Bring the database to the code's head, and prove that its schema is the models'."""
    watch = Stopwatch()
    detected = find_orm(invocation)
    beside = dependencies.beside(invocation)
    if detected.backend == "none":
        wait_for_all(invocation, [*named_database(invocation), *beside])
        log.event("verify.skipped", "orm is none: nothing is migrated or verified", level="WARNING")
        return
    context = prepare(invocation, detected.backend, beside)
    with log.stage("inspect"):
        migrated = to_head(context, inspect(context, "at-head"))
        assess(context, migrated.inspection)
    verify(context, migrated.inspection, migrated.applied)
    heads = ", ".join(context.backend.history().heads) or "no revision"
    where = "ahead of" if migrated.inspection.direction is Direction.AHEAD else "at"
    log.event("migrate.done", f"the database is {where} {heads}", duration_ms=watch.ms)


def find_orm(invocation: Invocation, *, thorough: bool = False) -> Detected:
    """Return the ORM that the project migrates with, by its evidence; by all there is if ``thorough``."""
    with log.stage("detect"):
        orm = invocation.loaded.settings.orm
        detected = detect.detect(invocation.root, orm, thorough=thorough)
        log.event(
            "detect.found",
            f"{detected.backend}, by {detected.evidence[0].what}",
            backend=detected.backend,
            evidence=[item.what for item in detected.evidence],
        )
        return detected


def wait(invocation: Invocation, given: Sequence[str]) -> None:
    """Wait for the URLs that are ``given``, or else for all that the service will connect to."""
    beside = () if given else dependencies.beside(invocation)
    named: list[Url] = [target.url for target in given_targets(given)]
    named = named or named_database(invocation)
    orm = None if named else orm_that_names_a_database(invocation, needed=not beside)
    if orm:
        inspect(prepare(invocation, orm, beside), "never")
    else:
        wait_for_all(invocation, [*named, *beside])


def orm_that_names_a_database(invocation: Invocation, *, needed: bool) -> str | None:
    """Return the ORM whose configuration names the database; ``None`` where there is none.

    Raises ``DetectError`` where one is ``needed``, or the evidence is ambiguous.
    """
    try:
        name = find_orm(invocation).backend
    except DetectError as error:
        if needed or "evidence" in error.fields:
            raise
        return None
    return None if name == "none" else name
