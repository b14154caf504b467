"""Annotations on a pull request, as GitHub Actions reads them from a job's output.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from bootctl.cli.reports import told
from bootctl.database.risks import Risk
from bootctl.database.state import Difference
from bootctl.output import printable
from bootctl.verify.policy import Verdict


def render(verdict: Verdict) -> str:
    """Return an ``::error`` for each difference, or one ``::notice``; and one for what was not compared."""
    verdict = told.readable(verdict)
    lines = [_error(item) for item in verdict.differences]
    if verdict.clean:
        lines = [f"::notice title=bootctl check::no schema drift{_accepted(verdict)}"]
    if verdict.not_compared:
        lines.append(f"::notice title=not compared::{_message(*verdict.not_compared)}")
    lines += [_warning(item) for item in verdict.risks]
    if verdict.not_looked_at:
        lines.append(f"::notice title=not looked at::{_message(*verdict.not_looked_at)}")
    return "\n".join(lines)


def _warning(item: Risk) -> str:
    where = f"file={_property(told.in_repository(item.file))},line=1," if item.file else ""
    return f"::warning {where}title=risky migration::{_message(str(item), item.advice)}"


def _accepted(verdict: Verdict) -> str:
    count = len(verdict.accepted)
    return f" ({count} difference{'s' * (count != 1)} accepted)" if count else ""


def _error(item: Difference) -> str:
    place = told.place(item)
    where = f"file={_property(told.in_repository(place.file))},line={place.line}," if place else ""
    fix = [f"{told.fix_title(item)}:", *item.fix] if item.fix else []
    return f"::error {where}title=schema drift::{_message(str(item), told.layers(item), *fix)}"


def _message(*lines: str) -> str:
    return _escaped(printable.harmless("\n".join(lines)))


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
