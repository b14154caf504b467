"""For a program; also what ``verify.baseline`` reads."""

from dataclasses import asdict
from typing import Any

from bootctl.output import printable
from bootctl.verify.policy import Verdict


def render(verdict: Verdict) -> str:
    """Return one object: ``clean``, ``direction``, ``differences``, ``accepted``, ``pending``."""
    document = {"clean": verdict.clean, **asdict(verdict, dict_factory=_words)}
    return printable.as_json(document, indent=2)


def _words(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return only what identifies a difference."""
    return {key: value for key, value in items if key not in ("when_omitted", "binds")}
