"""What models say of a schema, whichever ORM's they are, held against the live one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bootctl.database.state import Difference
from bootctl.values import frozen
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.wording import differences
from bootctl.verify.claim import Claim
from bootctl.verify.layers import place

WHOLE = ("check", "exclusion")
"""Kinds that are compared as the database writes them."""


@frozen
class Modelled:
    """What the models say, and what the live schema has otherwise."""

    catalog: Catalog
    """The objects of the models, each with the parts that they say something of."""
    changes: tuple[Change, ...] = ()
    not_compared: tuple[str, ...] = ()
    built: frozenset[str] = frozenset()
    """The names of the live indexes that were compared as the database writes them."""
    whole: Catalog | None = None
    """The objects of the models with all their parts, where these are known."""

    @classmethod
    def of(
        cls,
        known: Iterable[SchemaObject],
        said: Sequence[Claim],
        not_compared: tuple[str, ...] = (),
        built: frozenset[str] = frozenset(),
    ) -> "Modelled":
        """Return what is ``said`` of the live schema, by models that also have what is ``known``."""
        merged: dict[tuple[str, str], SchemaObject] = {}
        for item in (*known, *map(_object, said)):
            key = item.key
            own = merged.get(key)
            merged[key] = item.with_parts({**own.parts, **item.parts}) if own else item
        return cls(Catalog(merged.values()), tuple(_changes(said)), not_compared, built)

    def beyond(self, found: Iterable[Difference]) -> Iterator[Difference]:
        """Yield what differs from the models, and the ORM's comparison has not ``found``."""
        places = {place(item.kind, item.name) for item in found}
        for change in self.changes:
            for item in differences(change):
                if place(item.kind, item.name) not in places:
                    yield item


def _object(claim: Claim) -> SchemaObject:
    if claim.live is None or claim.live.name == claim.said.name:
        return claim.said
    return replace(claim.said, name=claim.live.name)


def _changes(found: Sequence[Claim]) -> Iterator[Change]:
    for claim in found:
        if claim.live is None:
            if claim.said.kind in (*WHOLE, "primary key"):  # Alembic tells of the others
                yield Change(claim.said, None)
            continue
        there, parts = claim.live.parts, claim.said.parts
        counts = {*parts, *there} if claim.whole else parts
        if any(parts.get(part, "") != there.get(part, "") for part in counts):
            every = parts if claim.whole else {**there, **parts}
            said = {part: text for part, text in every.items() if text}
            yield Change(claim.live.with_parts(said), claim.live)
