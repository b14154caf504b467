"""What every stage of one boot works with, once the ORM is detected."""

from collections.abc import Callable

from bootctl.config.invocation import Invocation
from bootctl.config.settings import Settings
from bootctl.database.url import Url
from bootctl.migrate import backends
from bootctl.migrate.protocol import Backend
from bootctl.output import log
from bootctl.values import frozen
from bootctl.verify.baseline import Baseline
from bootctl.verify.policy import DriftPolicy


def _nothing() -> None:
    """Do nothing."""


@frozen
class Context:
    """The invocation, the backend for its project, and what counts as drift."""

    invocation: Invocation
    backend: Backend
    policy: DriftPolicy
    beside: tuple[Url, ...] = ()
    """What is waited for together with the first database."""
    before_reading: Callable[[], None] = _nothing
    """Called before a database is read that may be compared."""

    @property
    def settings(self) -> Settings:
        """Return the settings of the invocation."""
        return self.invocation.loaded.settings

    @property
    def verifies(self) -> bool:
        """Return whether the settings ask for a verified schema."""
        return self.settings.verify.mode != "off"


def prepare(
    invocation: Invocation,
    orm: str,
    beside: tuple[Url, ...] = (),
    accepted: Baseline | None = None,
) -> Context:
    """Return the context for the project's migrations with ``orm``.

    ``accepted`` takes the place of what ``verify.baseline`` accepts.
    Raises ``SettingsError`` or ``HistoryError`` where the configuration or the files are unusable.
    """
    settings = invocation.loaded.settings
    with log.stage("detect"):
        backend = backends.create(orm, invocation.root, settings)
        return Context(invocation, backend, DriftPolicy(settings.verify, accepted), beside)
