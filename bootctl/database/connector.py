"""How the project itself connects to one of its databases."""

from collections.abc import Callable
from dataclasses import field

from bootctl.database.session import Session
from bootctl.database.url import Url
from bootctl.values import frozen


@frozen
class Connector:
    """Connects to ``url`` as the project does: with its driver, its listeners, its arguments."""

    url: Url
    open: Callable[[float], Session]
    """Connects, within so many seconds. Raises what the driver raises, or ``TimeoutError``."""
    ask: Callable[[float], Session] | None = None
    """Connects as ``open`` does where a session that only reads does without SQLAlchemy."""
    options: dict[str, object] = field(default_factory=dict)
    """What the driver was given last, by its own names. Never to be shown."""
