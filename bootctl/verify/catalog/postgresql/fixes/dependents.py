"""What must go for a moment because it depends on what is changed."""

import re

from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes.names import identifiers

VIEWS = ("view", "materialized view")
_ON_COLUMNS = (
    "primary key",
    "constraint",
    "check",
    "exclusion",
    "index",
    "statistics",
    "foreign key",
)


def mentions(item: SchemaObject, *names: str) -> bool:
    """Return whether an object's parts have all of these identifiers."""
    text = "\n".join(item.parts[part] for part in item.parts if part != "comment")
    return all(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)


def views_on(catalog: Catalog, *names: str) -> list[SchemaObject]:
    """Return the views that mention these, and those on these views, in an order to make them."""
    found: list[SchemaObject] = []
    for item in catalog.objects:
        if item.kind in VIEWS and item not in found and mentions(item, *names):
            further = [v for v in views_on(catalog, identifiers(item.name)[-1]) if v is not item]
            found = [v for v in found if v not in further] + [item, *further]
    return found


def of_view(catalog: Catalog, view: SchemaObject) -> list[SchemaObject]:
    """Return what belongs to a view, and goes with it."""
    return [item for item in catalog.objects if item.table == view.name]


def with_own(catalog: Catalog, views: list[SchemaObject]) -> list[SchemaObject]:
    """Return views, each before what belongs to it."""
    return [item for view in views for item in (view, *of_view(catalog, view))]


def of_other(catalog: Catalog, item: SchemaObject) -> list[SchemaObject]:
    """Return what depends on a key or a function, and goes with it."""
    if item.kind in ("function", "aggregate"):
        name = identifiers(item.name.partition("(")[0])[-1]
        users = ("trigger", "operator", "cast")
        return [o for o in catalog.objects if o.kind in users and mentions(o, name)]
    return referring(catalog, item)


def on_column(catalog: Catalog, column: SchemaObject) -> list[SchemaObject]:
    """Return the keys and indexes that go with a column."""
    name = identifiers(column.name)[-1]
    return [
        item
        for item in catalog.objects
        if item.kind in _ON_COLUMNS and item.table == column.table and mentions(item, name)
    ]


def referring(catalog: Catalog, key: SchemaObject) -> list[SchemaObject]:
    """Return the foreign keys that a primary key or a UNIQUE constraint is for."""
    if key.kind not in ("primary key", "constraint"):
        return []
    return [item for item in catalog.objects if item.kind == "foreign key" and _refers(item, key)]


def _refers(item: SchemaObject, key: SchemaObject) -> bool:
    table, _, columns = item.parts["target"].rpartition(" (")
    return identifiers(table) == identifiers(key.table) and columns == f"{key.parts['columns']})"


def of_column(catalog: Catalog, column: SchemaObject) -> list[SchemaObject]:
    """Return the policies, triggers and rules of a column's table that mention it."""
    name = identifiers(column.name)[-1]
    return [
        item
        for item in catalog.objects
        if item.kind in ("policy", "trigger", "rule")
        and item.table == column.table
        and mentions(item, name)
    ]


def routines_of(catalog: Catalog, kind: str) -> list[SchemaObject]:
    """Return the functions that take or return values of a type, and the casts of it."""
    word = re.compile(rf"(?<!\w){re.escape(kind)}(?!\w)")
    routines = (item for item in catalog.objects if item.kind in ("function", "procedure"))
    casts = (item for item in catalog.objects if item.kind == "cast")
    return [
        *(r for r in routines if word.search(r.parts["definition"].partition("\n LANGUAGE")[0])),
        *(item for item in casts if word.search(item.name)),
    ]
