"""For a person."""

from bootctl.verify.policy import Verdict


def render(verdict: Verdict) -> str:
    """Return a line for each difference, and one that sums up."""
    title, *others = beside_the_log(verdict).splitlines()
    return "\n".join([title, *(f"  {item}" for item in verdict.differences), *others])


def beside_the_log(verdict: Verdict) -> str:
    """Return the same without the differences: the log has them on the same terminal."""
    lines = [f"  {item} (accepted)" for item in verdict.accepted]
    if verdict.pending:
        lines.append(f"  pending: {', '.join(verdict.pending)}")
    count = len(verdict.differences)
    title = "no drift" if verdict.clean else f"drift: {count} difference{'s' * (count != 1)}"
    where = f" (the database is {verdict.direction})" if verdict.direction else ""
    return "\n".join([f"{title}{where}", *lines])
