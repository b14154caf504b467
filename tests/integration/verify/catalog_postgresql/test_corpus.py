"""Every change by hand is found, as what it is, and the printed fix undoes it."""

import pytest
from sqlalchemy import Connection

from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql import reading
from bootctl.verify.catalog.postgresql.fixes import plan
from tests.integration.verify.catalog_postgresql.by_hand import ByHand, differing, run
from tests.integration.verify.catalog_postgresql.corpus.everything import CORPUS

_NAMES = {case.name for case in CORPUS}


def test_the_corpus_is_large_and_mostly_fixed():
    assert len(_NAMES) == len(CORPUS) >= 80
    assert sum(case.fixed for case in CORPUS) >= 0.9 * len(CORPUS)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name.replace(" ", "-"))
def test_a_change_by_hand_is_found_and_undone(
    case: ByHand, connection: Connection, baseline: Catalog
):
    if int(baseline.server.split()[1]) < case.since:
        pytest.skip(f"PostgreSQL {case.since} and later")
    run(connection, case.sql)
    live = reading.read(connection, ("other",))
    assert differing(baseline, live) == case.found
    if not case.fixed:
        return
    for fix in plan.fixes(baseline, live, changes(baseline, live)):
        for statement in fix.statements:
            run(connection, statement)
    assert differing(baseline, reading.read(connection, ("other",))) == {}
