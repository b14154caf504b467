"""What ``bootctl.wait.loop`` says of a target, in one word or two."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bootctl.database.url import parse
from bootctl.errors import NotReadyError, RefusedError
from bootctl.output import log
from bootctl.wait import again, loop, schemes
from bootctl.wait.connection import trusted
from tests.support.given import group
from tests.support.servers.own_server import Peer, shared

Outcome = tuple[str, str]
READY: Outcome = ("ready", "")
_OF_ANOTHER_PROTOCOL = {
    *(("not ready", kind) for kind in ("protocol", "timeout", "connection lost")),
    ("refused", "tls"),  # where TLS is expected, and the port answers in plain text
}


def outcomes(urls: Sequence[str], **settings: Any) -> list[Outcome]:
    """Of each URL: ``ready``, ``not ready`` or ``refused``, and the kind of the failure."""
    asked = [schemes.create(parse(url)) for url in urls]
    try:
        loop.wait_for(asked, group("wait", **settings))
    except (NotReadyError, RefusedError) as error:
        targets = error.fields["targets"]
        assert [item["target"] for item in targets] == [probe.target for probe in asked]
        return [(item["state"], item.get("cause", "")) for item in targets]
    return [READY] * len(urls)


def outcome(url: str, **settings: Any) -> Outcome:
    """See ``outcomes``."""
    return outcomes([url], **settings)[0]


def of_another_protocol(peer: Peer, others: Sequence[Peer]) -> None:
    """Expect that ``peer`` is found in none of these, whose ports speak another protocol."""
    found = outcomes([peer.url(shared(other).port) for other in others], timeout=0.5)
    said = {other.name: answer for other, answer in zip(others, found, strict=True)}
    assert set(said.values()) <= _OF_ANOTHER_PROTOCOL, said


class Events(list[dict[str, Any]]):
    """The events that were logged."""

    _first_retry: Callable[[], object] | None = None

    def at_first_retry(self, action: Callable[[], object]) -> None:
        """Do this once a target was found not ready, however long that takes on a busy machine."""
        self._first_retry = action

    def add(self, name: str, message: str, **fields: Any) -> None:
        """Keep one event."""
        self.append({"event": name, "message": message, **fields})
        if name == "wait.retry" and self._first_retry:
            action, self._first_retry = self._first_retry, None
            action()


def recorded(monkeypatch: pytest.MonkeyPatch) -> Events:
    """The events that are logged from now on."""
    logged = Events()
    monkeypatch.setattr(log, "event", logged.add)
    return logged


def trust(monkeypatch: pytest.MonkeyPatch, authority: object) -> None:
    """Trust the authority whose certificate is in this file, and no other."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    trusted.cache_clear()


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the grace period that a refusal has."""
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 0.1)
    monkeypatch.setattr(again, "_REFUSED_PAUSE", again.wait_fixed(0.1))


def each(*peers: Peer, slow: bool = False) -> pytest.MarkDecorator:
    """One test for each of these; those that start a heavy server are slow."""
    marks = {peer: [pytest.mark.slow] if slow or peer.heavy else [] for peer in peers}
    return pytest.mark.parametrize(
        "peer", [pytest.param(peer, id=peer.name, marks=marks[peer]) for peer in peers]
    )
