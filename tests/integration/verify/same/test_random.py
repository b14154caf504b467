"""Random tables with random changes: where one is known to be the models', Alembic finds nothing in it.

SAME_SEED=N begins with another one; each seed is a schema of its own, and all that fails says its changes.
"""

import os
from random import Random

import pytest
from sqlalchemy import MetaData

from tests.integration.verify.same.comparing import assert_sound, made
from tests.integration.verify.same.modelling import models
from tests.integration.verify.same.mutating import mutate
from tests.support.databases.fresh import Database

FIRST = int(os.environ.get("SAME_SEED", "1"))
TABLES = 40


@pytest.mark.parametrize("seed", range(FIRST, FIRST + 6))
def test_alembic_finds_nothing_in_what_is_known(shared: Database, seed: int) -> None:
    _try(shared, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FIRST + 100, FIRST + 140))
def test_alembic_finds_nothing_in_more_of_it(shared: Database, seed: int) -> None:
    _try(shared, seed)


def _try(database: Database, seed: int) -> None:
    random = Random(seed)
    metadata: MetaData = models(random, TABLES)
    # Where it is a default, Alembic asks whether its next value is that of the models.
    sequence = "CREATE SEQUENCE free_sequence START 1000"
    with made(database, metadata, sequence) as connection:
        untouched = assert_sound(connection, metadata)
        changed = {}
        for number, table in enumerate(metadata.tables):
            if random.random() < 0.7 and table != "parent":
                changed[table] = mutate(random, connection, table, number)
        try:
            same = assert_sound(connection, metadata)
        except AssertionError as error:
            raise AssertionError(f"{error}\nafter {changed}") from error
    assert len(untouched) > TABLES / 4, "too few to say anything"
    assert len(same) > TABLES / 8
