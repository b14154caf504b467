"""The backend, and what speaks for it, for a program and for a person."""

from typing import Any

from bootctl.project.detect import Detected


def document(found: Detected) -> dict[str, Any]:
    """Return what ``bootctl detect --json`` prints."""
    evidence = [{"backend": item.backend, "what": item.what} for item in found.evidence]
    return {"backend": found.backend, "evidence": evidence}


def text(found: dict[str, Any]) -> str:
    """Return what ``bootctl detect`` prints: the backend, and a line for each piece of evidence."""
    evidence = [f"  {item['what']} -> {item['backend']}" for item in found["evidence"]]
    return "\n".join([found["backend"], *evidence])
