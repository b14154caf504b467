"""The SQL that makes of an object what it should be.

SQLite changes little of a table in place: the rest is a new table, into which the rows are copied
(https://sqlite.org/lang_altertable.html, 7).
"""

from collections.abc import Callable, Iterable, Iterator

from bootctl.verify.catalog.changes import Change, changes
from bootctl.verify.catalog.fix_order import in_order
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.sqlite import create
from bootctl.verify.catalog.sqlite.tokens import identifier, literal

_IN_TABLE = ("column", "primary key", "constraint", "check", "foreign key")
_BESIDE: dict[str, Callable[[SchemaObject, tuple[str, ...]], str]] = {
    "index": create.index,
    "trigger": create.trigger,
    "view": create.view,
}


class Fixes:
    """Fixes for the differences of two catalogs."""

    def __init__(self, expected: Catalog, live: Catalog, schemas: tuple[str, ...] = ()) -> None:
        self._expected = expected
        self._live = live
        self._schemas = schemas
        found = list(changes(expected, live))
        self._rebuilt = {table for table in map(self._rebuilds, found) if table}

    def in_order(self, found: Iterable[Change]) -> list[Change]:
        """Return changes in an order in which the statements of all can be executed.

        An index is dropped before another one takes its name, which is the whole schema's.
        """
        return in_order(found, "index")

    def fix(self, change: Change) -> tuple[list[str], bool]:
        """Return the statements, none where there is no safe one, and whether something is lost.

        Differences that have the same statements are fixed by executing these once.
        """
        item = change.object
        table = item.name if item.kind == "table" else item.table
        if table in self._rebuilt:
            return list(self._rebuild(table)), self._loses(table)
        if item.kind in _IN_TABLE and self._is_on_one_side(("table", table)):
            return self.fix(self._change(("table", table)))
        if item.kind == "table":
            return self._table(change)
        if item.kind == "column":
            return self._added(change)
        return self._beside(change)

    def _change(self, key: tuple[str, str]) -> Change:
        return Change(self._expected.by_key.get(key), self._live.by_key.get(key))

    def _is_on_one_side(self, key: tuple[str, str]) -> bool:
        return (key in self._expected.by_key) != (key in self._live.by_key)

    def _rebuilds(self, change: Change) -> str:
        """Return the name of the table that ``change`` needs anew, if it does."""
        item = change.object
        table = item.name if item.kind == "table" else item.table
        if self._is_on_one_side(("table", table)) or item.kind in _BESIDE:
            return ""
        is_added = item.kind == "column" and change.live is None and create.can_be_added(item)
        return "" if is_added else table

    def _path(self, name: str) -> str:
        return create.path(name, self._schemas)

    def _table(self, change: Change) -> tuple[list[str], bool]:
        name = self._path(change.object.name)
        if change.expected is None:
            return [f"DROP TABLE {name}"], True
        return [create.table(change.expected, self._expected, name)], False

    def _added(self, change: Change) -> tuple[list[str], bool]:
        definition = create.column(change.object)
        return [f"ALTER TABLE {self._path(change.object.table)} ADD COLUMN {definition}"], False

    def _beside(self, change: Change) -> tuple[list[str], bool]:
        item = change.object
        if change.live and item.table and ("table", item.table) not in self._expected.by_key:
            return [], False  # gone with its table
        found = []
        if change.live:
            schema = item.name.partition(".")[0] if item.table else ""
            name = create.own_name(item) if item.table else item.name
            name = f"{schema}.{name}" if schema in self._schemas else name
            is_there = (
                "IF EXISTS " if item.kind == "trigger" else ""
            )  # it may have gone with a view
            found.append(f"DROP {item.kind.upper()} {is_there}{self._path(name)}")
        if change.expected:
            found.append(_BESIDE[item.kind](change.expected, self._schemas))
        if change.expected and change.live and item.kind == "view":
            found += self._of_view(item.name)
        is_index = item.kind == "index"
        return found, change.live is not None and not is_index

    def _of_view(self, view: str) -> Iterator[str]:
        """Yield what makes the triggers again that go with a view, and are as they were."""
        for item in self._expected.objects:
            same = self._live.by_key.get(item.key)
            if item.kind == "trigger" and item.table == view and same and same.parts == item.parts:
                yield create.trigger(item, self._schemas)

    def _rebuild(self, table: str) -> Iterator[str]:
        """Yield what makes a table anew, with its rows, indexes and triggers."""
        expected = self._expected.by_key[("table", table)]
        if "virtual" in expected.parts or "virtual" in self._live.by_key[("table", table)].parts:
            yield f"DROP TABLE {self._path(table)}"
            yield create.table(expected, self._expected, self._path(table))
            return
        other = f"{table}__bootctl"
        yield "PRAGMA foreign_keys = OFF"  # else the rows that refer to it go with it
        yield "PRAGMA legacy_alter_table = ON"  # else the views that refer to it forbid it
        yield create.table(expected, self._expected, self._path(other))
        yield from self._copied(table, other)
        yield f"DROP TABLE {self._path(table)}"
        yield f"ALTER TABLE {self._path(other)} RENAME TO {identifier(self._plain(table))}"
        for item in self._expected.objects:
            if item.table == table and item.kind in _BESIDE:
                yield _BESIDE[item.kind](item, self._schemas)
        yield "PRAGMA legacy_alter_table = OFF"
        yield "PRAGMA foreign_keys = ON"

    def _copied(self, table: str, other: str) -> Iterator[str]:
        kept = sorted(self._filled(self._expected, table) & self._filled(self._live, table))
        if kept:
            names = ", ".join(map(identifier, kept))
            source = f"SELECT {names} FROM {self._path(table)}"
            yield f"INSERT INTO {self._path(other)} ({names}) {source}"
        if all(_counts(catalog, table) for catalog in (self._expected, self._live)):
            rows = self._path(f"{table.partition('.')[0]}.sqlite_sequence")
            rows = rows if self._is_attached(table) else "sqlite_sequence"
            old, new = (literal(self._plain(name)) for name in (table, other))
            yield f"DELETE FROM {rows} WHERE name = {new}"
            yield f"INSERT INTO {rows} SELECT {new}, seq FROM {rows} WHERE name = {old}"

    def _is_attached(self, name: str) -> bool:
        return name.partition(".")[0] in self._schemas

    def _plain(self, table: str) -> str:
        return table.partition(".")[2] if self._is_attached(table) else table

    def _filled(self, catalog: Catalog, table: str) -> set[str]:
        return {
            create.own_name(item)
            for item in catalog.objects
            if item.table == table and item.kind == "column" and "generated" not in item.parts
        }

    def _loses(self, table: str) -> bool:
        """Return whether a rebuilt table lacks a column or trigger that the live one has."""
        kinds = ("column", "trigger", "table")
        return any(
            change.expected is None or "type" in change.parts or "virtual" in change.parts
            for change in changes(self._expected, self._live)
            if table in (change.object.table, change.object.name) and change.object.kind in kinds
        )


def _counts(catalog: Catalog, table: str) -> bool:
    key = catalog.by_key.get(("primary key", table))
    return key is not None and "autoincrement" in key.parts
