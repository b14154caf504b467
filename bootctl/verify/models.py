"""What SQLAlchemy's models say of a schema, and Alembic does not compare.

Of each object only the parts that the models say something of are held against the live ones.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Table

from bootctl.database.state import Difference
from bootctl.verify.apart import made
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.wording import differences
from bootctl.verify.claims import Claim, claims, foreign_keys, is_built, own_sequences
from bootctl.verify.doubled import doubled
from bootctl.verify.layers import place
from bootctl.verify.unclaimed import unclaimed

_WHOLE = ("check", "exclusion")
"""Kinds that are compared as the database writes them."""


@dataclass(frozen=True)
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
            parts = {**(merged[item.key].parts if item.key in merged else {}), **item.parts}
            merged[item.key] = replace(item, parts=parts)
        return cls(Catalog(merged.values()), tuple(_changes(said)), not_compared, built)

    def beyond(self, found: Iterable[Difference]) -> Iterator[Difference]:
        """Yield what differs from the models, and the ORM's comparison has not ``found``."""
        places = {place(item.kind, item.name) for item in found}
        for change in self.changes:
            for item in differences(change):
                if place(item.kind, item.name) not in places:
                    yield item


def modelled(
    connection: Connection,
    tables: Sequence[Table],
    live: Catalog,
    found: Iterable[Difference] = (),
) -> Modelled:
    """Return what ``tables`` say of the ``live`` schema, those that it has.

    Of columns in which it was ``found`` to differ, all that they say.
    """
    there = {_name(connection, table): table for table in tables}
    there = {name: table for name, table in there.items() if ("table", name) in live.by_key}
    by_table = _by_table(live)
    said = [
        claim
        for name, table in there.items()
        for claim in claims(connection.dialect, table, name, by_table.get(name, []))
    ]
    built, not_compared = _built(connection, there, by_table)
    said += built
    known = [
        item
        for name, table in there.items()
        for item in unclaimed(table, name, by_table.get(name, []), connection.dialect)
    ]
    differ = {item.name for item in found}
    known += _columns(connection, there, differ)
    said += [
        claim
        for name, table in there.items()
        for claim in own_sequences(connection.dialect, table, name, by_table.get(name, []))
        if claim.said.name in differ
    ]
    indexes = (claim.live for claim in built if claim.live and claim.live.kind == "index")
    found_too = Modelled.of(known, said, not_compared, frozenset(item.name for item in indexes))
    keys = (key for name, table in there.items() for key in foreign_keys(table, name))
    return replace(found_too, changes=(*found_too.changes, *doubled(keys, live.objects)))


def _name(connection: Connection, table: Table) -> str:
    default = connection.dialect.default_schema_name
    return table.name if table.schema in (None, default) else table.fullname


def _by_table(live: Catalog) -> dict[str, list[SchemaObject]]:
    found: dict[str, list[SchemaObject]] = {}
    for item in live.objects:
        found.setdefault(item.name if item.kind == "table" else item.table, []).append(item)
    return found


def _built(
    connection: Connection,
    tables: Mapping[str, Table],
    live: Mapping[str, Sequence[SchemaObject]],
) -> tuple[list[Claim], tuple[str, ...]]:
    """Return the claims of those tables of which only the database knows how it writes them."""
    wanted = {name: table for name, table in tables.items() if is_built(table, connection.dialect)}
    catalog, failures = made(connection, wanted.values())
    found: list[Claim] = []
    for name, table in wanted.items():
        items = [item for item in catalog.objects if item.table == table.name]
        found += (_claimed(item, name, live[name]) for item in items if _counts(item))
    why = tuple(
        f"the CHECKs, generated columns and partial or functional indexes of {name}: {reason}"
        for name, reason in failures.items()
    )
    return found, why


def _columns(
    connection: Connection, tables: Mapping[str, Table], names: Collection[str]
) -> Iterator[SchemaObject]:
    """Yield the columns called ``table.column`` as the database makes them."""
    wanted = {
        name: table
        for name, table in tables.items()
        if any(f"{name}.{column.name}" in names for column in table.columns)
    }
    catalog, _ = made(connection, wanted.values())
    for name, table in wanted.items():
        for item in catalog.objects:
            if item.kind == "column" and item.table == table.name:
                own = item.name.removeprefix(f"{item.table}.")
                yield replace(item, name=f"{name}.{own}", table=name)


def _counts(item: SchemaObject) -> bool:
    return item.kind in (*_WHOLE, "index") or "generated" in item.parts


def _claimed(item: SchemaObject, table: str, live: Sequence[SchemaObject]) -> Claim:
    """Return what was made, as the object of the live ``table`` that it has to be."""
    own = item.name.removeprefix(f"{item.table}.")
    moved = replace(item, name=f"{table}.{own}", table=table)
    if item.kind == "column":
        moved = replace(moved, parts={"generated": item.parts["generated"]})
    same = [other for other in live if other.key == moved.key]
    if item.kind in _WHOLE:
        same += [other for other in live if (other.kind, other.parts) == (item.kind, item.parts)]
    return Claim(moved, same[0] if same else None, whole=item.kind in (*_WHOLE, "index"))


def _object(claim: Claim) -> SchemaObject:
    return replace(claim.said, name=claim.live.name) if claim.live else claim.said


def _changes(found: Sequence[Claim]) -> Iterator[Change]:
    for claim in found:
        if claim.live is None:
            if claim.said.kind in (*_WHOLE, "primary key"):  # Alembic tells of the others
                yield Change(claim.said, None)
            continue
        parts = {**({} if claim.whole else claim.live.parts), **claim.said.parts}
        expected = replace(claim.live, parts={part: text for part, text in parts.items() if text})
        change = Change(expected, claim.live)
        if change.parts:
            yield change
