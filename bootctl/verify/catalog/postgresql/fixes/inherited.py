"""What a table or partition has from its parent: the catalog leaves out what is the same there."""

from dataclasses import replace

from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes.names import identifiers

_TABLES = ("table", "partition", "foreign table")


def parents(table: str, catalog: Catalog) -> list[SchemaObject]:
    """Return the tables of which this is a partition, or from which it inherits."""
    held = next((o for kind in _TABLES if (o := catalog.by_key.get((kind, table)))), None)
    if held is None:
        return []
    listed = held.parts.get("of", held.parts.get("inherits", "")).split(", ")
    names = [identifiers(name) for name in listed]
    return [o for o in catalog.objects if o.kind in _TABLES and identifiers(o.name) in names]


def counterpart(item: SchemaObject, catalog: Catalog) -> SchemaObject | None:
    """Return what the object is on a side that has it from the table's parent alone."""
    own = item.name.removeprefix(f"{item.table}.")
    for parent in parents(item.table, catalog):
        name = f"{parent.name}.{own}"
        found = catalog.by_key.get((item.kind, name))
        found = found or counterpart(replace(item, name=name, table=parent.name), catalog)
        if found:
            return replace(found, name=item.name, table=item.table)
    return None


def of_view(item: SchemaObject, catalog: Catalog) -> SchemaObject | None:
    """Return a column of a view on a side where it has no default and no comment."""
    if item.kind != "column" or ("view", item.table) not in catalog.by_key:
        return None
    return replace(item, parts={part: item.parts[part] for part in ("type", "nullable")})
