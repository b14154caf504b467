"""What the service depends on: what is waited for, what names it, and what is left out and why."""

import gc
from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from bootctl.config.invocation import Invocation
from bootctl.config.service import Service, Skipped, Target
from bootctl.database.connector import Connector
from bootctl.database.url import Url, parse
from bootctl.errors import NotReadyError, RefusedError
from bootctl.output import log, weak_secrets
from bootctl.output.redact import redactor
from bootctl.wait import schemes
from bootctl.wait.loop import wait_for
from bootctl.wait.probe import Probe, writable

if TYPE_CHECKING:
    from bootctl.wait.answers import Answer
    from bootctl.wait.in_passing import Unready

Awaits = Literal["database", "all"]


def database(invocation: Invocation) -> Target | None:
    """Return the database as settings and environment name it; ``None`` where only code does."""
    with log.stage("wait"):
        return _service(invocation).database(invocation.loaded.settings)


def others(invocation: Invocation) -> list[Target | Skipped]:
    """Return what the service needs besides its database, without what ``wait.ignore`` leaves out."""
    with log.stage("wait"):
        settings = invocation.loaded.settings.wait
        found = [
            *map(_known, _service(invocation).others()),
            *(Target(parse(text, name=_TARGETS), _TARGETS) for text in settings.targets),
        ]
        return [_unless_ignored(item, settings.ignore) for item in found]


_TARGETS = "wait.targets"
_OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""A wait can be long, and so can what follows."""


def beside(invocation: Invocation, awaits: Awaits = "all") -> tuple[Url, ...]:
    """Return what is waited for besides the database.

    ``awaits`` is what ``wait.for`` is where it is unset; ``wait.targets`` are named for bootctl.
    """
    wanted = invocation.loaded.settings.wait.for_
    targets = (found for found in others(invocation) if isinstance(found, Target))
    if wanted == "database":
        return ()
    every = (wanted or awaits) == "all"
    return tuple(found.url for found in targets if every or found.source == _TARGETS)


def optional(invocation: Invocation) -> tuple[Url, ...]:
    """Return what the boot goes on without: see ``wait.optional``."""
    patterns = invocation.loaded.settings.wait.optional
    targets = (found for found in others(invocation) if isinstance(found, Target))
    return tuple(found.url for found in targets if found.is_named_by(patterns))


def named_database(invocation: Invocation) -> list[Url]:
    """Return the database that the settings name; none where only the project's code names it."""
    found = database(invocation)
    return [required(invocation, found.url)] if found else []


def given_targets(urls: Iterable[str]) -> list[Target]:
    """Return what the command line names. Raises ``SettingsError`` for what is no URL."""
    with log.stage("wait"):
        return [Target(parse(url, name="the argument"), "the command line") for url in urls]


def _unless_ignored(found: Target | Skipped, patterns: Sequence[str]) -> Target | Skipped:
    if isinstance(found, Target) and found.is_named_by(patterns):
        return Skipped(found.source, "wait.ignore names it")
    return found


def _known(found: Target | Skipped) -> Target | Skipped:
    if isinstance(found, Skipped) or schemes.knows(found.url):
        return found
    return Skipped(found.source, f"nothing is known about how to wait for {found.url.kind}://")


def _service(invocation: Invocation) -> Service:
    return Service(invocation.root, invocation.environ, invocation.loaded.dotenv)


def wait_for_all(
    invocation: Invocation,
    urls: Iterable[Url],
    own: Sequence[Connector] = (),
    optional: Container[Url] | None = None,
    begun: Sequence["Unready"] = (),
) -> None:
    """Wait for every one of ``urls``, all at once.

    Those of ``own`` are asked as the project would ask them, and of those that have ``begun`` to be asked
    the answer is waited for; for the ``optional`` ones nobody waits.
    ``None`` says that none can be: the command line has them.
    """
    look_for_garbage()
    with log.stage("wait"):
        different = _different(urls)
        weak_secrets.tell()
        probes = [_probe(url, own, begun) for url in different]
        spared = [
            probe for url, probe in zip(different, probes, strict=True) if url in (optional or ())
        ]
        try:
            wait_for(probes, invocation.loaded.settings.wait, spared)
        except NotReadyError as late:
            if optional is not None:
                late.hint += _way_without(invocation, late)
            raise
        except RefusedError as refusal:
            for url in different:
                for odd in url.odd_ends():
                    refusal.add(odd)
            raise


def look_for_garbage() -> None:
    """Have it looked for again, now that all is imported: what was imported stays."""
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def _way_without(invocation: Invocation, late: NotReadyError) -> str:
    """Return how to boot without what is not ready, as far as it is not the database."""
    unready = {state["target"] for state in late.fields["targets"] if state["state"] != "ready"}
    targets = (found.url for found in others(invocation) if isinstance(found, Target))
    kinds = sorted({url.scheme for url in targets if str(url) in unready})
    if not kinds:
        return ""
    return f" If the service can start without it: BOOTCTL__WAIT__OPTIONAL={','.join(kinds)}."


def _different(urls: Iterable[Url]) -> list[Url]:
    """Return each of ``urls`` once, of which no secret is told from now on."""
    different: list[Url] = []
    for url in urls:
        redactor.add_url(url)
        if url not in different:
            different.append(url)
    return different


def answers_of(urls: Iterable[Url], own: Sequence[Connector], seconds: float) -> "list[Answer]":
    """Return one answer of each of ``urls``, in so many seconds at most, whatever the others say."""
    from bootctl.wait.answers import answers  # not for a boot

    with log.stage("wait"):
        different = _different(urls)
        return answers([_probe(url, own) for url in different], seconds)


def _probe(url: Url, own: Sequence[Connector], begun: Sequence["Unready"] = ()) -> Probe:
    if asked := next((probe for probe in begun if probe.url == url), None):
        return asked
    found = next((connector for connector in own if connector.url == url), None)
    if found is None:
        return schemes.create(url)
    from bootctl.wait.probes.own import (
        OwnDatabase,  # with the project's libraries, which are imported by now
    )

    return OwnDatabase(found)


def required(invocation: Invocation, database: Url) -> Url:
    """Return the service's database, with what ``wait.writable`` requires of it."""
    return writable(database) if invocation.loaded.settings.wait.writable else database
