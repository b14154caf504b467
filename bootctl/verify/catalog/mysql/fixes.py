"""The SQL that makes of an object what it should be."""

import re
from collections.abc import Callable, Iterable

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.fix_order import in_order
from bootctl.verify.catalog.mysql import create, grants, programs
from bootctl.verify.catalog.mysql.names import quoted
from bootctl.verify.catalog.objects import Catalog, SchemaObject

_OF_TABLE = ("column", "primary key", "index", "check", "partition")
"""What a CREATE TABLE makes too."""
_PROGRAMS: dict[str, Callable[[SchemaObject, tuple[str, ...]], list[str]]] = {
    "view": programs.view,
    "trigger": programs.trigger,
    "function": programs.routine,
    "procedure": programs.routine,
    "event": programs.event,
}
_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
_TEXTS = ("tinytext", "text", "mediumtext", "longtext")
_BLOBS = ("tinyblob", "blob", "mediumblob", "longblob")


class Fixes:
    """Fixes for the differences of two catalogs."""

    def __init__(self, expected: Catalog, live: Catalog, schemas: tuple[str, ...] = ()) -> None:
        self._expected = expected
        self._live = live
        self._schemas = schemas

    def in_order(self, found: Iterable[Change]) -> list[Change]:
        """Return changes in an order in which the statements of all can be executed."""
        return in_order(found)

    def fix(self, change: Change) -> tuple[list[str], bool]:
        """Return the statements, none where there is no safe one, and whether something is lost.

        Differences that have the same statements are fixed by executing these once.
        """
        item = change.object
        if item.kind in _OF_TABLE and (table := self._made_or_dropped(item.table)):
            return self.fix(table)
        if item.kind in _PROGRAMS:
            return self._program(change)
        handler = getattr(self, f"_{item.kind.replace(' ', '_')}", None)
        return handler(change) if handler else ([], False)

    def _made_or_dropped(self, table: str) -> Change | None:
        key = ("table", table)
        change = Change(self._expected.by_key.get(key), self._live.by_key.get(key))
        return change if (change.expected is None) != (change.live is None) else None

    def _path(self, name: str) -> str:
        return create.path(name, self._schemas)

    def _alter(self, item: SchemaObject, *actions: str) -> list[str]:
        name = self._path(item.table or item.name)
        return [f"ALTER TABLE {name} {', '.join(actions)}"]

    def _schema(self, change: Change) -> tuple[list[str], bool]:
        if change.expected is None:
            return [], False
        name = f" {quoted(change.expected.name)}" if change.expected.name in self._schemas else ""
        return [f"ALTER DATABASE{name} COLLATE {change.expected.parts['collation']}"], False

    def _table(self, change: Change) -> tuple[list[str], bool]:
        expected, live = change.expected, change.live
        if expected is None:
            return [f"DROP TABLE {self._path(change.object.name)}"], True
        if live is None:
            return [create.table(expected, self._expected, self._path(expected.name))], False
        found = []
        if "versioning" in change.parts:
            added = "versioning" in expected.parts
            found += self._alter(expected, f"{'ADD' if added else 'DROP'} SYSTEM VERSIONING")
        if options := create.options(expected.parts, live.parts):
            found += self._alter(expected, " ".join(options))
        if "partition key" in change.parts:
            found += self._partitioned(expected)
        return found, "versioning" in live.parts and "versioning" in change.parts

    def _partitioned(self, table: SchemaObject) -> list[str]:
        if "partition key" not in table.parts:
            return self._alter(table, "REMOVE PARTITIONING")
        text = create.partitioning(table, self._expected)
        return [f"ALTER TABLE {self._path(table.name)} {text}"] if text else []

    def _partition(self, change: Change) -> tuple[list[str], bool]:
        table = self._expected.by_key[("table", change.object.table)]
        return self._partitioned(table), False

    def _column(self, change: Change) -> tuple[list[str], bool]:
        expected, live = change.expected, change.live
        name = quoted(create.own_name(change.object))
        if expected is None:
            return self._alter(change.object, f"DROP COLUMN {name}"), True
        if live is None:
            found = self._alter(expected, f"ADD COLUMN {create.column(expected)}")
        elif "generated" in change.parts:
            added = f"ADD COLUMN {create.column(expected)}"
            found = self._alter(expected, f"DROP COLUMN {name}", added)
        else:
            found = self._alter(expected, f"MODIFY COLUMN {create.column(expected)}")
        return found, live is not None and _loses(change)

    def _primary_key(self, change: Change) -> tuple[list[str], bool]:
        return self._replaced(change, "DROP PRIMARY KEY", create.index), False

    def _index(self, change: Change) -> tuple[list[str], bool]:
        name = quoted(create.own_name(change.object))
        if change.expected and change.live and change.parts.keys() <= {"ignored", "invisible"}:
            part = next(iter(change.parts))
            words = {"ignored": ("IGNORED", "NOT IGNORED"), "invisible": ("INVISIBLE", "VISIBLE")}
            word = words[part][part not in change.expected.parts]
            return self._alter(change.object, f"ALTER INDEX {name} {word}"), False
        return self._replaced(change, f"DROP INDEX {name}", create.index), False

    def _replaced(
        self, change: Change, drop: str, definition: Callable[[SchemaObject], str]
    ) -> list[str]:
        actions = [drop] if change.live else []
        if change.expected:
            actions.append(f"ADD {definition(change.expected)}")
        return self._alter(change.object, *actions)

    def _foreign_key(self, change: Change) -> tuple[list[str], bool]:
        drop = f"DROP FOREIGN KEY {quoted(create.own_name(change.live or change.object))}"
        return self._one_after_the_other(change, drop, create.foreign_key), False

    def _check(self, change: Change) -> tuple[list[str], bool]:
        drop = f"DROP CONSTRAINT {quoted(create.own_name(change.live or change.object))}"
        return self._one_after_the_other(change, drop, create.check), False

    def _one_after_the_other(
        self, change: Change, drop: str, definition: Callable[[SchemaObject], str]
    ) -> list[str]:
        """Return two statements: one may not drop a constraint and add one of its name."""
        found = self._alter(change.object, drop) if change.live else []
        if change.expected:
            found += self._alter(change.expected, f"ADD {definition(change.expected)}")
        return found

    def _is_dropped(self, table: str) -> bool:
        return ("table", table) not in self._expected.by_key

    def _program(self, change: Change) -> tuple[list[str], bool]:
        item, kind = change.object, change.object.kind
        if item.table and self._is_dropped(item.table):
            return [], False
        name = self._path(create.own_name(item) if kind == "trigger" else item.name)
        is_replaced = kind == "view" and change.expected is not None
        found = [f"DROP {kind.upper()} {name}"] if change.live and not is_replaced else []
        if change.expected:
            if "definition" not in change.expected.parts:
                return [], False
            found += _PROGRAMS[kind](change.expected, self._schemas)
        is_lost = change.expected is None or "definition" in change.parts
        return found, change.live is not None and is_lost

    def _grant(self, change: Change) -> tuple[list[str], bool]:
        return grants.fix(change, self._schemas), False

    def _sequence(self, change: Change) -> tuple[list[str], bool]:
        if change.expected is None:
            return [f"DROP SEQUENCE {self._path(change.object.name)}"], True
        exists = change.live is not None
        return programs.sequence(change.expected, self._schemas, exists=exists), False


def _loses(change: Change) -> bool:
    """Return whether a column may hold what its new definition has no place for."""
    if "generated" in change.parts:
        return bool(change.live and "generated" not in change.live.parts)
    if "collation" in change.parts and not change.parts["collation"][1].startswith("utf8mb4"):
        return True
    return "type" in change.parts and not _is_wider(*change.parts["type"])


def _is_wider(old: str, new: str) -> bool:
    """Return whether each value of the type ``old`` is one of the type ``new``."""
    for family in (_INTEGERS, _TEXTS, _BLOBS):
        if _base(old) in family and _base(new) in family:
            same_sign = ("unsigned" in old) == ("unsigned" in new)
            return same_sign and family.index(_base(old)) <= family.index(_base(new))
    if _base(old) == _base(new) and _base(old) in ("varchar", "char", "varbinary", "binary"):
        return _length(old) <= _length(new)
    return _base(old) in ("enum", "set") and new.startswith(old.removesuffix(")"))


def _base(kind: str) -> str:
    return re.split(r"[ (]", kind, maxsplit=1)[0]


def _length(kind: str) -> int:
    found = re.search(r"\((\d+)\)", kind)
    return int(found[1]) if found else 0
