"""For a person."""

from bootctl.output import printable
from bootctl.verify.policy import Verdict


def render(verdict: Verdict) -> str:
    """Return a line for each difference, and one that sums up."""
    title, *others = beside_the_log(verdict).splitlines()
    found = verdict.told(printable.one_line).differences
    return "\n".join([title, *(printable.harmless(f"  {item}") for item in found), *others])


def beside_the_log(verdict: Verdict) -> str:
    """Return the same without the differences: the log has them on the same terminal."""
    verdict = verdict.told(printable.one_line)
    lines = [f"  {item} (accepted)" for item in verdict.accepted]
    if verdict.pending:
        lines.append(f"  pending: {', '.join(verdict.pending)}")
    count = len(verdict.differences)
    title = "no drift" if verdict.clean else f"drift: {count} difference{'s' * (count != 1)}"
    where = f" (the database is {verdict.direction})" if verdict.direction else ""
    return printable.harmless("\n".join([f"{title}{where}", *lines]))
