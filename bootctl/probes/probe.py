"""What the loop needs of a probe, and how a probe says no."""

from dataclasses import replace
from typing import Protocol

from bootctl.url import Url

WRITABLE = "target_session_attrs"
"""libpq's name in a URL for what a session must be able to do; ``read-write`` excludes standbys."""


def writable(url: Url) -> Url:
    """The same database, which must take writes to be ready."""
    return replace(url, query={**url.query, WRITABLE: "read-write"})


class NotReady(Exception):  # noqa: N818 - an answer of a probe, no error of the program
    """Not ready now; asking again can help. ``kind`` names the failure in one or two words."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


class Refused(NotReady):
    """Answered, and refused us. Fatal once it has repeated for a short grace period."""


class Probe(Protocol):
    """One dependency that can be asked whether it is ready."""

    target: str
    """What is asked, without its secrets."""
    depth: str
    """How deep the answer goes: ``query``, ``handshake``, ``connection``, or what else it is of."""

    async def check(self) -> None:
        """Return when it is ready; raise ``NotReady`` or ``Refused`` when it is not."""
