"""What `migrate --plan` prints: a line for each revision; its risks are in the log, and in the JSON."""

from dataclasses import asdict
from typing import Any

from bootctl.boot.looks import Plan
from bootctl.cli import results


def show(plan: Plan, *, as_json: bool) -> None:
    """Print the plan."""
    if as_json:
        results.show(document(plan), None)
    elif results.is_seen():
        results.show(document(plan), str, "plan")
    else:
        results.show(rows(plan), text)


def document(plan: Plan) -> dict[str, Any]:
    """Return the plan for a program."""
    return {
        "pending": [
            {"revision": item.id, "file": item.path, "summary": item.summary}
            for item in plan.pending
        ],
        "risks": [asdict(item) for item in plan.risks.found],
        "not_looked_at": list(plan.risks.not_looked_at),
    }


def rows(plan: Plan) -> list[list[str]]:
    """Return the cells of each line: scripts read these lines, so nothing else is between them."""
    return [[item.id, item.path, item.summary] for item in plan.pending]


def text(lines: list[list[str]]) -> str:
    """Return lines of cells with tabs between."""
    return "\n".join(map("\t".join, lines))
