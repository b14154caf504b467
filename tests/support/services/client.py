"""A client of the services' API."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Answer:
    """What a service has answered."""

    status: int
    content: Any
    headers: Mapping[str, str]

    @property
    def result(self) -> Any:
        """What is in the envelope of a result, and nothing is beside it."""
        assert set(self.content) == {"result"}, self.content
        return self.content["result"]

    @property
    def error(self) -> Any:
        """What is in the envelope of an error, which is the same everywhere."""
        assert set(self.content) == {"error"}, self.content
        assert set(self.content["error"]) == {"code", "message", "details"}
        return self.content["error"]

    def refusal(self) -> tuple[int, str]:
        """The status, and the code for programs."""
        return self.status, self.error["code"]

    @property
    def cookie(self) -> str:
        """The cookie that is set, as it is sent back."""
        return self.headers.get("set-cookie", "").partition(";")[0]


class Client:
    """Asks the service on a port, as nobody or as somebody."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port, self.token = port, token
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return self.send("GET", path, None, headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        """POST what is sent as JSON, or a text as it is."""
        text = body if isinstance(body, str) else json.dumps(body)
        return self.send("POST", path, text, headers)

    def send(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """Send a request of its own connection; names of headers may be written with ``_``."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, body, {**self._headers, **given})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, json.loads(response.read()), found)
        finally:
            connection.close()

    def registered(self, name: str) -> "Client":
        """A client that is signed in as a new user."""
        address = f"{name}@example.com"
        body = {"email": address, "fullName": name.title(), "password": PASSWORD}
        assert self.post("/users", body).status == 201
        answer = self.post("/sessions", {"email": address, "password": PASSWORD})
        assert answer.status == 201, answer
        return Client(self.port, answer.result["accessToken"])

    def opened(self, title: str = "The printer is out of paper") -> int:
        """The id of a new ticket."""
        answer = self.post("/tickets", {"title": title})
        assert answer.status == 201, answer
        return int(answer.result["id"])

    def moved(self, ticket: int, action: str, **more: str) -> Answer:
        """Take an action on a ticket."""
        return self.post(f"/tickets/{ticket}/transitions", {"action": action, **more})
