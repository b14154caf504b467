"""The source of what the project has loaded, as syntax trees."""

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

_NOT_OWN = {"site-packages", "dist-packages"}
_UNDOING = {"downgrade"}
"""Functions that say what a migration takes back."""
_LONGEST = 100_000
"""Of longer texts, which are data, no word is looked for."""


class Sources:
    """The project's own files below ``root``, each parsed once."""

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))
        self._trees: dict[str, ast.Module] = {}
        self._classes: dict[str, dict[str, ast.ClassDef]] = {}

    def cls(self, model: type[Any]) -> tuple[str, ast.ClassDef] | None:
        """Return where a class is defined; ``None`` for one that is not the project's."""
        module = sys.modules.get(model.__module__)
        path = self._own(getattr(module, "__file__", None))
        if path is None:
            return None
        if path not in self._classes:
            self._classes[path] = dict(_classes(self._tree(path), ""))
        node = self._classes[path].get(model.__qualname__)
        return (path, node) if node else None

    def table(self, name: str) -> tuple[str, ast.Call] | None:
        """Return the call in the loaded modules that makes SQLAlchemy's table ``name``."""
        return self._tables.get(name)

    def words(self, path: str) -> dict[str, int]:
        """Return the words that stand in a file's texts, and whole texts, each with its first line.

        Raises ``OSError``, ``SyntaxError`` or ``ValueError`` where it cannot be read as source.
        """
        lines: dict[str, int] = {}
        for text in _texts(self._tree(path)):
            if len(text.value) <= _LONGEST:
                lines.setdefault(text.value, text.lineno)
                for found in re.finditer(r"\w+", text.value):
                    lines.setdefault(found[0], _line(text, found.start()))
        return lines

    @cached_property
    def _tables(self) -> dict[str, tuple[str, ast.Call]]:
        found: dict[str, tuple[str, ast.Call]] = {}
        for path in self._loaded():
            with suppress(OSError, SyntaxError, ValueError):
                found |= {name: (path, call) for name, call in _tables(self._tree(path))}
        return found

    def _loaded(self) -> Iterator[str]:
        for module in list(sys.modules.values()):
            if issubclass(type(module), ModuleType):
                path = self._own(ModuleType.__getattribute__(module, "__dict__").get("__file__"))
                if path:
                    yield path

    def _own(self, file: object) -> str | None:
        """Return a file's path in the project; ``None`` where it is no source of the project's own."""
        if not isinstance(file, str) or not file.endswith(".py"):
            return None
        path = os.path.relpath(os.path.realpath(file), self._root)
        parts = Path(path).parts
        is_own = _NOT_OWN.isdisjoint(parts) and not any(part.startswith(".") for part in parts)
        return path if is_own else None

    def _tree(self, path: str) -> ast.Module:
        if path not in self._trees:
            self._trees[path] = ast.parse((self._root / path).read_bytes())
        return self._trees[path]


def line_of_attribute(node: ast.ClassDef, name: str | None) -> int | None:
    """Return the line on which a class says what its attribute ``name`` is."""
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return statement.lineno
    return None


def line_of_text(node: ast.AST, names: Iterable[str]) -> int | None:
    """Return the line in ``node`` of a text that is one of ``names``, the first that there is."""
    lines: dict[str, int] = {}
    for text in _texts(node):
        lines.setdefault(text.value, text.lineno)
    return next((lines[name] for name in names if name and name in lines), None)


def _classes(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield f"{prefix}{child.name}", child
            yield from _classes(child, f"{prefix}{child.name}.")
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):  # such as under an if
            yield from _classes(child, prefix)


def _tables(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of ``Table``, each with the name of its table, and the schema before that."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Table":
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            parts: list[Any] = [
                named.get("schema"),
                node.args[0] if node.args else named.get("name"),
            ]
            yield ".".join(part.value for part in parts if _is_text(part)), node


def _texts(node: ast.AST) -> Iterator[Any]:
    """Yield the texts in ``node`` that are no docstring, and not in what takes a migration back."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.name in _UNDOING:
            continue
        if isinstance(child, ast.Expr) and _is_text(child.value):
            continue
        if _is_text(child):
            yield child
        yield from _texts(child)


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _line(text: ast.Constant, offset: int) -> int:
    """Return the line of a place in a text, which may be written over several."""
    below = str(text.value).count("\n", 0, offset)
    return min(text.lineno + below, text.end_lineno or text.lineno)
