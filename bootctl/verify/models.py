"""What SQLAlchemy's models say of a schema, and Alembic does not compare.

Of each object only the parts that the models say something of are held against the live ones.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Table

from bootctl.database.state import Difference
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.claim import Claim
from bootctl.verify.claims import claims, foreign_keys, is_built, own_sequences
from bootctl.verify.doubled import doubled
from bootctl.verify.modelled import WHOLE, Modelled
from bootctl.verify.unclaimed import unclaimed


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
    by_table = live.by_table
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
    differing = _with_columns(there, differ)
    known += _columns(connection, differing)
    said += [
        claim
        for name, table in differing.items()
        for claim in own_sequences(connection.dialect, table, name, by_table.get(name, []))
        if claim.said.name in differ
    ]
    indexes = (claim.live for claim in built if claim.live and claim.live.kind == "index")
    found_too = Modelled.of(known, said, not_compared, frozenset(item.name for item in indexes))
    keys = (key for name, table in there.items() for key in foreign_keys(table, name))
    return replace(found_too, changes=(*found_too.changes, *doubled(keys, live.objects)))


def live_names(connection: Connection, tables: Iterable[Table]) -> set[str]:
    """Return what ``tables`` are called in the schema behind ``connection``."""
    return {_name(connection, table) for table in tables}


def _name(connection: Connection, table: Table) -> str:
    default = connection.dialect.default_schema_name
    return table.name if table.schema in (None, default) else table.fullname


def _built(
    connection: Connection,
    tables: Mapping[str, Table],
    live: Mapping[str, Sequence[SchemaObject]],
) -> tuple[list[Claim], tuple[str, ...]]:
    """Return the claims of those tables of which only the database knows how it writes them."""
    of_server = {n: table for n, table in tables.items() if is_built(table, connection.dialect)}
    if not of_server:
        return [], ()
    from bootctl.verify.apart.making import worded
    from bootctl.verify.own_words import in_own_words

    found: list[Claim] = []
    wanted: dict[str, Table] = {}
    for name, table in of_server.items():
        known = in_own_words(connection.dialect, table, name, live[name])
        found += known
        if not known:
            wanted[name] = table
    catalog, failures = worded(connection, wanted.values())
    there = catalog.by_table
    for name, table in wanted.items():
        items = [item for item in there.get(table.name, ()) if item.table]
        found += (_claimed(item, name, live[name]) for item in items if _counts(item))
    why = tuple(
        f"the CHECKs, generated columns and partial or functional indexes of {name}: {reason}"
        for name, reason in failures.items()
    )
    return found, why


def _with_columns(tables: Mapping[str, Table], names: Collection[str]) -> dict[str, Table]:
    """Return those of ``tables`` that have a column called ``table.column`` in ``names``."""
    return {
        name: table
        for name, table in tables.items()
        if names and any(f"{name}.{column.name}" in names for column in table.columns)
    }


def _columns(connection: Connection, tables: Mapping[str, Table]) -> Iterator[SchemaObject]:
    """Yield the columns of ``tables`` as the database makes them."""
    if not tables:
        return
    from bootctl.verify.apart.making import made

    catalog, _ = made(connection, tables.values())
    for name, table in tables.items():
        for item in catalog.objects:
            if item.kind == "column" and item.table == table.name:
                own = item.name.removeprefix(f"{item.table}.")
                yield replace(item, name=f"{name}.{own}", table=name)


def _counts(item: SchemaObject) -> bool:
    return item.kind in (*WHOLE, "index") or "generated" in item.parts


def _claimed(item: SchemaObject, table: str, live: Sequence[SchemaObject]) -> Claim:
    """Return what was made, as the object of the live ``table`` that it has to be."""
    own = item.name.removeprefix(f"{item.table}.")
    moved = replace(item, name=f"{table}.{own}", table=table)
    if item.kind == "column":
        moved = replace(moved, parts={"generated": item.parts["generated"]})
    same = [other for other in live if other.key == moved.key]
    if item.kind in WHOLE:
        same += [other for other in live if (other.kind, other.parts) == (item.kind, item.parts)]
    return Claim(moved, same[0] if same else None, whole=item.kind in (*WHOLE, "index"))
