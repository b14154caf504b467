"""What the service depends on: what is waited for, what names it, and what is left out and why."""

from collections.abc import Iterator

from bootctl import probes
from bootctl.service import Service, Skipped, Target
from bootctl.stages import Boot
from bootctl.url import Url, parse


def database(boot: Boot) -> Target | None:
    """The database as settings and environment name it; ``None`` where only code does."""
    return _service(boot).database(boot.loaded.settings)


def others(boot: Boot) -> Iterator[Target | Skipped]:
    """What the service needs besides its database."""
    for found in _service(boot).others():
        if isinstance(found, Target) and not probes.knows(found.url):
            reason = f"nothing is known about how to wait for {found.url.kind}://"
            yield Skipped(found.source, reason)
        else:
            yield found
    for text in boot.loaded.settings.wait.targets:
        yield Target(parse(text, name="wait.targets"), "wait.targets")


def beside(boot: Boot) -> list[Url]:
    """What is waited for besides the database."""
    return [found.url for found in others(boot) if isinstance(found, Target)]


def _service(boot: Boot) -> Service:
    return Service(boot.root, boot.environ, boot.loaded.dotenv)
