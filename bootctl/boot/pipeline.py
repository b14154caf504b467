"""The pipeline, top to bottom: the only place that knows the order of the stages.

Settings -> Detected -> Targets -> Inspection -> Upgraded -> Verdict -> exec
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from bootctl.boot.assess import assess
from bootctl.boot.context import prepare
from bootctl.boot.find_orm import find_orm
from bootctl.boot.inspect import inspect
from bootctl.boot.seen.observed import Seen, probes_answered
from bootctl.boot.to_head import to_head
from bootctl.boot.verify import verify
from bootctl.config.invocation import TENANT, Invocation
from bootctl.database.state import Direction
from bootctl.database.url import Url
from bootctl.errors import BootError, DetectError, RefusedError, SettingsError
from bootctl.output import log
from bootctl.output.stopwatch import Stopwatch
from bootctl.wait import dependencies
from bootctl.wait.dependencies import Awaits, given_targets, named_database, wait_for_all

if TYPE_CHECKING:
    from bootctl.boot.receipts.keeping import Keeper


def run(invocation: Invocation, given: Sequence[str]) -> None:
    """Bring the database to the code's head, prove it, and become the server."""
    from bootctl.server import command, launch  # no other command starts anything

    settings, root, environ = invocation.loaded.settings, invocation.root, invocation.environ
    seen = Seen(invocation, "run")
    with log.stage("exec"):
        server = command.find(root, given, settings.server, environ)
        launch.executable(server, environ)
    with probes_answered(invocation):
        if not _is_verified(invocation):
            with _keeper(invocation) as keeping:
                _migrate(invocation, "all", keeping)
    told = seen.ends_well()
    with log.stage("exec"):
        launch.become(server, {**environ, **told}, root, settings)


def _is_verified(invocation: Invocation) -> bool:
    """Return whether a receipt holds that was found, once all is ready that the service needs."""
    if not _wants_receipts(invocation):
        return False
    from bootctl.boot.receipts import launching  # for these boots only

    found = launching.hit
    if found is None:
        return False
    database = dependencies.required(invocation, found.url)
    _wait_for(invocation, [database, *dependencies.beside(invocation)])
    return launching.holds_still(invocation.root, invocation.environ)


def _keeper(invocation: Invocation) -> "AbstractContextManager[Keeper | None]":
    """Return who keeps a receipt of what is verified inside; nobody where the settings want none."""
    if not _wants_receipts(invocation):
        return nullcontext()
    from bootctl.boot.receipts import keeping, launching

    return keeping.keeper(invocation, launching.miss)


def _keeper_for_tenant(invocation: Invocation) -> "AbstractContextManager[Keeper | None]":
    """Return who keeps a receipt of a tenant's database, for whoever goes through all of them."""
    if TENANT not in invocation.environ or invocation.loaded.settings.verify.mode != "cached":
        return nullcontext()
    from bootctl.boot.tenants import single

    return single.keeper(invocation)


def _wants_receipts(invocation: Invocation) -> bool:
    loaded = invocation.loaded
    wanted = loaded.settings.verify.mode == "cached" and TENANT not in invocation.environ
    return wanted and "flag" not in loaded.origins.values()


def migrate(invocation: Invocation) -> None:
    """Bring the database to the code's head, and prove that its schema is the models'."""
    seen = Seen(invocation, "migrate")
    with probes_answered(invocation), _keeper_for_tenant(invocation) as keeping:
        _migrate(invocation, "database", keeping)
    seen.ends_well()


def _migrate(invocation: Invocation, awaits: Awaits, keeping: "Keeper | None" = None) -> None:
    """Do what ``migrate`` does.

    ``awaits``: what is waited for where ``wait.for`` does not say it. ``keeping`` keeps a receipt.
    """
    watch = Stopwatch()
    detected = find_orm(invocation)
    beside = dependencies.beside(invocation, awaits)
    if detected.backend == "none":
        _wait_for(invocation, [*named_database(invocation), *beside])
        log.event("verify.skipped", "orm is none: nothing is migrated or verified", level="WARNING")
        return
    context = prepare(invocation, detected.backend, beside)
    if keeping:
        context = replace(context, before_reading=keeping.about_to_read)
    with log.stage("inspect"):
        migrated = to_head(context, inspect(context, "at-head"))
        assess(context, migrated.inspection)
    if not migrated.inspection.databases:
        message = "env.py ran no migrations: it has found no database, such as a tenant's"
        log.event("verify.skipped", message, level="WARNING")
        return
    clean = verify(context, migrated.inspection, migrated.applied)
    if keeping and clean:
        keeping.keep(context, migrated.inspection)
    heads = ", ".join(context.backend.history().heads) or "no revision"
    where = "ahead of" if migrated.inspection.direction is Direction.AHEAD else "at"
    log.event("migrate.done", f"the database is {where} {heads}", duration_ms=watch.ms)


def wait(invocation: Invocation, given: Sequence[str]) -> None:
    """Wait for the URLs that are ``given``, or else for all that the service will connect to."""
    if given:
        wait_for_all(invocation, [target.url for target in given_targets(given)])
        return
    beside, named = dependencies.beside(invocation), named_database(invocation)
    orm = None if named else orm_that_names_a_database(invocation, needed=not beside)
    if orm:
        inspect(prepare(invocation, orm, beside), "never")
        return
    try:
        _wait_for(invocation, [*named, *beside])
    except (RefusedError, SettingsError) as refusal:
        orm = orm_that_names_a_database(invocation, needed=False)
        if not orm or not any(_is_of(refusal, url) for url in named):
            raise
        # What the URL does not say, the project's code may: it is asked only where that matters.
        inspect(prepare(invocation, orm, beside), "never")


def _wait_for(invocation: Invocation, urls: Sequence[Url]) -> None:
    wait_for_all(invocation, urls, optional=dependencies.optional(invocation))


def _is_of(error: BootError, url: Url) -> bool:
    """Return whether ``error`` is a refusal by ``url``, and by nothing else."""
    states = error.fields.get("targets") or [{"target": error.fields.get("target"), "state": ""}]
    refused = [item["target"] for item in states if item["state"] in ("refused", "")]
    return refused == [str(url)]


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
