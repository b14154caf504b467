"""SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bootctl import __version__
from bootctl.cli.reports import json, rules, told
from bootctl.database.state import Difference
from bootctl.errors import ExitCode
from bootctl.output import printable
from bootctl.verify.policy import Verdict

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_CONFIGURATIONS = ("alembic.ini", "pyproject.toml")
_MEANING = (
    "Of the models, the migrations and the database, two do not say the same of this object. "
    "`bootctl check` prints which, both definitions, and what makes them the same."
)


def render(verdict: Verdict) -> str:
    """Return one run: a rule for each kind, a result for each difference, accepted ones suppressed."""
    verdict = told.readable(verdict)
    kinds = sorted({item.kind for item in (*verdict.differences, *verdict.accepted)})
    results = [_result(item, kinds) for item in verdict.differences]
    accepted = {"suppressions": [{"kind": "external", "justification": "accepted by a setting"}]}
    results += [{**_result(item, kinds), **accepted} for item in verdict.accepted]
    run = {
        "tool": {"driver": _driver(kinds)},
        "automationDetails": {"id": "bootctl/check/"},
        "invocations": [_invocation(verdict)],
        "results": results,
        "properties": {
            "direction": verdict.direction,
            "pending": verdict.pending,
            "comparedWith": verdict.compared_with,
        },
    }
    return printable.as_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _driver(kinds: Sequence[str]) -> dict[str, Any]:
    return {"name": "bootctl", "semanticVersion": __version__, "rules": [*map(_rule, kinds)]}


def _rule(kind: str) -> dict[str, Any]:
    page = rules.page(kind)
    return {
        "id": _slug(kind),
        "name": "".join(word.capitalize() for word in _slug(kind).split("-")),
        "shortDescription": {"text": f"Schema drift: {kind}"},
        "fullDescription": {"text": _MEANING},
        "help": {"text": _MEANING, "markdown": _MEANING},
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["database", "schema-drift"],
            "precision": "very-high",
            "problem.severity": "error",
        },
    }


def _invocation(verdict: Verdict) -> dict[str, Any]:
    notes = [{"level": "note", "message": _message(item)} for item in verdict.not_compared]
    code = ExitCode.DONE if verdict.clean else ExitCode.DRIFT
    return {
        "executionSuccessful": True,
        "exitCode": int(code),
        "toolExecutionNotifications": notes,
    }


def _result(item: Difference, kinds: Sequence[str]) -> dict[str, Any]:
    fix = [f"{told.fix_title(item)}:", *item.fix] if item.fix else []
    known = json.difference(item)
    return {
        "ruleId": _slug(item.kind),
        "ruleIndex": kinds.index(item.kind),
        "level": "error",
        "message": _message("\n".join([str(item), told.layers(item), *fix])),
        "locations": [_location(item)],
        "partialFingerprints": _fingerprints(item),
        "properties": {key: known[key] for key in known if key not in ("kind", "place")},
    }


def _location(item: Difference) -> dict[str, Any]:
    """Return a line of the project. Code scanning takes no result without: then what configures the ORM."""
    configured = (name for name in _CONFIGURATIONS if Path(name).is_file())
    file, line = told.place(item) or (next(configured, _CONFIGURATIONS[-1]), 1)
    return {
        "physicalLocation": {
            "artifactLocation": {
                "uri": quote(told.in_repository(file)),
                "uriBaseId": "%SRCROOT%",
            },
            "region": {"startLine": line},
        },
        "logicalLocations": [{"fullyQualifiedName": item.name}],
    }


def _fingerprints(item: Difference) -> dict[str, str]:
    """Return what stays when files and definitions change: a digest of what identifies a difference.

    GitHub knows a finding by ``primaryLocationLineHash`` only, and would make it of the line, which
    several differences may have.
    """
    found = _fingerprint(item)
    return {"difference/v1": found, "primaryLocationLineHash": f"{found[:16]}:1"}


def _fingerprint(item: Difference) -> str:
    where = [item.database] if item.database else []
    identity = [item.kind, item.name, item.detail, *where]
    return hashlib.sha256("\0".join(identity).encode()).hexdigest()


def _message(text: str) -> dict[str, str]:
    # A message with braces would be taken for one with placeholders.
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def _slug(kind: str) -> str:
    return "-".join(kind.split())
