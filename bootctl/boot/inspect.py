"""Where the databases are, and where they stand: each is waited for before it is read."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from bootctl.boot.context import Context
from bootctl.config.invocation import TENANT
from bootctl.database.url import Url
from bootctl.errors import HistoryError
from bootctl.migrate.inspection import Inspection, NewTargets
from bootctl.migrate.meanwhile import begin
from bootctl.migrate.protocol import Compare, never
from bootctl.output import interruption, log
from bootctl.project.environment import unset_in_url
from bootctl.wait.dependencies import look_for_garbage, optional, required, wait_for_all

if TYPE_CHECKING:
    from bootctl.wait.in_passing import Unready

_MOST_DATABASES = 10_000
"""Code that connects to more than these connects to another one each time it runs."""


def locate(context: Context) -> tuple[Url, ...]:
    """Return the databases that the project's code would connect to first. Connects to none."""
    with interruption.raised(), log.stage("inspect"):
        return context.backend.locate()


def inspect(context: Context, compare: Compare) -> Inspection:
    """Wait for every database, and read it.

    It is compared with the models where ``compare`` and ``verify.mode`` ask for it.
    """
    if not (context.beside or TENANT in context.invocation.environ):
        return inspect_again(context, compare, (), asks=True)
    located = locate(context)
    wait(context, located, context.beside)
    if TENANT in context.invocation.environ:
        from bootctl.boot.tenants import schema

        schema.refuse_missing(context.invocation)
    return inspect_again(context, compare, located)


def inspect_again(
    context: Context, compare: Compare, known: Sequence[Url], *, asks: bool = False
) -> Inspection:
    """Read the databases, of which the ``known`` ones were waited for already.

    Others are asked as soon as they show, where it ``asks``: nobody waits for what has answered.
    """
    urls = list(known)
    begun: list[Unready] = []
    is_ready = partial(_is_ready, context, begun) if asks else never
    while len(urls) <= _MOST_DATABASES:
        with interruption.raised(), log.stage("inspect"):
            if urls:
                context.before_reading()
            found = context.backend.inspect(_asked(context, compare), urls, is_ready)
        if isinstance(found, Inspection):
            return found
        wait(context, found.urls, begun=begun)
        urls += found.urls
    raise _endless(urls)


def _is_ready(context: Context, begun: "list[Unready]", url: Url) -> bool:
    """Return whether a database has answered that the project's code is about to connect to.

    What has to be asked on is kept in ``begun``.
    """
    from bootctl.wait import in_passing  # with the project's libraries, which it has imported

    how = context.backend.connector(url)
    if how is None or unset_in_url(url, context.invocation.root):
        return False
    how = replace(how, url=required(context.invocation, how.url))
    begin(context.backend.import_rest)
    if unready := in_passing.unready(how, context.settings.wait):
        begun.append(unready)
        return False
    look_for_garbage()
    asking = Thread(target=context.before_reading)  # it may run an event loop, and so may the code
    asking.start()
    asking.join()
    return True


def proof(context: Context, compare: Compare, before: Inspection) -> Inspection:
    """Read again, on new connections, the databases that ``before`` has. No other is connected to."""
    context.before_reading()
    found = context.backend.inspect(compare, before.urls)
    if isinstance(found, NewTargets):
        raise _endless([*before.urls, *found.urls])
    return found


def _asked(context: Context, compare: Compare) -> Compare:
    of_boot = compare in ("at-head", "before-migrating")
    if of_boot and not context.verifies:
        return "never"
    if of_boot and context.settings.migrate.on_ahead == "compatible":
        return "ahead"
    return compare


def wait(
    context: Context,
    urls: Sequence[Url],
    beside: Sequence[Url] = (),
    begun: "Sequence[Unready]" = (),
) -> None:
    """Wait for databases, as the project connects to them, and for what is ``beside`` them.

    Where a probe has ``begun`` to ask one, its answer is waited for.
    """
    for url in urls:
        if unset := unset_in_url(url, context.invocation.root):
            raise unset
    databases = [required(context.invocation, url) for url in urls]
    found = [context.backend.connector(url) for url in urls]
    own = [replace(how, url=required(context.invocation, how.url)) for how in found if how]
    spared = optional(context.invocation) if beside else ()
    begin(context.backend.import_rest)
    wait_for_all(context.invocation, [*databases, *beside], own, spared, begun)


def _endless(urls: Sequence[Url]) -> HistoryError:
    return HistoryError(
        f"the project's code connects to other databases each time it runs: {urls[-1]} is new",
        hint="Make env.py connect to the same databases whenever it runs.",
        target=str(urls[-1]),
    )
