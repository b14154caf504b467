"""What is waited for, what names it, and what is left out, for a program and for a person."""

from collections.abc import Sequence
from typing import Any

from bootctl.config.service import Skipped, Target
from bootctl.wait import schemes


def document(found: Sequence[Target | Skipped]) -> dict[str, Any]:
    """Return what ``bootctl wait --list --json`` prints."""
    return {
        "targets": [
            {
                "target": str(item.url),
                "source": item.source,
                "depth": schemes.create(item.url).depth,
            }
            for item in found
            if isinstance(item, Target)
        ],
        "skipped": [
            {"name": item.what, "reason": item.reason}
            for item in found
            if isinstance(item, Skipped)
        ],
    }


def text(listed: dict[str, Any]) -> str:
    """Return what ``bootctl wait --list`` prints: a line for each."""
    lines = [f"{item['target']}\t{item['source']}" for item in listed["targets"]]
    lines += [f"not waited for: {item['name']}\t{item['reason']}" for item in listed["skipped"]]
    return "\n".join(lines) or "nothing to wait for"
