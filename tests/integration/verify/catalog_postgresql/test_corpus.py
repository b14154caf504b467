"""Every change by hand is found, as what it is, and the printed fix undoes it."""

import psycopg2
import pytest
from sqlalchemy import Connection, text

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
    assert sum(case.made for case in CORPUS) >= 0.9 * len(CORPUS)


_each = pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=() if place % 10 == 0 else pytest.mark.slow)
        for place, case in enumerate(CORPUS)
    ],
    ids=lambda case: case.name.replace(" ", "-"),
)
"""Every tenth of them is in the quick suite."""


@_each
def test_a_change_by_hand_is_found_and_undone(
    case: ByHand, connection: Connection, baseline: Catalog
):
    if _is_newer(case, connection, baseline):
        return
    run(connection, case.sql)
    live = reading.read(connection, ("other",))
    user = str(connection.execute(text("SELECT CURRENT_USER")).scalar())
    found = {key.replace("CURRENT_USER", user): what for key, what in case.found.items()}
    assert differing(baseline, live) == found
    if case.fixed:
        assert _fixed(connection, baseline, live) == {}


@pytest.mark.slow
@_each
def test_a_change_by_hand_is_made_where_it_is_missing(
    case: ByHand, connection: Connection, baseline: Catalog
):
    if _is_newer(case, connection, baseline):
        return
    run(connection, case.sql)
    expected = reading.read(connection, ("other",))
    connection.connection.rollback()
    if case.made:
        assert _fixed(connection, expected, baseline) == {}


def _is_newer(case: ByHand, connection: Connection, baseline: Catalog) -> bool:
    """Whether the server does not have the statement yet, as it says itself."""
    if int(baseline.server.split()[1]) >= case.since:
        return False
    with pytest.raises(psycopg2.Error):
        run(connection, case.sql)
    return True


def _fixed(connection: Connection, expected: Catalog, live: Catalog) -> dict[str, str]:
    """What still differs when the statements of the fixes are executed."""
    for fix in plan.fixes(expected, live, changes(expected, live)):
        for statement in fix.statements:
            run(connection, statement)
    return differing(expected, reading.read(connection, ("other",)))
