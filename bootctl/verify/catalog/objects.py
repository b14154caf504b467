"""The objects of a schema, in the words of the server that has them."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from operator import attrgetter
from typing import Any

from bootctl.values import frozen

Parts = Mapping[str, str]
"""What an object is, part by part, such as ``type`` and ``default`` of a column.

Each is rendered by the server, so that two of one server compare as text. A part that says nothing,
such as the predicate of an index that has none, is left out.
"""


def said(parts: Mapping[str, object]) -> Parts:
    """Return ``parts`` as text, without those that say nothing."""
    return {part: str(value) for part, value in parts.items() if value or value == 0}


def unquoted(text: str) -> str:
    """Return ``text`` without the quotes of names, for what may be quoted in one place and not in another."""
    return text.replace("`", "").replace('"', "")


@frozen
class SchemaObject:
    """One object of a schema. Its kind and its name identify it."""

    kind: str
    """Such as ``table``, ``column``, ``index``, ``trigger``."""
    name: str
    """As verdicts call it: ``table``, ``table.column``, ``table.index``; with its schema where it is not
    the connection's default one; a function with the types of its arguments."""
    table: str = ""
    """The name of the table that it belongs to; empty for what stands alone."""
    parts: Parts = field(default_factory=dict, compare=False)
    position: int = field(default=0, compare=False)
    """The place of a column in its table, for who writes the table anew: it is no difference."""
    given_name: str = field(default="", compare=False)
    """What it is called, where that is no difference either: a name that the server gave it, or that
    SQLite only keeps in the text of its table."""

    def __init__(  # one that is compiled: there are ten objects of each table
        self,
        kind: str,
        name: str,
        table: str = "",
        parts: Parts | None = None,
        position: int = 0,
        given_name: str = "",
    ) -> None:
        named = {"kind": kind, "name": name, "table": table, "position": position}
        vars(self).update(named, parts={} if parts is None else parts, given_name=given_name)

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies it."""
        return self.kind, self.name

    @property
    def type_name(self) -> str:
        """Return the name of a column's type, or of that of its elements."""
        return unquoted(self.parts.get("type", "").removesuffix("[]"))

    def with_parts(self, parts: Parts) -> "SchemaObject":
        """Return it with other ``parts``; ``replace`` takes three times as long, and this is done of each column."""
        return SchemaObject(self.kind, self.name, self.table, parts, self.position, self.given_name)

    def __str__(self) -> str:
        return "\n".join(f"{part}: {text}" for part, text in sorted(self.parts.items()))


class Catalog:
    """The objects of a schema, in order. Two that are equal have the same digest."""

    def __init__(
        self,
        objects: Iterable[SchemaObject],
        server: str = "",
        unseen: Iterable[str] = (),
        schemas: Iterable[str] = (),
        default: str = "",
        incomplete: Iterable[str] = (),
    ) -> None:
        self.objects = tuple(sorted(objects, key=attrgetter("kind", "name", "table")))
        self.server = server
        """The kind and major version of the server: two of another one do not compare as text."""
        self.unseen = tuple(unseen)
        """What the role cannot see, in the words of a verdict."""
        self.schemas = tuple(schemas)
        """Those that were read besides the connection's default one."""
        self.default = default
        """The name of that one, where a database has several: two tenants' schemas are told apart by it."""
        self.incomplete = frozenset(incomplete)
        """The names of tables of which something is left out, or which are themselves."""

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], SchemaObject]:
        """Return the objects, each by its key."""
        return {item.key: item for item in self.objects}

    @cached_property
    def by_table(self) -> Mapping[str, Sequence[SchemaObject]]:
        """Return the objects of each table by its name, itself included."""
        found: dict[str, list[SchemaObject]] = {}
        for item in self.objects:
            found.setdefault(item.name if item.kind == "table" else item.table, []).append(item)
        return found

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all of it, in hexadecimal digits."""
        rows = [[item.kind, item.name, item.table, dict(item.parts)] for item in self.objects]
        return hashlib.sha256(_json([self.server, rows]).encode()).hexdigest()

    def to_json(self) -> str:
        """Return it as text, which ``from_json`` reads."""
        rows = [
            [*item.key, item.table, dict(item.parts), item.position, item.given_name]
            for item in self.objects
        ]
        scope = {"server": self.server, "unseen": self.unseen, "schemas": self.schemas}
        return _json({**scope, "objects": rows})

    @classmethod
    def from_json(cls, text: str) -> "Catalog":
        """Return the catalog that ``to_json`` wrote. Raises ``ValueError`` for anything else."""
        try:
            document: dict[str, Any] = json.loads(text)
            objects = [SchemaObject(*row) for row in document["objects"]]
            return cls(objects, *(document[name] for name in ("server", "unseen", "schemas")))
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError("this is no catalog of a schema") from error

    def filtered(self, keeps: Callable[[SchemaObject], bool]) -> "Catalog":
        """Return it with the objects that ``keeps`` says to keep."""
        kept, left_out = [], set(self.incomplete)
        for item in self.objects:
            if keeps(item):
                kept.append(item)
            else:
                left_out.add(item.table or item.name)
        scope = (self.unseen, self.schemas, self.default, left_out)
        return Catalog(kept, self.server, *scope)

    def only(self, tables: Iterable[str]) -> "Catalog":
        """Return these tables and all that belongs to them."""
        wanted = frozenset(tables)
        kept = (
            item
            for item in self.objects
            if item.table in wanted or (item.kind == "table" and item.name in wanted)
        )
        return Catalog(kept, self.server, self.unseen)

    def without(self, tables: Iterable[str]) -> "Catalog":
        """Return it without these tables and all that belongs to them."""
        hidden = frozenset(tables)
        kept = (
            item
            for item in self.objects
            if item.table not in hidden and not (item.kind == "table" and item.name in hidden)
        )
        return Catalog(kept, self.server, self.unseen)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
