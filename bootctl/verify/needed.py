"""What models need of a schema: their tables, columns and types, as the server has them."""

from dataclasses import replace

from bootctl.verify.catalog.objects import Catalog, SchemaObject

_OF_COLUMNS = ("type", "nullable", "default", "generated", "identity", "collation", "check")
_KEYS = ("primary key", "constraint", "check", "exclusion", "foreign key")
"""What is kept of a table besides its columns: which rows it takes."""
_TYPES = ("enum", "domain", "type")
_UNSAID = ("comment", "tablespace", "options")
"""Parts on which no code depends."""


def needed(models: Catalog, live: Catalog) -> Catalog:
    """Return what of the ``live`` schema the ``models`` need, which it was found to have.

    Columns that the models do not have, and indexes that refuse no row, are left out.
    """
    of_tables = [found for item in live.objects if (found := _of_table(item, models))]
    types = {_named(item.parts.get("type", "")) for item in of_tables}
    of_types = (
        _with(item) for item in live.objects if item.kind in _TYPES and _named(item.name) in types
    )
    return Catalog([*of_tables, *of_types], live.server, schemas=live.schemas)


def _of_table(item: SchemaObject, models: Catalog) -> SchemaObject | None:
    if item.kind == "table":
        return replace(item, parts={}) if item.key in models.by_key else None
    if item.kind == "column":
        parts = {part: item.parts[part] for part in _OF_COLUMNS if part in item.parts}
        return replace(item, parts=parts) if item.key in models.by_key else None
    restricts = item.kind in _KEYS or (item.kind == "index" and "unique" in item.parts)
    return _with(item) if restricts and ("table", item.table) in models.by_key else None


def _with(item: SchemaObject) -> SchemaObject:
    said = {part: text for part, text in item.parts.items() if part not in _UNSAID}
    return replace(item, parts=said)


def _named(kind: str) -> str:
    """Return the name of a type as that of the object that defines it."""
    return kind.removesuffix("[]").replace('"', "")
