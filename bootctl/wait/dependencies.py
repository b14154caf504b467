"""What the service depends on: what is waited for, what names it, and what is left out and why."""

from bootctl.boot.stages import Boot
from bootctl.config.service import Service, Skipped, Target
from bootctl.database.url import Url, parse
from bootctl.output import log
from bootctl.wait import schemes


def database(boot: Boot) -> Target | None:
    """The database as settings and environment name it; ``None`` where only code does."""
    with log.stage("wait"):
        return _service(boot).database(boot.loaded.settings)


def others(boot: Boot) -> list[Target | Skipped]:
    """What the service needs besides its database."""
    with log.stage("wait"):
        own = boot.loaded.settings.wait.targets
        return [
            *map(_known, _service(boot).others()),
            *(Target(parse(text, name="wait.targets"), "wait.targets") for text in own),
        ]


def beside(boot: Boot) -> list[Url]:
    """What is waited for besides the database."""
    return [found.url for found in others(boot) if isinstance(found, Target)]


def _known(found: Target | Skipped) -> Target | Skipped:
    if isinstance(found, Skipped) or schemes.knows(found.url):
        return found
    return Skipped(found.source, f"nothing is known about how to wait for {found.url.kind}://")


def _service(boot: Boot) -> Service:
    return Service(boot.root, boot.environ, boot.loaded.dotenv)
