"""For a person."""

from collections.abc import Callable, Iterator
from textwrap import indent

from bootctl.cli.reports import told
from bootctl.database.state import Difference
from bootctl.output import printable
from bootctl.verify.policy import Verdict


def render(verdict: Verdict) -> str:
    """Return a line for each difference with what is known of it below, by table, after one that sums up."""
    return _report(verdict, lambda verdict: _by_table(verdict, _whole))


def beside_the_log(verdict: Verdict) -> str:
    """Return the same without what the log says on the same terminal: which differences there are."""
    return _report(verdict, lambda verdict: _by_table(verdict, _more))


def _report(verdict: Verdict, differences: Callable[[Verdict], Iterator[str]]) -> str:
    verdict = told.readable(verdict)
    lines = [told.title(verdict), *differences(verdict)]
    lines += [f"  {line}" for line in told.accepted(verdict)]
    lines += [f"  {line}" for line in (*told.coverage(verdict), *told.risks(verdict))]
    return printable.harmless("\n".join(lines))


def _by_table(verdict: Verdict, tell: Callable[[Difference], list[str]]) -> Iterator[str]:
    for table, found in told.by_table(verdict.differences).items():
        lines = [line for item in found for line in tell(item)]
        yield from [table, *lines] if lines else []


def _whole(item: Difference) -> list[str]:
    return [f"  {item}", f"      {told.layers(item)}", *_details(item)]


def _more(item: Difference) -> list[str]:
    """Return what mends it: the log names it."""
    details = list(_details(item)) if item.fix or told.has_definitions(item) else []
    name = item.name.removeprefix(f"{told.table(item)}.")
    return [f"  {item.kind} {name}", *details] if details else []


def _details(item: Difference) -> Iterator[str]:
    if item.place:
        yield f"      {told.place_title(item)} {item.place}"
    if told.has_definitions(item):
        yield from _block("expected", told.expected(item))
        yield from _block("live", told.live(item))
    if item.since:
        yield f"      last known to be as the migrations make it: {item.since}"
    if item.fix:
        yield from _block(told.fix_title(item), "\n".join(item.fix))


def _block(name: str, text: str) -> list[str]:
    if "\n" not in text:
        return [f"      {name}: {text}"]
    return [f"      {name}:", *indent(text, "        ", lambda _: True).split("\n")]
