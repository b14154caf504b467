"""JUnit's XML, as Jenkins and GitLab read it: a test case for each table that differs.

https://github.com/jenkinsci/xunit-plugin, junit-10.xsd
"""

from collections.abc import Iterator, Sequence

from bootctl.cli.reports import told
from bootctl.cli.reports.markup import text
from bootctl.database.state import Difference
from bootctl.verify.policy import Verdict

_SUITE = "bootctl check"


def render(verdict: Verdict) -> str:
    """Return one suite: a case that fails for each table, or one that passes; one skipped for what is accepted."""
    verdict = told.readable(verdict)
    failed, skipped = told.by_table(verdict.differences), told.by_table(verdict.accepted)
    cases = [_case(name, _failure(found)) for name, found in failed.items()]
    cases = cases or [_case("schema", "")]
    cases += [_case(f"{name} (accepted)", _skipped(found)) for name, found in skipped.items()]
    counts = f'tests="{len(cases)}" failures="{len(failed)}" errors="0"'
    suite = f'name="{_SUITE}" {counts}'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites {suite}>",
            f'<testsuite {suite} skipped="{len(skipped)}">',
            *cases,
            f"<system-out>{text(_summary(verdict))}</system-out>",
            "</testsuite>",
            "</testsuites>",
        ]
    )


def _case(name: str, outcome: str) -> str:
    return f'<testcase classname="{_SUITE}" name="{text(name)}">{outcome}</testcase>'


def _failure(found: Sequence[Difference]) -> str:
    message = "; ".join(map(str, found))
    body = text("\n".join(line for item in found for line in _lines(item)))
    return f'<failure type="schema drift" message="{text(message)}">{body}</failure>'


def _skipped(found: Sequence[Difference]) -> str:
    return f'<skipped message="{text("; ".join(map(str, found)))}"/>'


def _lines(item: Difference) -> Iterator[str]:
    yield str(item)
    yield told.layers(item)
    if item.place:
        yield f"{told.place_title(item)} {item.place}"
    if told.has_definitions(item):
        yield from ("expected:", told.expected(item), "live:", told.live(item))
    if item.fix:
        yield from (f"{told.fix_title(item)}:", *item.fix)


def _summary(verdict: Verdict) -> str:
    return "\n".join([told.title(verdict), *told.coverage(verdict), *told.risks(verdict)])
