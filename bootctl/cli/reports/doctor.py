"""What ``doctor`` has found, for a program and for a person."""

from itertools import groupby
from operator import itemgetter
from typing import Any

from bootctl.boot.doctor.finding import Findings, Severity
from bootctl.errors import BootError, ExitCode


def document(found: Findings) -> dict[str, Any]:
    """Return what ``bootctl doctor --json`` prints."""
    first = found.first_error
    return {
        "exit_code": first.exit_code if first else int(ExitCode.DONE),
        "counts": {str(item): _count(found, item) for item in Severity},
        "findings": [
            {
                "area": item.area,
                "severity": str(item.severity),
                "what": item.what,
                "mend": item.mend,
                "exit_code": item.exit_code,
            }
            for item in found.all
        ],
    }


def text(page: dict[str, Any]) -> str:
    """Return what ``bootctl doctor`` prints: areas, each with a line for each finding."""
    lines = []
    for area, items in groupby(page["findings"], itemgetter("area")):
        lines.append(area)
        for item in items:
            lines.append(f"  {item['severity']:<8} {item['what']}")
            lines += [f"  {'':<8} mend: {item['mend']}"] if item["mend"] else []
    return "\n".join([*lines, "", summary(page)])


def summary(page: dict[str, Any]) -> str:
    """Return the last line: how much is wrong."""
    counts = page["counts"]
    told = [
        f"{counts[key]} {key}{'s' * (counts[key] != 1)}" for key in ("error", "warning", "note")
    ]
    code = f"; a boot would end with {page['exit_code']}" if page["exit_code"] else ""
    return f"{', '.join(told)}{code}"


def verdict(found: Findings) -> BootError:
    """Return what a boot would end with first; it says how many there are besides."""
    first, *others = [item.error for item in found.all if item.error]
    if others:
        first.add(f"{len(others)} more: {'; '.join(item.message for item in others)}")
    return first


def _count(found: Findings, severity: Severity) -> int:
    return sum(item.severity is severity for item in found.all)
