"""P2.1: observability, logging, and what is for debugging only."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Service, service

_ROTATED = {"rotation", "retention", "compression"}
_SECRETS = (
    "password",
    "token",
    "secret",
    "cookie",
    "authorization",
    "body",
    "headers",
    "query_params",
)
_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def files_are_rotated_and_compressed(project: Service) -> Iterator[str]:
    """As the settings say, which say so by default."""
    sinks = [call for name, call in project.module("logging").calls() if name == "logger.add"]
    files = [call for call in sinks if "sys.stderr" not in ast.unparse(call.args[0])]
    if len(files) != 1 or not {word.arg for word in files[0].keywords} >= _ROTATED:
        yield "the log's file grows without end"
    text = (project.code / "config/logging.py").read_text()
    yield from (
        f"no {name} by default"
        for name in _ROTATED
        if f"{name}: " not in text or f'{name}: str = ""' in text
    )


def tracebacks_show_no_values(project: Service) -> Iterator[str]:
    """loguru writes the values of variables into tracebacks unless it is told not to."""
    sinks = [call for name, call in project.module("logging").calls() if name == "logger.add"]
    for call in sinks:
        if "diagnose=False" not in ast.unparse(call):
            yield "values of variables are in the log"


def statements_are_logged_when_debugging_only(project: Service) -> Iterator[str]:
    """The switch is off by default, and nothing else turns SQL on."""
    if "debug: bool = False" not in (project.code / "config/__init__.py").read_text():
        yield "debugging is on by default"
    text = project.module("logging").text
    if "if settings.debug else logging.WARNING" not in text:
        yield "libraries log as they like"
    yield from (f"{name} logs its statements" for name in _logging_sql(project) if name not in text)
    for module in project.modules:
        if "echo=" in module.text:
            yield f"{module.name} turns SQL on"


def one_log_is_written(project: Service) -> Iterator[str]:
    """loguru's: no print, and no logger of the standard library."""
    for module in project.modules:
        if module.path != project.place("logging"):
            yield from (
                f"{module.name}: {name}"
                for name, _ in module.calls()
                if name in ("print", "pprint", "logging.getLogger", "sys.stderr.write")
            )


def no_secret_is_logged(project: Service) -> Iterator[str]:
    """What is logged is chosen, one value at a time; bodies and headers are not among them."""
    for module in project.modules:
        for name, call in module.calls():
            if name.startswith("logger.") and name.rpartition(".")[2] in _LEVELS:
                values = " ".join(ast.unparse(argument) for argument in call.args[1:])
                if any(word in values.lower() for word in _SECRETS) or values == "error":
                    yield f"{module.name}, line {call.lineno}: {values}"


def requests_have_one_id(project: Service) -> Iterator[str]:
    """It is in every line, and in the response."""
    text = project.module("tracing").text
    if "response.headers.set(HEADER, request_id())" not in text:
        yield "the response does not tell it"
    if "patcher=_name_request" not in project.module("logging").text:
        yield "lines of the log do not have it"
    if "{extra[request_id]}" not in (project.code / "config/logging.py").read_text():
        yield "the format leaves it out"


def _logging_sql(project: Service) -> tuple[str, ...]:
    return ("sqlalchemy.engine",) if project.design == "ddd" else ("tortoise",)


PRACTICES = (
    Practice(
        files_are_rotated_and_compressed,
        (
            Edit("logging", "            rotation=known.rotation,\n", ""),
            Edit("src/app/config/logging.py", 'compression: str = "gz"', 'compression: str = ""'),
        ),
    ),
    Practice(tracebacks_show_no_values, (Edit("logging", ", diagnose=False", ""),)),
    Practice(
        statements_are_logged_when_debugging_only,
        (
            Edit("src/app/config/__init__.py", "debug: bool = False", "debug: bool = True"),
            Edit(
                "src/app/infrastructure/database/services/engine.py",
                "create_async_engine(url())",
                "create_async_engine(url(), echo=True)",
                ("ddd",),
            ),
            Edit("logging", " if settings.debug else logging.WARNING", ""),
        ),
    ),
    Practice(
        one_log_is_written,
        (
            Edit(
                "workflow",
                '_SUMMARY = "tickets:summary"',
                '_SUMMARY = "tickets:summary"\nprint(_SUMMARY)',
            ),
        ),
    ),
    Practice(
        no_secret_is_logged,
        (
            Edit("tracing", "request.url.path, response", "request.headers, response"),
            Edit("transactions", "type(cause).__name__", "error", ("ddd",)),
            Edit("transactions", "type(error).__name__", "error", ("mvc",)),
        ),
    ),
    Practice(
        requests_have_one_id,
        (
            Edit("tracing", "        response.headers.set(HEADER, request_id())\n", ""),
            Edit("logging", "patcher=_name_request", ""),
            Edit("src/app/config/logging.py", "{extra[request_id]} ", ""),
        ),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))
