"""A schema that is wholly what models make needs no other comparison; whatever differs does."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bootctl.verify.built import is_made, whole
from bootctl.verify.catalog.objects import Catalog, SchemaObject

MADE = (
    SchemaObject("table", "users", parts={"persistence": "temporary"}),
    SchemaObject("column", "users.id", "users", {"type": "integer", "nullable": "no"}),
    SchemaObject("column", "users.name", "users", {"type": "text", "comment": "said"}),
    SchemaObject("primary key", "users.users_pkey", "users", {"columns": "id"}),
    SchemaObject("index", "users.by_name", "users", {"columns": "name"}),
    SchemaObject("foreign key", "users.fk", "users", {"columns": "id", "target": "t (id)"}),
)
LIVE = tuple(
    replace(item, parts={key: text for key, text in item.parts.items() if key != "persistence"})
    for item in MADE
)


def is_clean(made: Sequence[SchemaObject], live: Sequence[SchemaObject]) -> bool:
    there = Catalog(live, "PostgreSQL 15")
    return is_made(whole(Catalog(made), there), there)


def test_the_same_is_the_same_whatever_keys_are_called_and_comments_say() -> None:
    renamed = [
        replace(item, name="users.other") if item.kind in ("index", "foreign key") else item
        for item in LIVE
    ]
    remarked = [replace(item, parts={**item.parts, "comment": "another"}) for item in LIVE]
    view = SchemaObject("view", "names", parts={"definition": "SELECT 1"})
    for live in (LIVE, renamed, remarked, [*LIVE, view]):
        assert is_clean(MADE, live)


@pytest.mark.parametrize("number", range(len(LIVE)), ids=[item.kind for item in LIVE])
def test_what_is_missing_too_much_or_otherwise_is_not_the_same(number: int) -> None:
    item = LIVE[number]
    others = [one for one in LIVE if one is not item]
    assert not is_clean(MADE, others)
    assert not is_clean([one for one in MADE if one.key != item.key], LIVE)
    assert not is_clean(MADE, [*others, replace(item, parts={**item.parts, "options": "x"})])


def test_of_two_that_are_alike_one_is_not_enough() -> None:
    twice = [*MADE, replace(MADE[4], name="users.by_name_too")]
    assert not is_clean(twice, LIVE)
    assert not is_clean(MADE, [*LIVE, replace(LIVE[4], name="users.by_name_too")])
