"""Annotations on a pull request, as GitHub Actions reads them from a job's output.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from bootctl.output import printable
from bootctl.verify.policy import Verdict


def render(verdict: Verdict) -> str:
    """Return an ``::error`` for each difference, or one ``::notice``."""
    if verdict.clean:
        return "::notice title=bootctl check::no schema drift"
    return "\n".join(
        f"::error title=schema drift::{_escaped(str(item))}"
        for item in verdict.told(printable.one_line).differences
    )


def _escaped(text: str) -> str:
    return printable.harmless(text).replace("%", "%25")
