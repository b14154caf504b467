"""What the end of a boot has to know of the settings, which it may have without the model of them."""

from typing import Protocol


class ServerOptions(Protocol):
    """The settings that begin with ``server``."""

    @property
    def command(self) -> tuple[str, ...]:
        """Return the words of the command; none where another one is to be found."""

    @property
    def app(self) -> str | None:
        """Return the file or module of the Robyn app."""

    @property
    def processes(self) -> int | None:
        """Return how many Robyn is to start."""

    @property
    def workers(self) -> int | None:
        """Return how many threads each of them is to have."""

    @property
    def mode(self) -> str:
        """Return ``exec`` or ``drain``."""

    @property
    def stop_timeout(self) -> float:
        """Return for how many seconds a server may stop in mode ``drain``."""


class LogOptions(Protocol):
    """The settings that begin with ``log``."""

    @property
    def level(self) -> str:
        """Return the least level that is logged."""


class LaunchOptions(Protocol):
    """Of all settings, those that the server is started with."""

    @property
    def server(self) -> ServerOptions:
        """Return those of the server."""

    @property
    def log(self) -> LogOptions:
        """Return those of the log."""
