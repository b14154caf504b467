"""What every reference service does, told to a client of one that has just started."""

import concurrent.futures
import json
import re
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import jwt

from tests.support.services.client import PASSWORD, Client

_SECRET = "for-development-only-and-refused-in-production"
_UNKNOWN = (401, "unauthenticated")


def it_is_alive_and_ready(client: Client) -> None:
    assert client.get("/health/live").result == {"status": "alive"}
    for path in ("/health", "/health/ready"):
        answer = client.get(path)
        assert answer.status == 200
        assert answer.result == {"status": "ready", "database": "ok", "migrations": "ok"}


def users_register_once(client: Client) -> None:
    body = {"email": "Uma@Example.com", "fullName": "Uma", "password": PASSWORD}
    answer = client.post("/users", body)
    assert answer.status == 201
    assert set(answer.result) == {"id", "email", "fullName", "createdAt"}
    assert answer.result["email"] == "uma@example.com"
    assert _is_now(answer.result["createdAt"])
    assert client.post("/users", body).refusal() == (409, "email_taken")


def one_of_many_registers(client: Client) -> None:
    body = {"email": "ray@example.com", "fullName": "Ray", "password": PASSWORD}
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post("/users", body), range(6)))
    assert sorted(answer.status for answer in answers) == [201, *[409] * 5], answers


def an_address_is_known_however_it_is_written(client: Client) -> None:
    written = ("e\u0301va@b\u00fccher.example", "\u00c9VA@xn--bcher-kva.EXAMPLE")
    body = {"email": written[0], "fullName": "Eva", "password": PASSWORD}
    assert client.post("/users", body).result["email"] == "\u00e9va@b\u00fccher.example"
    for address in written:
        answer = client.post("/sessions", {"email": address, "password": PASSWORD})
        assert answer.status == 201, answer


def what_is_not_valid_is_refused_by_field(client: Client) -> None:
    answer = client.post("/users", {"email": "no", "fullName": "", "password": "short", "a": 1})
    assert answer.refusal() == (422, "invalid")
    assert {d["path"] for d in answer.error["details"]} == {"email", "fullName", "password", "a"}
    assert "short" not in json.dumps(answer.content)


def texts_are_what_databases_and_mails_take(client: Client) -> None:
    tex = client.registered("tex")
    for title in ("two\nlines", "a\0b", "a\x85b", "a\u2028b", "", "x" * 201):
        assert tex.post("/tickets", {"title": title}).refusal() == (422, "invalid"), title
    for body in ("a\0b", "x" * 4001):
        assert tex.post("/tickets", {"title": "-", "body": body}).refusal() == (422, "invalid")
    text = "Папір, 纸, \u0301 'quoted' \\ %s \n"
    kept = tex.post("/tickets", {"title": "-", "body": text})
    assert tex.get(f"/tickets/{kept.result['id']}").result["body"] == text
    no_text = '{"title": "\\ud800"}'
    assert tex.post("/tickets", no_text).refusal() == (400, "invalid_json")


def what_is_not_json_is_refused(client: Client) -> None:
    for body in ("{bad", "", "[1", "nul", "{'a': 1}"):
        assert client.post("/users", body).refusal() == (400, "invalid_json"), body
    for body in ("null", "[]", '"text"', "1"):
        assert client.post("/users", body).refusal() == (422, "invalid"), body


def what_is_too_large_is_refused(client: Client) -> None:
    for body in ("x" * 100_000, {"title": "x" * 100_000}):
        answer = client.post("/users", body, x_request_id="large-1")
        assert answer.refusal() == (413, "too_large")
        assert answer.headers["x-request-id"] == "large-1"
    largest = "\U0001f4a1" * 4000
    kept = client.registered("lou").post("/tickets", {"title": "-", "body": largest})
    assert kept.result["body"] == largest


def what_is_not_there_is_an_error_too(client: Client) -> None:
    for method, path in (("GET", "/nope"), ("PUT", "/users"), ("POST", "/health"), ("GET", "/%00")):
        assert client.send(method, path).refusal() == (404, "not_found"), path


def tokens_are_needed(client: Client) -> None:
    amy = client.registered("amy")
    assert amy.get("/users/me").result["email"] == "amy@example.com"
    answers = [client.get("/users/me"), *(Client(client.port, t).get("/users/me") for t in _bad())]
    assert {answer.refusal() for answer in answers} == {_UNKNOWN}
    assert len({json.dumps(answer.content) for answer in answers}) == 1
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    for method, path in (("POST", "/tickets"), ("GET", "/tickets"), ("GET", "/tickets/1")):
        assert client.send(method, path).refusal() == _UNKNOWN


def passwords_are_needed(client: Client) -> None:
    client.registered("pia")
    wrong = {"email": "pia@example.com", "password": "wrong"}
    nobody = {"email": "nobody@example.com", "password": PASSWORD}
    answers = [client.post("/sessions", body) for body in (wrong, nobody)]
    assert [answer.refusal() for answer in answers] == [(401, "wrong_credentials")] * 2
    assert answers[0].content == answers[1].content


def sessions_are_signed(client: Client) -> None:
    client.registered("sid")
    signed_in = client.post("/sessions", {"email": "sid@example.com", "password": PASSWORD})
    cookie = signed_in.cookie
    assert "HttpOnly; SameSite=Lax" in signed_in.headers["set-cookie"]
    user = client.get("/sessions/current", cookie=cookie).result["userId"]
    for tampered in _tampered(cookie, user):
        answer = client.get("/sessions/current", cookie=tampered)
        assert answer.refusal() == _UNKNOWN, tampered
        assert answer.headers["set-cookie"].startswith("desk_session=; Path=/; Max-Age=0")
    signed_out = client.send("DELETE", "/sessions/current", None, {"cookie": cookie})
    assert signed_out.result == {"userId": None}
    assert "Max-Age=0" in signed_out.headers["set-cookie"]


def tickets_go_their_way(client: Client) -> None:
    author, agent = client.registered("tom"), client.registered("tia")
    ticket = author.opened()
    for action, state in (("start", "in_progress"), ("resolve", "resolved")):
        more = {"resolution": "Filled up."} if action == "resolve" else {}
        assert agent.moved(ticket, action, **more).result["state"] == state
    assert author.moved(ticket, "reopen").result["assigneeId"] is None
    agent.moved(ticket, "start")
    agent.moved(ticket, "resolve", resolution="Again.")
    closed = author.moved(ticket, "close")
    assert (closed.result["state"], closed.result["resolution"]) == ("closed", "Again.")
    assert author.get(f"/tickets/{ticket}").result == closed.result
    assert _is_now(closed.result["updatedAt"])


def tickets_have_rules(client: Client) -> None:
    author, agent = client.registered("rob"), client.registered("rea")
    ticket = author.opened()
    assert author.moved(ticket, "close").refusal() == (409, "wrong_state")
    agent.moved(ticket, "start")
    assert agent.moved(ticket, "start").refusal() == (409, "wrong_state")
    assert author.moved(ticket, "resolve", resolution="Mine.").refusal() == (403, "forbidden")
    assert agent.moved(ticket, "resolve").refusal() == (422, "invalid")
    agent.moved(ticket, "resolve", resolution="Done.")
    assert agent.moved(ticket, "close").refusal() == (403, "forbidden")
    assert agent.moved(ticket, "fly").refusal() == (422, "invalid")
    for unknown in ("999999999", "0", "x", "-1", "9" * 30):
        assert author.get(f"/tickets/{unknown}").refusal() == (404, "not_found"), unknown


def one_of_many_starts_a_ticket(client: Client) -> None:
    author = client.registered("max")
    ticket = author.opened()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: author.moved(ticket, "start"), range(6)))
    assert sorted(answer.status for answer in answers) == [200, *[409] * 5], answers


def tickets_are_listed_and_counted(client: Client) -> None:
    author = client.registered("lee")
    before = author.get("/tickets/summary").result
    newest = [author.opened(f"Ticket {number}") for number in range(3)][::-1]
    page = author.get("/tickets?limit=2&state=open")
    assert [ticket["id"] for ticket in page.result] == newest[:2]
    rest = author.get("/tickets?limit=2&offset=2").result
    assert rest[0]["id"] == newest[2]
    after = author.get("/tickets/summary").result
    assert after == {**before, "open": before["open"] + 3}
    for query in ("state=zz", "limit=0", "limit=x", "offset=-1", "unknown=1"):
        assert author.get(f"/tickets?{query}").refusal() == (422, "invalid"), query


def requests_keep_their_id(client: Client) -> None:
    assert client.get("/nope", x_request_id="given-1").headers["x-request-id"] == "given-1"
    ids = [client.get("/health/live", x_request_id="a b").headers["x-request-id"] for _ in "12"]
    assert all(re.fullmatch(r"[0-9a-f]{32}", found) for found in ids)
    assert len(set(ids)) == 2
    names = [f"at-once-{number}" for number in range(40)]
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda name: client.get("/health", x_request_id=name), names))
    assert [answer.headers["x-request-id"] for answer in answers] == names


STORIES = (
    it_is_alive_and_ready,
    users_register_once,
    one_of_many_registers,
    an_address_is_known_however_it_is_written,
    what_is_not_valid_is_refused_by_field,
    texts_are_what_databases_and_mails_take,
    what_is_not_json_is_refused,
    what_is_too_large_is_refused,
    what_is_not_there_is_an_error_too,
    tokens_are_needed,
    passwords_are_needed,
    sessions_are_signed,
    tickets_go_their_way,
    tickets_have_rules,
    one_of_many_starts_a_ticket,
    tickets_are_listed_and_counted,
    requests_keep_their_id,
)


def _bad() -> list[str]:
    """Tokens that are not to be believed: expired, of another secret, unsigned, incomplete."""
    now = datetime.now(UTC)
    good, late = {"sub": "1", "exp": now + timedelta(hours=1)}, {"sub": "1", "exp": now}
    signed = jwt.encode(good, _SECRET, algorithm="HS256")
    header, body, signature = signed.split(".")
    return [
        jwt.encode({**late, "exp": now - timedelta(seconds=5)}, _SECRET, algorithm="HS256"),
        jwt.encode(good, _SECRET * 2, algorithm="HS256"),
        jwt.encode(good, None, algorithm="none"),
        jwt.encode({"sub": "1"}, _SECRET, algorithm="HS256"),
        jwt.encode({"exp": good["exp"]}, _SECRET, algorithm="HS256"),
        f"{header}.{body}.{signature[::-1]}",
        f"{header}.{body}",
        "nonsense",
    ]


def _tampered(cookie: str, user: int) -> list[str]:
    name, _, value = cookie.partition("=")
    payload, _, signature = value.rpartition(".")
    other = urlsafe_b64encode(
        json.dumps([int(time.time()) + 1000, {"user_id": user + 1}]).encode()
    ).decode()
    changed = (f"{other}.{signature}", f"{payload}.{signature[:-1]}", f"{payload}.", payload, "x")
    return [f"{name}={value}" for value in (*changed, f"{payload}.{'0' * 64}", "a.b")]


def _is_now(moment: str) -> bool:
    """Whether it is in UTC, and of this minute."""
    found = datetime.fromisoformat(moment)
    return moment.endswith("Z") and abs(datetime.now(UTC) - found) < timedelta(minutes=1)
