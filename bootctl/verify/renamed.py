"""What was made by other names, because the place where it was made has one schema, by its own names."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bootctl.verify.catalog.objects import Catalog, SchemaObject

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from bootctl.verify.compare import Schema
    from bootctl.verify.keys import Key, Keys

Places = Mapping[str, tuple[str, str]]
"""A schema, and the name there, by what it was called."""

_QUOTE = {"mysql": "`"}


def renamed(found: "Schema", places: Places, scheme: str) -> "Schema":
    """Return ``found`` with the tables and keys of ``places`` where they belong.

    ``scheme``: the kind of database, which quotes the names in the text of a definition.
    """
    if not places:
        return found
    names = _Names(places, _QUOTE.get(scheme, '"'))
    return replace(
        found,
        tables=_tables(found.tables, names),
        keys=_keys(found.keys, names),
        catalog=renamed_catalog(found.catalog, places, scheme),
    )


def renamed_catalog(found: Catalog, places: Places, scheme: str) -> Catalog:
    """Return the same of a catalog."""
    if not places:
        return found
    names = _Names(places, _QUOTE.get(scheme, '"'))
    objects = [_object(item, names) for item in found.objects]
    return Catalog(objects, found.server, found.unseen)


class _Names:
    """What aliases in a text stand for."""

    def __init__(self, places: Places, quote: str) -> None:
        self.places = places
        self._quote = quote
        # The longest first: one may be the beginning of another.
        longest = sorted(places, key=len, reverse=True)
        self._alias = re.compile("|".join(map(re.escape, longest)))
        self._quoted = re.compile(f"{quote}?({self._alias.pattern}){quote}?")

    def own(self, text: str) -> str:
        """Return ``text`` with names as they are in their schemas."""
        return self._alias.sub(lambda match: self.places[match.group()][1], text)

    def path(self, text: str) -> str:
        """Return ``text`` with names as SQL writes them outside of their schemas."""
        return self._quoted.sub(lambda match: self._identifier(*self.places[match[1]]), text)

    def table(self, name: str) -> str:
        """Return how verdicts call a table."""
        from bootctl.verify.keys import shown  # where models name schemas

        return shown(*self.places.get(name, ("", name)))

    def _identifier(self, schema: str, name: str) -> str:
        return ".".join(map(self._quoted_where_needed, (schema, name)))

    def _quoted_where_needed(self, name: str) -> str:
        if self._quote == '"' and re.fullmatch(r"[a-z_][a-z0-9_$]*", name):
            return name
        return f"{self._quote}{name.replace(self._quote, self._quote * 2)}{self._quote}"


def _object(item: SchemaObject, names: _Names) -> SchemaObject:
    own = item.name.removeprefix(f"{item.table}.") if item.table not in ("", item.name) else ""
    name = f"{names.table(item.table)}.{names.own(own)}" if own else names.table(item.name)
    parts = dict(item.parts)
    if "target" in parts:
        parts["target"] = names.path(parts["target"])
    return replace(item, name=name, table=names.table(item.table), parts=parts)


def _keys(found: "Keys", names: _Names) -> "Keys":
    return {_key(key, names): names.own(name) for key, name in found.items()}


def _key(key: "Key", names: _Names) -> "Key":
    options = tuple((option, _target(text, names)) for option, text in key.options)
    return replace(key, table=names.table(key.table), options=options)


def _target(text: str, names: _Names) -> str:
    table, bracket, columns = text.partition(" (")
    return f"{names.table(table)}{bracket}{columns}"


def _tables(found: "MetaData", names: _Names) -> "MetaData":
    from sqlalchemy import MetaData

    metadata = MetaData()
    for table in found.tables.values():
        schema, name = names.places.get(table.name, ("", table.name))
        # The stubs do not know that a schema can be none.
        table.to_metadata(metadata, schema=schema or None, name=name)  # type: ignore[arg-type]
    return metadata
