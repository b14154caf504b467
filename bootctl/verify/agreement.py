"""What else does not say the same of what was changed by hand: whether models agree with the database, or with neither."""

import re
from collections.abc import Mapping

from bootctl.verify import labels, mysql_words
from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject, unquoted

_COMPARED = {
    "column": ("type", "nullable"),
    "index": ("columns", "unique"),
    "constraint": ("columns",),
    "foreign key": ("columns", "target", "on delete", "on update"),
}
"""The parts that the ORM's own comparison, or that of keys, has compared with the models."""


_COMMENTED = re.compile(r" /\*.*?\*/")
"""How MariaDB writes an attribute of a type that others do not know: no model says it."""


def with_live(models: Catalog, record: Catalog, change: Change, live: Catalog) -> bool:
    """Return whether the models have it as the ``live`` schema does, and so not as the ``record``.

    They were not found to differ from the live schema in it, as far as they were compared.
    """
    if change.live is None:
        return _lack(models, change.object) and not _has_like(live, change.object)
    if change.expected is None:
        return change.object.key in models.by_key and not _is_renamed(change.live, record)
    if change.object.kind == "enum":
        return "labels" in change.parts and _is_of_models(models, change.live, live)
    said = models.by_key.get(change.object.key)
    return said is not None and all(
        _is_as_live(said, part, texts) for part, texts in change.parts.items()
    )


def all_differ(
    models: Catalog, change: Change, parts: Mapping[str, tuple[str, str]], is_wanted: bool
) -> bool:
    """Return whether the models say of it neither what the database has nor what the record has.

    ``parts`` are those that it is about; ``is_wanted`` says whether the models were found to want it,
    under whatever name.
    """
    if change.live is None or change.expected is None:
        return False
    said = models.by_key.get(change.object.key)
    if said is None:
        return not is_wanted and _lack(models, change.object)
    return any(
        unquoted(said.parts.get(part, expected)) != unquoted(expected)
        and not mysql_words.are_one(said.parts[part], expected)
        and not labels.are_in_another_order(said.parts[part], expected)
        for part, (_, expected) in parts.items()
    )


def _is_as_live(said: SchemaObject, part: str, texts: tuple[str, str]) -> bool:
    if part in said.parts and unquoted(said.parts[part]) == unquoted(texts[0]):
        return True
    was_compared = part in _COMPARED.get(said.kind, ()) and part not in said.parts
    bare = [_COMMENTED.sub("", text) for text in texts]
    return was_compared and bare[0] != bare[1] and not labels.are_in_another_order(*texts)


def _lack(models: Catalog, item: SchemaObject) -> bool:
    """Return whether a model of its table has no such thing, of a kind that was compared."""
    known = item.kind in _COMPARED and ("table", item.table) in models.by_key
    return known and item.key not in models.by_key


def _has_like(catalog: Catalog, item: SchemaObject) -> bool:
    """Return whether there is another key of the same columns, which may be it by another name."""
    columns = unquoted(item.parts.get("columns", ""))
    return item.kind != "column" and any(
        other.table == item.table
        and other.kind in _COMPARED
        and unquoted(other.parts.get("columns", "")) == columns
        for other in catalog.objects
    )


def _is_of_models(models: Catalog, enum: SchemaObject, live: Catalog) -> bool:
    """Return whether a column of the models has the ``enum`` for its type: its labels were compared."""
    return any(
        item.kind == "column"
        and item.type_name == enum.name
        and ("table", item.table) in models.by_key
        for item in live.objects
    )


def _is_renamed(item: SchemaObject, expected: Catalog) -> bool:
    """Return whether the record has the same by another name, which no model may have given it."""
    return bool(item.table) and any(
        (other.kind, other.table, other.parts) == (item.kind, item.table, item.parts)
        for other in expected.objects
    )
