"""What statements make, by its name, and whether that is there: as far as their text tells."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field

from sqlalchemy import Connection, Inspector, inspect

from bootctl.values import frozen

_NAME = r'(?P<{0}>(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[\w$]+)(?:\.(?:"[^"]+"|`[^`]+`|[\w$]+))?)'
_IF = r"(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?!IF\s)"
_MAKES = (
    re.compile(rf"(?i)^CREATE\s+(?:TABLE|VIEW)\s+{_IF}{_NAME.format('table')}"),
    re.compile(
        rf"(?i)^CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:CONCURRENTLY\s+)?{_IF}"
        rf"{_NAME.format('index')}\s+ON\s+(?:ONLY\s+)?{_NAME.format('table')}"
    ),
    re.compile(
        rf"(?i)^ALTER\s+TABLE\s+(?:ONLY\s+)?{_NAME.format('table')}\s+ADD\s+(?:COLUMN\s+)?{_IF}"
        r"(?!(?:CONSTRAINT|INDEX|KEY|UNIQUE|PRIMARY|FOREIGN|CHECK|FULLTEXT|SPATIAL|PARTITION)\b)"
        rf"{_NAME.format('column')}\s"
    ),
)
_UNMAKES = re.compile(r"(?i)\b(?:DROP|RENAME)\b")


@frozen
class Named:
    """A table, one of its columns, or one of its indexes."""

    table: str
    schema: str | None = None
    column: str = ""
    index: str = ""
    may_be_older: bool = field(default=False, compare=False)
    """Whether it is made only where there is none: that it is there does not say who has made it."""

    def __str__(self) -> str:
        table = ".".join(filter(None, (self.schema, self.table)))
        if self.index:
            return f"index {self.index} of {table}"
        return f"column {table}.{self.column}" if self.column else f"table {table}"

    def is_in(self, inspector: Inspector) -> bool:
        """Return whether it is there."""
        there = self.table in (
            *inspector.get_table_names(self.schema),
            *inspector.get_view_names(self.schema),
        )
        if not there or not (self.column or self.index):
            return there
        columns = inspector.get_columns(self.table, self.schema)
        indexes = inspector.get_indexes(self.table, self.schema) if self.index else ()
        return self.column in {item["name"] for item in columns} or self.index in {
            item["name"] for item in indexes
        }


@frozen
class Presence:
    """What of it is there, and what is not."""

    there: tuple[Named, ...]
    missing: tuple[Named, ...]


def presence(connection: Connection, statements: Sequence[str]) -> Presence:
    """Return what of all that ``statements`` make is there."""
    inspector = inspect(connection)
    made = dict.fromkeys(_made(statements))
    found = {item: item.is_in(inspector) for item in made}
    return Presence(
        tuple(item for item in made if found[item]),
        tuple(item for item in made if not found[item]),
    )


def made_by(text: str) -> Named | None:
    """Return what a statement makes, as far as its text tells."""
    found = next(filter(None, (pattern.match(text.strip()) for pattern in _MAKES)), None)
    if found is None:
        return None
    parts = found.groupdict()
    schema, table = _split(parts["table"])
    column, index = (_split(parts.get(key) or "")[1] for key in ("column", "index"))
    return Named(table, schema, column, index, may_be_older=bool(parts["unless"]))


def _made(statements: Iterable[str]) -> Iterator[Named]:
    """Yield what each makes; not what may have been there before, under the same name."""
    before: list[str] = []
    for text in statements:
        named = made_by(text)
        if named and not any(_last(named) in other for other in before):
            yield named
        if _UNMAKES.search(text):
            before.append(text)


def _last(named: Named) -> str:
    return named.index or named.column or named.table


def _split(name: str) -> tuple[str | None, str]:
    words = re.findall(r'"[^"]+"|`[^`]+`|\[[^\]]+\]|[^.]+', name)
    plain = [word.strip('"`[]') for word in words]
    return (plain[0] if len(plain) > 1 else None), (plain[-1] if plain else "")
