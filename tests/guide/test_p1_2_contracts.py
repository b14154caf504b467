"""P1.2: validation of contracts, and the two envelopes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Module, Service, service

_GIVEN = {"Request"}


def bodies_are_models(project: Service) -> Iterator[str]:
    """A handler is given a request, and perhaps a body of a contract; it parses nothing itself."""
    contracts = _contracts(project)
    for module in project.route_modules():
        for route in module.routes():
            kinds = {
                ast.unparse(arg.annotation) if arg.annotation else ""
                for arg in route.handler.args.args
            }
            yield from (f"{route.path} is given a {kind}" for kind in kinds - _GIVEN - contracts)
            if "request.json" in ast.unparse(route.handler) or "request.body" in ast.unparse(
                route.handler
            ):
                yield f"{route.path} parses its body"


def results_are_in_their_envelope(project: Service) -> Iterator[str]:
    """Each handler returns ``Response[...]``, or answers with one."""
    for module in project.route_modules():
        for route in module.routes():
            returns = ast.unparse(route.handler.returns) if route.handler.returns else ""
            wrapped = returns.startswith(("Response[", "ResponseMulti["))
            if not wrapped and "answer(Response[" not in ast.unparse(route.handler):
                yield f"{route.path} returns {returns}"


def responses_are_made_in_one_place(project: Service) -> Iterator[str]:
    """No other module makes one of Robyn's, which could have any shape."""
    for module in project.modules:
        if module.path != project.place("responses"):
            yield from (
                f"{module.name} makes a response"
                for name, _ in module.calls()
                if name in ("RobynResponse", "robyn.Response")
            )


def aliases_are_the_same_everywhere(project: Service) -> Iterator[str]:
    """One base decides; no model has a configuration or an alias of its own."""
    for module in project.modules:
        if module.path == project.place("entities") or module.name.startswith("config"):
            continue
        if "model_config" in module.text or "alias=" in module.text or "by_alias" in module.text:
            yield f"{module.name} has aliases of its own"
    text = project.module("entities").text
    if "alias_generator=to_camel" not in text or "by_alias: bool | None = True" not in text:
        yield "the base of models has no aliases"


def what_the_server_answers_is_wrapped_too(project: Service) -> Iterator[str]:
    """404 for no route and 422 for a body are Robyn's own: a middleware wraps them."""
    if "envelopes.register(app)" not in _middlewares(project):
        yield "nothing wraps what Robyn answers"
    if '"json_invalid"' not in project.module("envelopes").text:
        yield "what is no JSON is not told from what is not valid"


def bodies_have_a_limit(project: Service) -> Iterator[str]:
    """What is larger than a setting says is not parsed."""
    if "limits.register(app)" not in _middlewares(project):
        yield "a body of any size is parsed"
    if "settings.server.max_body_bytes" not in project.module("limits").text:
        yield "the limit is no setting"


def only_requests_are_called_invalid(project: Service) -> Iterator[str]:
    """A result or a row that does not fit its model is a failure of the server."""
    for module in project.modules:
        if "ValidationError" in module.text and module.path != project.place("requests"):
            yield f"{module.name} blames the request"


def _contracts(project: Service) -> set[str]:
    modules: list[Module] = [m for m in project.modules if m.name.endswith("contracts")]
    return {
        node.name
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and ast.unparse(node.bases[0]) == "PublicEntity"
    }


def _middlewares(project: Service) -> str:
    return (project.place("envelopes").parent / "__init__.py").read_text()


PRACTICES = (
    Practice(
        bodies_are_models,
        (
            Edit("routes", "body: TransitionBody", "body: dict"),
            Edit("routes", "wanted = query(request, TicketQuery)", "wanted = request.json()"),
        ),
    ),
    Practice(
        results_are_in_their_envelope,
        (
            Edit("routes", "-> Response[SummaryPublic]", "-> SummaryPublic"),
            Edit("routes", "-> ResponseMulti[TicketPublic]", "-> list"),
        ),
    ),
    Practice(
        responses_are_made_in_one_place,
        (
            Edit(
                "routes",
                "return answer(Response[TicketPublic]",
                "return RobynResponse(Response[TicketPublic]",
            ),
        ),
    ),
    Practice(
        aliases_are_the_same_everywhere,
        (
            Edit(
                "contracts",
                "    assignee_id: PrimaryKey | None",
                "    assignee_id: PrimaryKey | None = Field(alias='who')",
            ),
            Edit("entities", "        alias_generator=to_camel,\n", ""),
        ),
    ),
    Practice(
        what_the_server_answers_is_wrapped_too,
        (Edit("envelopes", '"json_invalid"', '"nothing"'),),
    ),
    Practice(
        bodies_have_a_limit,
        (
            Edit("src/app/middlewares/__init__.py", "    limits.register(app)\n", "", ("mvc",)),
            Edit(
                "src/app/infrastructure/application/middlewares/__init__.py",
                "    limits.register(app)\n",
                "",
                ("ddd",),
            ),
            Edit("limits", "settings.server.max_body_bytes", "65536"),
        ),
    ),
    Practice(
        only_requests_are_called_invalid,
        (
            Edit(
                "responses",
                "    if not isinstance(error, ApiError):",
                "    if isinstance(error, ValidationError):\n        error = UnprocessableError()\n"
                "    if not isinstance(error, ApiError):",
            ),
        ),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))
