"""The loop that drives the probes: all at once, under one deadline, with few words."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from tenacity import wait_fixed, wait_none

from bootctl.database.url import parse
from bootctl.errors import NotReadyError, RefusedError
from bootctl.wait import again, loop, schemes
from bootctl.wait.connection import ATTEMPT_SECONDS
from bootctl.wait.loop import wait_for
from bootctl.wait.probe import NotReady, Probe, Refused
from tests.support.databases.fresh import Database
from tests.support.given import group
from tests.support.processes import waits
from tests.support.processes.prompt import PROMPT_SECONDS
from tests.support.processes.waits import Events
from tests.support.servers.ports import free_port


@pytest.fixture(autouse=True)
def events(monkeypatch: pytest.MonkeyPatch) -> Events:
    """The events that were logged."""
    return waits.recorded(monkeypatch)


class Scripted:
    """A probe that answers by a function of the seconds since it was made."""

    depth = "query"

    def __init__(self, answer: Callable[[float], NotReady | None], target: str = "x://y") -> None:
        self.target = target
        self.asked = 0
        self._answer = answer
        self._since = time.monotonic()

    async def check(self) -> None:
        self.asked += 1
        failure = self._answer(time.monotonic() - self._since)
        if failure:
            raise failure


class Silent(Scripted):
    def __init__(self, target: str = "x://silent") -> None:
        super().__init__(lambda _: None, target)

    async def check(self) -> None:
        await asyncio.sleep(60)


def ready_after(seconds: float, failure: NotReady, target: str = "x://late") -> Scripted:
    return Scripted(lambda now: failure if now < seconds else None, target)


def waited(targets: Sequence[Probe], **settings: Any) -> tuple[float, Any]:
    """The seconds until the wait ended, and the error it ended with."""
    started = time.monotonic()
    try:
        wait_for(targets, group("wait", **settings))
    except (NotReadyError, RefusedError) as error:
        return time.monotonic() - started, error
    return time.monotonic() - started, None


@contextmanager
def listening(port: int, *, after: float) -> Iterator[Callable[[], float]]:
    """A port that is listened on ``after`` seconds; gives the moment at which it was."""
    opened: list[float] = []

    def listen() -> None:
        time.sleep(after)
        server.bind(("127.0.0.1", port))
        server.listen()
        opened.append(time.monotonic())

    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thread = threading.Thread(target=listen)
        thread.start()
        yield lambda: opened[0]
        thread.join()


DOWN = NotReady("refused connection", "nobody listens")
WRONG = Refused("credentials", "the password is wrong")


def test_nothing_to_wait_for_is_ready_at_once(events: Events) -> None:
    seconds, error = waited([])
    assert error is None
    assert seconds < PROMPT_SECONDS
    assert not events


def test_what_is_ready_is_asked_once_and_logged_once(events: Events) -> None:
    probe = ready_after(0, DOWN, "x://ready")
    _, error = waited([probe])
    assert error is None
    assert probe.asked == 1
    (line,) = events
    assert (line["event"], line["target"], line["attempt"]) == ("wait.ready", "x://ready", 1)
    assert line["depth"] == "query"


def test_ten_targets_are_waited_for_together(events: Events) -> None:
    late = [ready_after(0.5, DOWN, f"x://late{number}") for number in range(10)]
    seconds, error = waited(late, timeout=30)
    assert error is None
    assert seconds < 5  # that is their sum
    assert len([line for line in events if line["event"] == "wait.ready"]) == 10


def test_one_target_of_ten_that_is_down_is_the_only_one_named(postgresql: Database) -> None:
    up = [schemes.create(parse(f"tcp://127.0.0.1:{postgresql.port}")) for _ in range(4)]
    url = f"postgresql://{postgresql.user}@127.0.0.1:{postgresql.port}/{postgresql.name}"
    up += [schemes.create(parse(url)) for _ in range(5)]
    down = f"tcp://127.0.0.1:{free_port()}"
    seconds, error = waited([*up, schemes.create(parse(down))], timeout=1)
    assert isinstance(error, NotReadyError)
    assert error.exit_code == 11
    assert 0.9 <= seconds < PROMPT_SECONDS
    assert down in error.message
    assert str(postgresql.port) not in error.message
    states = {item["target"]: item["state"] for item in error.fields["targets"]}
    assert states.pop(down) == "not ready"
    assert set(states.values()) == {"ready"}
    assert "BOOTCTL__WAIT__TIMEOUT" in error.hint


def test_every_target_that_is_down_is_named() -> None:
    targets = [Scripted(lambda _: DOWN, f"x://{number}") for number in range(5)]
    seconds, error = waited([*targets, Silent("x://silent")], timeout=0.5)
    assert seconds < ATTEMPT_SECONDS
    assert {item["target"] for item in error.fields["targets"]} == {
        *(probe.target for probe in targets),
        "x://silent",
    }
    assert all(item["attempt"] >= 1 for item in error.fields["targets"])
    assert "nobody listens" in error.message


def test_a_silent_target_is_bounded_by_the_deadline() -> None:
    seconds, error = waited([Silent()], timeout=0.5)
    assert isinstance(error, NotReadyError)
    assert 0.4 <= seconds < ATTEMPT_SECONDS
    assert error.fields["targets"][0]["cause"] == "timeout"


def test_a_silent_attempt_is_given_up_and_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "ATTEMPT_SECONDS", 0.1)
    _, error = waited([Silent()], timeout=1)
    assert error.fields["targets"][0]["attempt"] >= 4


def test_without_time_there_is_one_attempt() -> None:
    probe = Scripted(lambda _: DOWN)
    seconds, error = waited([probe], timeout=0)
    assert isinstance(error, NotReadyError)
    assert probe.asked == 1
    assert seconds < PROMPT_SECONDS


def test_a_refusal_ends_the_wait_after_a_grace_period() -> None:
    seconds, error = waited([Scripted(lambda _: WRONG, "x://wrong"), Silent()], timeout=30)
    assert isinstance(error, RefusedError)
    assert error.exit_code == 12
    assert 2.5 <= seconds < PROMPT_SECONDS
    assert "x://wrong" in error.message
    assert "the password is wrong" in error.message


def test_a_refusal_that_heals_within_the_grace_period_is_none() -> None:
    seconds, error = waited([ready_after(0.5, WRONG)], timeout=10)
    assert error is None
    assert seconds < 3  # the grace period


def test_the_grace_period_starts_anew_after_another_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 0.5)
    monkeypatch.setattr(again, "_REFUSED_PAUSE", wait_fixed(0.05))

    def answer(now: float) -> NotReady | None:
        return None if now > 1.2 else DOWN if 0.35 < now < 0.55 or 0.85 < now < 1 else WRONG

    _, error = waited([Scripted(answer)], timeout=5)
    assert error is None


def test_a_refusal_at_the_deadline_is_still_a_refusal() -> None:
    seconds, error = waited([Scripted(lambda _: WRONG)], timeout=0.5)
    assert isinstance(error, RefusedError)
    assert seconds < 3  # the grace period


def test_what_was_interrupted_by_a_refusal_is_not_called_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 0.2)
    _, error = waited([Scripted(lambda _: WRONG, "x://wrong"), Silent("x://silent")], timeout=5)
    causes = {item["target"]: item["cause"] for item in error.fields["targets"]}
    assert causes["x://wrong"] == "credentials"
    assert causes.get("x://silent", "timeout") == "timeout"


def test_a_late_start_is_noticed_quickly(events: Events) -> None:
    port = free_port()
    with listening(port, after=1) as opened:
        _, error = waited([schemes.create(parse(f"tcp://127.0.0.1:{port}"))], timeout=10)
        noticed = time.monotonic()
        assert error is None
        assert noticed - opened() < 2
    assert [line["event"] for line in events] == ["wait.retry", "wait.ready"]


@pytest.mark.parametrize("ready_for", [0.05, 0.25])
def test_a_target_must_stay_ready(ready_for: float) -> None:
    """Ready for a moment first, as a database that is initialising may be."""

    def answer(now: float) -> NotReady | None:
        return None if now < ready_for or now > 0.6 else DOWN

    seconds, error = waited([Scripted(answer)], timeout=10, stable_for=0.5)
    assert error is None
    assert 1.0 <= seconds < 10


def test_a_target_that_never_stays_ready_is_given_up_at_the_deadline() -> None:
    flapping = Scripted(lambda now: None if int(now * 5) % 2 else DOWN)
    seconds, error = waited([flapping], timeout=1, stable_for=0.5)
    assert isinstance(error, NotReadyError)
    assert seconds < PROMPT_SECONDS


def test_the_deadline_holds_while_a_target_proves_stable() -> None:
    seconds, error = waited([ready_after(0, DOWN)], timeout=0.5, stable_for=3)
    assert isinstance(error, NotReadyError)
    assert seconds < 3  # as long as it would be proved


def test_a_failure_is_logged_when_it_is_first_seen_and_when_it_changes(
    events: Events,
) -> None:
    starting = NotReady("starting", "the database system is starting up")

    def answer(now: float) -> NotReady | None:
        return DOWN if now < 0.5 else starting if now < 1 else None

    probe = Scripted(answer)
    _, error = waited([probe], timeout=10)
    assert error is None
    assert probe.asked > 8
    assert [(line["event"], line.get("cause")) for line in events] == [
        ("wait.retry", "refused connection"),
        ("wait.retry", "starting"),
        ("wait.ready", None),
    ]
    assert events[0]["attempt"] == 1


def test_a_long_wait_is_logged_now_and_then(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_LOG_EVERY_SECONDS", 0.4)
    waited([Scripted(lambda _: DOWN)], timeout=1)
    assert 2 <= len(events) <= 4


def test_a_bug_in_a_probe_is_a_bug_and_no_dependency_that_is_down() -> None:
    class Broken(Scripted):
        async def check(self) -> None:
            raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        waited([Broken(lambda _: None), Silent()], timeout=2)


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:{}", "postgresql://app@127.0.0.1:{}/app"])
def test_a_thousand_attempts_keep_no_descriptor(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "_PAUSE", wait_none())
    monkeypatch.setattr(again, "_JITTER", wait_none())
    closed = schemes.create(parse(url.format(free_port())))
    counts: list[int] = []
    threads = threading.active_count()

    class Counting(Scripted):
        async def check(self) -> None:
            counts.append(len(os.listdir("/dev/fd")))
            if len(counts) <= 1000:
                await closed.check()

    _, error = waited([Counting(lambda _: None)], timeout=60)
    assert error is None
    assert len(counts) == 1001
    assert max(counts[100:]) <= max(counts[:100]) + 2
    assert threading.active_count() <= threads + 2


def test_a_ready_postgresql_asked_often_keeps_no_descriptor(postgresql: Database) -> None:
    url = f"postgresql://{postgresql.user}@127.0.0.1:{postgresql.port}/{postgresql.name}"
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        assert waited([schemes.create(parse(url))])[1] is None
    assert len(os.listdir("/dev/fd")) <= before + 2
