"""P0.3: correctness of authentication, tokens and sessions.

That tokens and cookies are refused in fact is told in ``tests/support/services/stories.py``.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Service, service

_PUBLIC = {
    ("GET", "/health"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("POST", "/users"),
    ("POST", "/sessions"),
    ("GET", "/sessions/current"),
    ("DELETE", "/sessions/current"),
}


def routes_need_a_token(project: Service) -> Iterator[str]:
    """All but those to which nobody can bring one."""
    for module in project.route_modules():
        for route in module.routes():
            if route.needs_token == ((route.method, route.path) in _PUBLIC):
                yield f"{route.method} {route.path}"


def one_handler_reads_tokens(project: Service) -> Iterator[str]:
    """One class, in the one module that knows how tokens are made."""
    handlers = [
        module.name
        for module in project.modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and "AuthenticationHandler" in map(ast.unparse, node.bases)
    ]
    if len(handlers) != 1:
        yield f"handlers are in {handlers}"
    for module in project.modules:
        if "jwt" in module.imports() and module.path != project.place("authentication"):
            yield f"{module.name} imports jwt"


def tokens_are_verified_in_full(project: Service) -> Iterator[str]:
    """The algorithm is ours, not the token's; a token that never expires is none."""
    calls = [
        call for name, call in project.module("authentication").calls() if name == "jwt.decode"
    ]
    for call in calls:
        options = {word.arg: ast.unparse(word.value) for word in call.keywords}
        if options.get("algorithms") != "[known.token_algorithm]":
            yield "the token chooses its algorithm"
        if options.get("options") != "{'require': ['exp', 'sub']}":
            yield "a token need not expire, or some claims are not verified"
    if len(calls) != 1:
        yield "tokens are read in several places"


def refusals_tell_nothing(project: Service) -> Iterator[str]:
    """Whatever is wrong with a token, the answer is one."""
    text = project.module("authentication").text
    if "error_response(AuthenticationError())" not in text:
        yield "the refusal depends on the token"
    if "except jwt.InvalidTokenError:\n            return None" not in text:
        yield "some tokens are refused in another way"


def signatures_are_compared_in_constant_time(project: Service) -> Iterator[str]:
    """Of the cookie, before what is in it is read; and of passwords."""
    for role in ("sessions", "authentication"):
        if "hmac.compare_digest" not in {name for name, _ in project.module(role).calls()}:
            yield f"{role}: signatures are not compared"
    text = project.module("sessions").text
    if text.find("compare_digest") > text.find("json.loads"):
        yield "what is in a cookie is read before it is verified"


def cookies_are_kept_from_scripts(project: Service) -> Iterator[str]:
    """And from other sites; over HTTPS only, where the setting says so."""
    text = project.module("sessions").text
    yield from (f"no {word}" for word in ("HttpOnly", "SameSite=Lax", "Secure") if word not in text)


PRACTICES = (
    Practice(
        routes_need_a_token,
        (
            Edit("routes", '"/tickets/summary", auth_required=True', '"/tickets/summary"'),
            Edit("routes", '"/tickets", auth_required=True', '"/tickets", auth_required=False'),
        ),
    ),
    Practice(
        one_handler_reads_tokens,
        (
            Edit("workflow", "import json\n", "import json\nimport jwt\n"),
            Edit("authentication", "", "\n\nclass Other(AuthenticationHandler): ...\n"),
        ),
    ),
    Practice(
        tokens_are_verified_in_full,
        (
            Edit(
                "authentication",
                "algorithms=[known.token_algorithm]",
                "algorithms=list(jwt.algorithms.get_default_algorithms())",
            ),
            Edit("authentication", '{"require": ["exp", "sub"]}', '{"verify_exp": False}'),
        ),
    ),
    Practice(
        refusals_tell_nothing,
        (
            Edit("authentication", "AuthenticationError()", "AuthenticationError(self.reason)"),
            Edit(
                "authentication",
                "except jwt.InvalidTokenError:",
                "except jwt.ExpiredSignatureError:",
            ),
        ),
    ),
    Practice(
        signatures_are_compared_in_constant_time,
        (
            Edit(
                "sessions",
                "not hmac.compare_digest(signature.encode(), _signature(payload).encode())",
                "signature != _signature(payload)",
            ),
            Edit(
                "authentication",
                "hmac.compare_digest(found.hex(), digest)",
                "found.hex() == digest",
            ),
        ),
    ),
    Practice(
        cookies_are_kept_from_scripts,
        (Edit("sessions", "; HttpOnly", ""), Edit("sessions", "; SameSite=Lax", "")),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))
