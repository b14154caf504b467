"""The console's lines in a job of GitHub Actions: a group for each stage, which can be folded away.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions#grouping-log-lines
"""

import os
from typing import Final

_OUTSIDE: Final = {"boot.failed", "exec", "migrate.done"}
"""What nobody should have to unfold."""

_open = ""


def are_wanted() -> bool:
    """Return whether a job of GitHub Actions reads what is written, and no terminal does."""
    return os.environ.get("GITHUB_ACTIONS") == "true" and not os.isatty(2)


def before(event: str, stage: str) -> str:
    """Return what is written before a line of ``event``."""
    global _open
    wanted = "" if event in _OUTSIDE else stage
    if wanted == _open:
        return ""
    closing, _open = "::endgroup::\n" if _open else "", wanted
    return closing + (f"::group::{wanted}\n" if wanted else "")


def end() -> str:
    """Return what ends the group that is open."""
    return before("exec", "")
