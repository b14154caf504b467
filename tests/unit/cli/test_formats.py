"""Every format, of every verdict that was made by hand; those for a person's terminal and for a program."""

import html
import json
import re
from dataclasses import fields, replace

import click
import pytest
from jsonschema import Draft202012Validator

from bootctl.cli.commands.tree import cli
from bootctl.cli.reports import text
from bootctl.cli.reports.formats import RENDERERS
from bootctl.database.state import Difference
from bootctl.verify.policy import Acceptance, Verdict
from tests.support.paths import ROOT
from tests.support.scenarios.verdicts import (
    CLEAN,
    DRIFT,
    FIRST,
    INDEX,
    ON_TERMS,
    PLAIN,
    SECOND,
    TABLE,
    TWO_DATABASES,
    TYPE,
    VERDICTS,
)

SCHEMA = json.loads((ROOT / "docs/schemas/check.schema.json").read_text())
COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")
COMMAND = re.compile(r"(?m)^\s*::|##\[")

every_verdict = pytest.mark.parametrize("verdict", VERDICTS.values(), ids=VERDICTS)


def test_every_format_can_be_asked_for() -> None:
    [choice] = [item.type for item in cli.commands["check"].params if item.name == "form"]
    assert isinstance(choice, click.Choice)
    assert list(choice.choices) == list(RENDERERS)


@every_verdict
@pytest.mark.parametrize("form", RENDERERS)
def test_nothing_commands_a_terminal_or_a_ci(form: str, verdict: Verdict) -> None:
    printed = RENDERERS[form](verdict)
    printed.encode()
    assert not COMMANDING.search(printed)
    if form == "github":
        assert all(line.startswith(("::error ", "::notice ")) for line in printed.splitlines())
        assert "##[" not in printed
    elif form not in ("json", "sarif"):
        assert not COMMAND.search(printed), printed


def test_a_clean_verdict_is_a_line() -> None:
    assert text.render(CLEAN) == "no drift (the database is at-head)"
    assert text.beside_the_log(CLEAN) == text.render(CLEAN)


def test_a_person_reads_what_differs_by_table() -> None:
    lines = text.render(DRIFT).splitlines()
    assert lines[0] == "drift: 5 differences (the database is behind)"
    assert [line for line in lines[1:] if not line.startswith(" ")] == [
        "users",
        "scratch_of_a_dba",
        "audit.active_users",
    ]
    told = [line for line in lines if re.match("  [a-z]", line)]
    assert told[:5] == [
        f"  {item}" for item in (TYPE, INDEX, DRIFT.differences[3], TABLE, DRIFT.differences[4])
    ]
    assert told[5:] == [
        f"  {PLAIN} (accepted)",
        "  pending: 0004_done, 0005_names",
        "  compared with: models, migrations (schema.lock)",
        "  not compared: grants: the role cannot read pg_authid",
    ]
    start = lines.index(f"  {TYPE}")
    assert lines[start + 1 : start + 7] == [
        "      models != database, migrations != database: the database is wrong",
        "      expected by notes/models.py:12",
        "      expected: type: character varying(100)",
        "      live: type: character varying(50)",
        "      last known to be as the migrations make it: 2026-11-20T08:30:00Z",
        "      fix: ALTER TABLE users ALTER COLUMN email TYPE character varying(100)",
    ]
    start = lines.index(f"  {TABLE}")
    assert "      fix, destructive: DROP TABLE scratch_of_a_dba" in lines[start:]


def test_what_is_accepted_is_told_with_its_terms() -> None:
    terms = "until 2027-01-31 by dba: kept for the report"
    assert text.render(ON_TERMS).splitlines()[1:] == [
        f"  {PLAIN} (accepted: {terms})",
        f"  verify.baseline accepts nothing by: {PLAIN} ({terms})",
    ]
    for form in ("markdown", "html"):
        assert "kept for the report" in RENDERERS[form](ON_TERMS)


def test_definitions_that_say_no_more_than_the_detail_are_left_out() -> None:
    item = Difference("missing column", "a.b", "INTEGER NOT NULL", expected="INTEGER")
    assert "INTEGER\n" not in text.render(replace(CLEAN, differences=(item,)))
    known = replace(item, expected="INTEGER\nidentity")
    assert "identity" in text.render(replace(CLEAN, differences=(known,)))


@pytest.mark.parametrize(
    ("kind", "expected", "live", "told"),
    [
        ("missing index", "a\nb", "", "live: nothing"),
        ("unexpected index", "", "a\nb", "expected: nothing"),
        ("changed index", "", "a\nb", "expected: not known"),
    ],
)
def test_of_a_definition_that_is_not_there_it_is_said_whether_there_is_one(
    kind: str, expected: str, live: str, told: str
) -> None:
    item = Difference(kind, "a.b", expected=expected, live=live)
    for form in ("text", "junit", "markdown", "html"):
        printed = RENDERERS[form](replace(CLEAN, differences=(item,)))
        assert told.partition(": ")[2] in printed
    assert told in text.render(replace(CLEAN, differences=(item,)))


def test_beside_the_log_a_difference_is_not_told_again() -> None:
    printed = text.beside_the_log(replace(DRIFT, differences=(PLAIN, TYPE), accepted=()))
    assert PLAIN.name not in printed
    assert TYPE.name not in printed
    assert TYPE.fix[0] in printed


@every_verdict
def test_json_is_what_its_schema_says(verdict: Verdict) -> None:
    document = json.loads(RENDERERS["json"](verdict))
    Draft202012Validator(SCHEMA).validate(document)
    assert document.keys() == SCHEMA["properties"].keys()
    assert document["clean"] is verdict.clean
    assert [item["name"] for item in document["differences"]] == [
        item.name for item in verdict.differences
    ]


def test_the_schema_is_closed_and_describes_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for closed in (SCHEMA, *SCHEMA["$defs"].values()):
        assert closed["additionalProperties"] is False
        assert closed["required"] == list(closed["properties"])
        assert all(item["description"] for item in closed["properties"].values())
    assert {field.name for field in fields(Verdict)} < SCHEMA["properties"].keys()


@pytest.mark.parametrize("form", RENDERERS)
def test_every_format_names_the_database_of_each_difference(form: str) -> None:
    printed = html.unescape(RENDERERS[form](TWO_DATABASES))
    assert FIRST in printed
    assert printed.count(SECOND) > (form != "github")  # which does not name what is accepted
    assert FIRST not in RENDERERS[form](replace(TWO_DATABASES, differences=()))


def test_results_of_two_databases_are_two() -> None:
    [run] = json.loads(RENDERERS["sarif"](TWO_DATABASES))["runs"]
    prints = [item["partialFingerprints"]["difference/v1"] for item in run["results"]]
    assert len({*prints}) == 3
    found = json.loads(RENDERERS["json"](TWO_DATABASES))["differences"]
    assert [item["database"] for item in found] == [FIRST, SECOND]


def test_what_a_difference_is_stays_as_it_was() -> None:
    [item] = json.loads(RENDERERS["json"](replace(CLEAN, differences=(PLAIN,))))["differences"]
    assert item | {"kind": "missing index", "name": "notes.ix_notes_done", "detail": "done"} == item
    assert item["wrong"] == ""
    document = json.loads(RENDERERS["json"](DRIFT))
    assert document["differences"][0]["wrong"] == "database"
    assert document["pending"] == list(DRIFT.pending)


def test_the_samples_in_the_docs_are_what_is_printed() -> None:
    guide = (ROOT / "docs/formats.md").read_text()
    verdict = replace(CLEAN, differences=(replace(TYPE, since=""),))
    assert text.render(verdict) in guide
    [sample] = re.findall(r"(?s)```json\n(.*?)```", guide)
    assert json.loads(sample) == json.loads(RENDERERS["json"](verdict))
    annotation, _, _ = RENDERERS["github"](verdict).partition("%0A")
    assert annotation in guide
    assert all(f"| `{form}` |" in guide for form in RENDERERS)


def test_what_is_accepted_is_counted_and_what_accepts_nothing_is_named() -> None:
    kept = Acceptance("verify.baseline", str(PLAIN), "ana", "legacy", "2999-01-31")
    ignored = Acceptance("verify.ignore", "trigger:audit.*", reason="the auditors' own")
    verdict = replace(
        CLEAN, accepted=(PLAIN,), accepted_by=(kept,), expired=(kept,), unused=(ignored,)
    )
    lines = text.render(verdict).splitlines()
    assert lines[0].endswith("; 1 accepted by the baseline")
    assert f"  accepted no more: {PLAIN} (until 2999-01-31 by ana: legacy)" in lines
    named = "  verify.ignore accepts nothing by: trigger:audit.* (the auditors' own)"
    assert named in lines
    document = json.loads(RENDERERS["json"](verdict))
    Draft202012Validator(SCHEMA).validate(document)
    assert document["accepted_by"][0]["owner"] == "ana"
    assert document["outcome"] == "clean"
