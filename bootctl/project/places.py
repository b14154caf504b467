"""Where the project's files say what a schema should be: the line of a model, or of a migration."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bootctl.database.state import Difference, History, Layers
from bootctl.project.syntax import Sources, line_of_attribute, line_of_text
from bootctl.values import frozen

_NOT_IN_MODELS = ("trigger", "policy", "rule", "row security", "grant", "partition")
"""What a table may have, and no model says."""


@frozen
class Declared:
    """A class of the project's that is a table, or an attribute of one that is another table."""

    table: str
    """With its schema where the class names one."""
    model: type[Any]
    attributes: Mapping[str, str]
    """What the class calls each column, by the column's name."""
    attribute: str = ""
    """What the class calls the table, where it is a relation's."""


def placed(
    found: Sequence[Difference],
    root: Path,
    models: Callable[[], Iterable[Declared]],
    history: Callable[[], History],
) -> tuple[Difference, ...]:
    """Return the differences with their places, where these are found. Raises nothing.

    ``models`` and ``history`` are asked where something differs, and not before.
    """
    places = _Places(root, models, history)
    return tuple(replace(item, place=item.place or places.of(item)) for item in found)


class _Places:
    """What was read of the project's files, for one comparison."""

    def __init__(
        self,
        root: Path,
        models: Callable[[], Iterable[Declared]],
        history: Callable[[], History],
    ) -> None:
        self._sources = Sources(root)
        self._models, self._history = models, history

    def of(self, item: Difference) -> str:
        """Return ``FILE:LINE``; empty where no file says what is expected of it."""
        asked = [self._in_models, self._in_migrations]
        what = item.kind.partition(" ")[2]
        if set(item.layers) == {Layers.MIGRATIONS_DATABASE} or what.startswith(_NOT_IN_MODELS):
            asked.reverse()
        with suppress(Exception):  # a place is a help, and fails no boot
            return next(filter(None, (ask(item) for ask in asked)), "")
        return ""

    def _in_models(self, item: Difference) -> str:
        for table, rest in _divided(item.name):
            names = [rest, *item.detail.split(", ")] if rest else []
            for declared in self._declared.get(table, ()):
                if place := self._in_class(declared, names):
                    return place
            if made := self._sources.table(table):
                path, call = made
                return f"{path}:{line_of_text(call, names) or call.lineno}"
        return ""

    def _in_class(self, declared: Declared, names: Sequence[str]) -> str:
        """Return the line of an attribute, of a name within the class, or of the class."""
        classes = list(filter(None, map(self._sources.cls, declared.model.__mro__)))
        if not classes:
            return ""
        for name in [*names, ""]:
            attribute = declared.attributes.get(name) if name else declared.attribute
            for path, node in classes:
                if line := line_of_attribute(node, attribute) or line_of_text(node, [name]):
                    return f"{path}:{line}"
        path, node = classes[0]
        return "" if declared.attribute else f"{path}:{node.lineno}"

    def _in_migrations(self, item: Difference) -> str:
        """Return where the last migration that names it, and its table, does so."""
        *_, last = parts = item.name.partition("(")[0].split(".")
        for path, lines in self._words:
            if all(part in lines for part in parts[-2:]):
                return f"{path}:{lines[last]}"
        return ""

    @cached_property
    def _declared(self) -> dict[str, list[Declared]]:
        found: dict[str, list[Declared]] = {}
        with suppress(Exception):  # whatever a model's class does when it is looked at
            for item in self._models():
                found.setdefault(item.table, []).append(item)
        return found

    @cached_property
    def _words(self) -> list[tuple[str, Mapping[str, int]]]:
        """The words of each migration, last to first."""
        found: list[tuple[str, Mapping[str, int]]] = []
        for revision in reversed(self._history().revisions):
            with suppress(OSError, SyntaxError, ValueError):  # such as of bytecode
                found.append((revision.path, self._sources.words(revision.path)))
        return found


def _divided(name: str) -> Iterator[tuple[str, str]]:
    """Yield what may be the table in a name, longest first, and what is left of the name."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        yield ".".join(parts[:end]), ".".join(parts[end:])
