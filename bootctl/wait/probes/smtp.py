"""SMTP: a greeting of 220, and where there are credentials, a login.

Without the client library only the greeting is read. RFC 5321, 3.1.
"""

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import ATTEMPT_SECONDS, Failures, by_class, connected, trusted, typed
from bootctl.wait.libraries import imported, installed
from bootctl.wait.probe import NotReady, Refused

DRIVERS = ("aiosmtplib",)
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class SMTP:
    """See ``bootctl.wait.probe.Probe``."""

    def __init__(self, url: Url) -> None:
        if not url.host:
            raise SettingsError(f"{url} names no host", hint="Write it as smtp://HOST:PORT.")
        self.target = str(url)
        self._url = url
        self._host, self._port = url.host, url.port or _PORTS[url.kind]
        self._tls = trusted() if url.kind != "smtp" else None
        self._driver = installed(DRIVERS)
        self.depth = "query" if self._driver else "handshake"

    async def check(self) -> None:
        """Greet, and log in with what the URL has; or else read the greeting."""
        with typed(_failure, self._url.query):
            await (self._greet() if self._driver else self._first_bytes())

    async def _greet(self) -> None:
        aiosmtplib = await imported("aiosmtplib")
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._url.user,
            password=self._url.password,
            timeout=ATTEMPT_SECONDS,
            use_tls=self._url.scheme == "smtps",
            start_tls=self._url.driver == "starttls",
            tls_context=self._tls,
        )
        try:
            await client.connect()
            await client.noop()
        finally:
            client.close()

    async def _first_bytes(self) -> None:
        tls = self._tls if self._url.scheme == "smtps" else None
        async with connected(self._host, self._port, tls) as (reader, _):
            line = await reader.readline()
        if line.startswith((b"421", b"554")):
            raise NotReady("starting", line.decode("utf-8", "replace").strip())
        if not line.startswith(b"220"):
            raise NotReady("protocol", "it does not greet as SMTP does")


_FAILURES: Failures = {
    "SMTPAuthenticationError": (Refused, "credentials"),
    "SMTPConnectResponseError": (NotReady, "starting"),
    "SMTPResponseException": (NotReady, "protocol"),
}
_NOT_OFFERED = "SMTPException"


def _failure(error: BaseException) -> NotReady | None:
    if type(error).__name__ == _NOT_OFFERED:  # STARTTLS, or any login
        return Refused("unsupported", str(error))
    return by_class(error, "aiosmtplib", _FAILURES)
