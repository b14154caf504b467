"""What models need of a schema: their tables, columns and types, as the server has them."""

from collections.abc import Collection
from dataclasses import replace

from bootctl.verify.catalog.objects import Catalog, SchemaObject

_OF_COLUMNS = ("type", "nullable", "default", "generated", "identity", "collation", "check")
KEYS = ("primary key", "constraint", "check", "exclusion", "foreign key")
"""What is kept of a table besides its columns: which rows it takes."""
TYPES = ("enum", "domain", "type")
VIEWS = ("view", "materialized view")
"""What models may map as they map a table. That it is there is kept: what it selects, each reader knows."""
_UNSAID = ("comment", "tablespace", "options")
"""Parts on which no code depends."""


def needed(models: Catalog, live: Catalog) -> Catalog:
    """Return what of the ``live`` schema the ``models`` need, which it was found to have.

    Columns that the models do not have, and indexes that refuse no row, are left out.
    """
    of_tables = [
        replace(part, parts={}) if part.kind == "table" else part
        for item in live.objects
        if _is_of(item, models) and (part := of_table(item))
    ]
    types = {_named(item.parts.get("type", "")) for item in of_tables}
    of_types = (
        spoken(item) for item in live.objects if item.kind in TYPES and _named(item.name) in types
    )
    views = (
        replace(item, parts={})
        for item in live.objects
        if item.kind in VIEWS and ("table", item.name) in models.by_key
    )
    return Catalog([*of_tables, *of_types, *views], live.server, schemas=live.schemas)


def with_views(models: Catalog, tables: Collection[str], live: Catalog) -> Catalog:
    """Return what the ``models`` say, with those of their ``tables`` that are views of the ``live`` schema."""
    views = (
        SchemaObject("table", item.name)
        for item in live.objects
        if item.kind in VIEWS and item.name in tables
    )
    return Catalog([*models.objects, *views], models.server, schemas=models.schemas)


def of_table(item: SchemaObject) -> SchemaObject | None:
    """Return a table, or what belongs to one, with the parts on which code depends.

    ``None`` where code does not depend on it.
    """
    if item.kind == "table":
        return item
    if item.kind == "column":
        parts = {part: item.parts[part] for part in _OF_COLUMNS if part in item.parts}
        return replace(item, parts=parts)
    restricts = item.kind in KEYS or (item.kind == "index" and "unique" in item.parts)
    return spoken(item) if restricts else None


def spoken(item: SchemaObject) -> SchemaObject:
    """Return an object without the parts on which no code depends."""
    said = {part: text for part, text in item.parts.items() if part not in _UNSAID}
    return replace(item, parts=said)


def _is_of(item: SchemaObject, models: Catalog) -> bool:
    if item.kind in ("table", "column"):
        return item.key in models.by_key
    return ("table", item.table) in models.by_key


def _named(kind: str) -> str:
    """Return the name of a type as that of the object that defines it."""
    return kind.removesuffix("[]").replace('"', "")
