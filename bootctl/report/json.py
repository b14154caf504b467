"""For a program; also what ``verify.baseline`` reads."""

import json
from dataclasses import asdict

from bootctl.drift import Verdict


def render(verdict: Verdict) -> str:
    """One object: ``clean``, ``direction``, ``differences``, ``accepted``, ``pending``."""
    return json.dumps({"clean": verdict.clean, **asdict(verdict)}, indent=2, ensure_ascii=False)
