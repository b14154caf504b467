"""A trace of each boot, where the OTEL variables ask for one: received as a collector does."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootctl.boot.seen.otel_variables import ask_for_traces
from tests.acceptance.cli.test_imports import imported
from tests.support.databases.fresh import Database
from tests.support.eventually import eventually
from tests.support.processes.prompt import promptly
from tests.support.processes.spawned import Result, bootctl
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.steps import Change
from tests.support.servers.collector import Collector, attributes, collecting
from tests.support.servers.ports import free_port

SHOW = ("run", "--", sys.executable, "-c", "import os; print(os.environ.get('TRACEPARENT'))")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NO_ORM = {"BOOTCTL__ORM": "none"}
OK, ERROR = 0, 2
"""Status codes: nothing was said, and an error."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


def traced(root: Path, collector: Collector, *words: str, **env: str) -> Result:
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, **env}
    return bootctl(*words, cwd=root, env=variables)


@pytest.mark.slow
def test_a_boot_is_one_trace_that_goes_on_in_the_server(
    tmp_path: Path, postgresql: Database, collector: Collector
) -> None:
    project = ALEMBIC.project(tmp_path, postgresql)
    project.migration("a1", None, Change.CREATE_USERS)
    result = traced(tmp_path, collector, *SHOW, TRACEPARENT=PARENT, OTEL_SERVICE_NAME="notes")
    assert result.code == 0, result.stderr
    assert len(collector.requests) == 1
    spans = collector.spans
    root = spans["bootctl run"]
    assert {"wait", "inspect", "lock", "migrate", "migrate a1", "verify"} <= spans.keys()
    assert root.parent_span_id.hex() == PARENT.split("-")[2]
    assert {span.trace_id.hex() for span in spans.values()} == {PARENT.split("-")[1]}
    assert spans["migrate a1"].parent_span_id == spans["migrate"].span_id
    for span in spans.values():
        assert root.start_time_unix_nano <= span.start_time_unix_nano
        assert span.start_time_unix_nano <= span.end_time_unix_nano <= root.end_time_unix_nano
        assert span.status.code == OK
    assert attributes(root).items() >= {
        ("bootctl.backend", "alembic"),
        ("bootctl.exit_code", 0),
        ("bootctl.migrations_applied", 1),
        ("bootctl.verification", "full"),
    }
    assert collector.resource["service.name"] == "notes"
    handed_on = result.stdout.strip().split("-")
    assert handed_on == ["00", root.trace_id.hex(), root.span_id.hex(), "01"]
    assert [line["trace_id"] for line in result.events("trace.sent")] == [root.trace_id.hex()]

    def is_cached() -> bool:
        collector.requests.clear()
        assert traced(tmp_path, collector, *SHOW).code == 0
        return attributes(collector.spans["bootctl run"])["bootctl.verification"] == "cached"

    eventually(is_cached)


def test_a_failure_is_where_it_was_and_has_no_secret(tmp_path: Path, collector: Collector) -> None:
    secret = "c4n4ry-pa55word"
    target = f"redis://:{secret}@127.0.0.1:{free_port()}/0"
    env = {**NO_ORM, "BOOTCTL__WAIT__TARGETS": target, "BOOTCTL__WAIT__TIMEOUT": "0"}
    result = traced(tmp_path, collector, *SHOW, **env)
    assert result.verdict["exit_code"] == 11
    spans = collector.spans
    assert spans["wait"].status.code == spans["bootctl run"].status.code == ERROR
    assert attributes(spans["bootctl run"])["bootctl.exit_code"] == 11
    assert secret not in str(collector.requests)
    assert result.lines[-2]["event"] == "trace.sent"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["refusing", "silent"])
def test_a_dead_collector_costs_a_moment_and_a_warning(tmp_path: Path, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if kind == "silent" else free_port()
        env = {**NO_ORM, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
        with promptly():
            result = bootctl(*SHOW, cwd=tmp_path, env=env)
    assert result.code == 0
    [line] = result.events("trace.unsent")
    assert line["level"] == "warning"
    assert result.lines[-1]["event"] == "exec"


@pytest.mark.slow
def test_without_the_extra_there_is_a_line_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry/__init__.py").write_text("raise ImportError('not installed')\n")
    env = {**NO_ORM, "OTEL_TRACES_EXPORTER": "otlp", "PYTHONPATH": str(tmp_path)}
    result = bootctl(*SHOW, cwd=tmp_path, env={**env, "TRACEPARENT": PARENT})
    assert result.code == 0
    [line] = result.events("trace.unsent")
    assert "the extra otel" in line["message"]
    assert result.stdout.strip() == PARENT


@pytest.mark.slow
def test_an_unsampled_parent_is_handed_on_and_nothing_is_sent(
    tmp_path: Path, collector: Collector
) -> None:
    unsampled = f"{PARENT[:-2]}00"
    result = traced(tmp_path, collector, *SHOW, **NO_ORM, TRACEPARENT=unsampled)
    assert not collector.requests
    assert result.stdout.strip()[:35] == unsampled[:35]
    assert result.stdout.strip().endswith("-00")
    assert not result.events("trace.unsent")


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://a:4318"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "console, otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a"}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "TRUE"}, False),
        ({"OTEL_SERVICE_NAME": "notes"}, False),
    ],
    ids=str,
)
def test_the_variables_say_whether(variables: dict[str, str], asked: bool) -> None:
    assert ask_for_traces(variables) is asked


@pytest.mark.parametrize(
    "variables", [{}, {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}], ids=str
)
def test_nothing_is_imported_unless_it_is_asked_for(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    found = imported(tmp_path, "run", "--", "true", env={**NO_ORM, **variables})
    unwanted = (
        "opentelemetry",
        "requests",
        "bootctl.boot.seen.traces",
        "bootctl.boot.seen.metrics",
    )
    assert not [name for name in found if name.startswith(unwanted)]
    assert "bootctl.server.startup_health" not in found
    assert "bootctl.migrate.telling" not in found
