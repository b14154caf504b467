"""The project's migrations, the databases that they are for, and where these stand."""

from collections.abc import Sequence
from dataclasses import replace

from bootctl.boot import refusals
from bootctl.boot.assess import assess
from bootctl.boot.context import Context, prepare
from bootctl.boot.doctor import roles
from bootctl.boot.doctor.awaited import Awaited
from bootctl.boot.doctor.finding import Findings
from bootctl.config.invocation import Invocation
from bootctl.database.state import Direction
from bootctl.database.url import Url
from bootctl.migrate.inspection import Comparison, Inspection
from bootctl.output import log
from bootctl.project.environment import unset_in_url

_AREA = "database"
_MOST_ROUNDS = 20


def examine(invocation: Invocation, orm: str, awaited: Awaited, found: Findings) -> Sequence[Url]:
    """Find the history, and for each database that answers where it stands; return where they are."""
    urls: tuple[Url, ...] = ()
    with found.looking("migrations"):
        context = prepare(invocation, orm)
        history = context.backend.history()
        heads = ", ".join(history.heads) or "none"
        found.ok("migrations", f"{len(history.revisions)} in the code, head: {heads}")
        with log.stage("inspect"):
            urls = context.backend.locate()
        _read(context, urls, awaited, found)
    return urls


def _read(context: Context, urls: Sequence[Url], awaited: Awaited, found: Findings) -> None:
    """Read the databases, once all of them have answered."""
    known = list(urls)
    new = known
    for _ in range(_MOST_ROUNDS):
        for url in new:
            if unset := unset_in_url(url, context.invocation.root):
                raise unset
        if not awaited.ask_own(new, [*map(context.backend.connector, new)]):
            return
        with log.stage("inspect"):
            read = context.backend.inspect("at-head", known)
        if isinstance(read, Inspection):
            _tell(context, read, found)
            return
        new = [*read.urls]
        known += new


def _tell(context: Context, read: Inspection, found: Findings) -> None:
    for database in read.databases:
        pending = [item.id for item in database.pending]
        where = ", ".join(database.current) or "no revision"
        found.ok(_AREA, f"{database.url} is {database.direction}, at {where}")
        if pending and database.direction in (Direction.BEHIND, Direction.FRESH):
            said = f"{database.url} lacks {', '.join(pending)}"
            found.note(_AREA, said, "`bootctl migrate` applies it, as does `bootctl run`.")
    with found.looking(_AREA):
        assess(context, read)
    with found.looking("drift"):
        counted = context.policy.stopping(read.differences or ())
        if counted:
            comparison = replace(read.comparison or Comparison(()), differences=counted)
            raise refusals.drift(context.backend, comparison)
    for target in read.migration_targets:
        if target.url.scheme != "sqlite":
            with found.looking("role", stops=False):
                roles.examine(target, found)
