"""A ticket's way through a service that runs, here or as the composed stack: `make e2e`."""

import json
import os
import time
import urllib.request
import uuid
from typing import Any

import pytest

URL = os.environ.get("DESK_URL", "")
PASSWORD = "correct horse battery"
PATIENCE_SECONDS = 60


def ask(path: str, body: object = None, token: str = "") -> Any:
    """Return the result of a GET, or of a POST where there is a body."""
    request = urllib.request.Request(
        f"{URL}{path}",
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}"} if token else {},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())["result"]


def until_it_is_ready() -> None:
    """Return once the service can be asked: `make up` does not wait for what it starts."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            assert ask("/health/ready")["status"] == "ready"
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.mark.skipif(not URL, reason="DESK_URL does not say where a service runs")
def test_a_ticket_is_opened_resolved_and_closed() -> None:
    until_it_is_ready()
    address = f"{uuid.uuid4().hex}@example.com"
    ask("/users", {"email": address, "fullName": "Ann", "password": PASSWORD})
    token = ask("/sessions", {"email": address, "password": PASSWORD})["accessToken"]
    ticket = ask("/tickets", {"title": "The printer is out of paper"}, token)["id"]
    for action, more in (("start", {}), ("resolve", {"resolution": "Filled up."}), ("close", {})):
        moved = ask(f"/tickets/{ticket}/transitions", {"action": action, **more}, token)
    assert moved["state"] == "closed"
