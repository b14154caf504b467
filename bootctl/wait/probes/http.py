"""An HTTP answer with the status, and if asked the text, of a service that is ready.

What is expected stands in the URL's fragment, which is never sent:
``https://api/health#status=200,204&body=ready``. Without it any status from 200 to 399 is ready,
as for a Kubernetes probe. Redirections are not followed.
"""

import asyncio
import base64
import re
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import parse_qs, quote

from bootctl import __version__
from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.connection import ATTEMPT_SECONDS, trusted, typed
from bootctl.wait.probe import NotReady, Refused

_BODY_BYTES = 1 << 20
_STATUSES = r"([1-5](\d\d|xx))(,[1-5](\d\d|xx))*"


class HTTP:
    """See ``bootctl.wait.probe.Probe``."""

    depth = "query"

    def __init__(self, url: Url) -> None:
        if not url.host:
            raise SettingsError(f"{url} names no host", hint="Write it as http://HOST/PATH.")
        self.target = str(url)
        self._url = url
        expected = parse_qs(url.fragment, keep_blank_values=True)
        self._statuses = expected.pop("status", [""])[0].lower()
        self._body = expected.pop("body", [""])[0]
        if expected or (self._statuses and not re.fullmatch(_STATUSES, self._statuses)):
            raise SettingsError(
                f"what {url} expects is not understood",
                hint="Write it as #status=200,3xx&body=TEXT.",
                target=str(url),
            )

    async def check(self) -> None:
        """Ask once, and compare the answer with what is expected."""
        with typed():
            status, body = await asyncio.to_thread(self._answer)
        if not self._is_expected(status):
            said = f"it answers with status {status}"
            raise Refused("credentials", said) if status == 401 else NotReady("status", said)
        if self._body not in body:
            raise NotReady("body", f"its answer does not contain {self._body!r}")

    def _answer(self) -> tuple[int, str]:
        connection = self._connection()
        try:
            connection.request("GET", self._path(), headers=self._headers())
            response = connection.getresponse()
            text = response.read(_BODY_BYTES) if self._body else b""
            return response.status, text.decode("utf-8", "replace")
        except HTTPException as error:
            raise NotReady("protocol", f"it does not speak HTTP: {type(error).__name__}") from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        host, port = self._url.host or "", self._url.port
        if self._url.scheme == "https":
            return HTTPSConnection(host, port, timeout=ATTEMPT_SECONDS, context=trusted())
        return HTTPConnection(host, port, timeout=ATTEMPT_SECONDS)

    def _path(self) -> str:
        path = quote(self._url.request, safe="/%:?#[]@!$&'()*+,;=~")
        return path if path.startswith("/") else f"/{path}"

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"bootctl/{__version__}", "Connection": "close"}
        if self._url.user is not None:
            login = f"{self._url.user}:{self._url.password or ''}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
        return headers

    def _is_expected(self, status: int) -> bool:
        if not self._statuses:
            return 200 <= status < 400
        wanted = self._statuses.split(",")
        return str(status) in wanted or f"{status // 100}xx" in wanted
