"""What the loop needs of a probe, and how a probe says no."""

from dataclasses import replace
from typing import Protocol

from bootctl.database.url import Url

WRITABLE = "target_session_attrs"
"""libpq's name in a URL for what a session must be able to do; ``read-write`` excludes standbys."""


def writable(url: Url) -> Url:
    """Return the same database, which must take writes to be ready."""
    return replace(url, query={**url.query, WRITABLE: "read-write"})


CAUSES = {
    "refused connection": "nobody listens there",
    "dns": "the host name does not resolve",
    "unreachable": "the network, or the client library, does not get there",
    "timeout": "no answer within 5 s, or within what is left of them",
    "connection lost": "it hung up",
    "starting": "it answers that it is not up yet",
    "loading": "it answers that it reads its data",
    "too many connections": "it has no connection left for us",
    "read-only": "it takes no writes, and `wait.writable` asks for them",
    "locked": "another process holds the SQLite file",
    "disk full": "its disk is full",
    "resources": "it has no memory or no locks left",
    "disk error": "SQLite cannot read or write its files",
    "lock timeout": "its answer waited for a lock for longer than it may",
    "statement timeout": "its answer took longer than it may",
    "canceled": "its answer took longer than it may, or somebody canceled it",
    "status": "the HTTP status is not the expected one",
    "body": "the HTTP answer does not contain the expected text",
    "missing": "the file is not there",
    "unstable": "it was not ready for `wait.stable_for`",
    "protocol": "what answers does not speak the protocol",
    "credentials": "it does not know the user, or the password is wrong",
    "unknown database": "the database, virtual host or database number is not there",
    "tls": "the certificate is expired, unknown or another's, or TLS is not spoken",
    "permission": "the user, or this process, may not do that",
    "host not allowed": "it refuses this host",
    "unsupported": "it does not offer what the URL asks for",
    "refused": "it refuses us for a reason of its own",
    "cannot open the file": "SQLite cannot open the file",
    "not a database": "the file is none of SQLite's",
}
"""The kinds of failure, and what each means."""


class NotReady(Exception):  # noqa: N818 - an answer of a probe, no error of the program
    """Not ready now; asking again can help. ``kind`` is one of ``CAUSES``."""

    def __init__(self, kind: str, detail: str) -> None:
        assert kind in CAUSES, kind
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
