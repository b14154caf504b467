"""Several changes at once: the statements of all fixes can be executed in their order."""

import random

import psycopg2
import pytest
from sqlalchemy import Connection

from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.catalog.postgresql import reading
from tests.integration.verify.catalog_postgresql.by_hand import ByHand, differing, run
from tests.integration.verify.catalog_postgresql.corpus.everything import CORPUS
from tests.integration.verify.undoing import undoing


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_several_changes_are_undone(seed: int, connection: Connection, baseline: Catalog):
    version = int(baseline.server.split()[1])
    possible = [case for case in CORPUS if case.fixed and case.since <= version]
    for case in random.Random(seed).sample(possible, 8):
        _apply(connection, case)
    live = reading.read(connection, ("other",))
    for statement in undoing("postgresql", baseline, live):
        run(connection, statement)
    assert differing(baseline, reading.read(connection, ("other",))) == {}


def _apply(connection: Connection, case: ByHand) -> None:
    """Make a change, where those before it have left what it changes."""
    run(connection, "SAVEPOINT before")
    try:
        run(connection, case.sql)
        run(connection, "RELEASE before")
    except psycopg2.Error:
        run(connection, "ROLLBACK TO before")
