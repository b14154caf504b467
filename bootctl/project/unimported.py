"""Classes in the project's files that make tables, found without importing anything.

Their modules may be imported by nobody, and then their tables are in no comparison, nor in what
``--autogenerate`` writes.
"""

import ast
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

from bootctl.config.files import read_bytes
from bootctl.project.source_files import python_files
from bootctl.values import frozen

_SIGNS = (b"__tablename__", b"__table__", b"table", b"Table(", b"Model")
"""What a file has that makes tables: others are not parsed."""


@frozen
class Unimported:
    """A class, or a table, that no comparison knows."""

    name: str
    file: str
    """Relative to the project."""
    line: int

    def __str__(self) -> str:
        return f"{self.name} ({self.file}:{self.line})"


@frozen
class Candidate:
    """A class in a file of the project's, or a variable that is a ``Table``."""

    found: Unimported
    path: Path
    bases: tuple[Any, ...]
    """Its bases, or what the table is made with: those that are loaded."""
    is_table: bool
    """Whether it names its table, as SQLAlchemy's models do."""
    is_abstract: bool
    """Whether it says that it has none, as Tortoise's do."""
    is_loaded: bool
    """Whether somebody has imported its file."""


def candidates(root: Path) -> Iterator[Candidate]:
    """Yield every class at the top of a file of the project's that derives from something loaded."""
    yield from (candidate for candidate in _all(root) if candidate.bases)


def declared(root: Path) -> Iterator[Unimported]:
    """Yield every class and variable that names a table, whatever it derives from."""
    yield from (candidate.found for candidate in _all(root) if candidate.is_table)


def _all(root: Path) -> Iterator[Candidate]:
    loaded = loaded_files()
    for path in python_files(root):
        with suppress(OSError, SyntaxError, ValueError, RecursionError):
            text = read_bytes(path)
            if any(sign in text for sign in _SIGNS):
                yield from _of_file(root, path, ast.parse(text), os.path.realpath(path) in loaded)


def loaded_files() -> frozenset[str]:
    """Return the real paths of the modules that are loaded."""
    files = (getattr(module, "__file__", None) for module in [*sys.modules.values()])
    return frozenset(os.path.realpath(file) for file in files if isinstance(file, str))


def _of_file(root: Path, path: Path, tree: ast.Module, loaded: bool) -> Iterator[Candidate]:
    names = _imported(tree, _package(root, path))
    for node in tree.body:
        name, parts = _parts(node)
        bases = tuple(
            found for part in parts if (found := _object(_dotted(part, names))) is not None
        )
        if name:
            found = Unimported(name, os.path.relpath(path, root), node.lineno)
            is_class = isinstance(node, ast.ClassDef)
            yield Candidate(
                found,
                path,
                bases,
                not is_class or _names_table(node),
                is_class and _is_abstract(node),
                loaded,
            )


def _parts(node: ast.stmt) -> tuple[str, list[ast.expr]]:
    """Return the name that ``node`` binds, and its bases, or the arguments of ``Table(...)``."""
    if isinstance(node, ast.ClassDef):
        return node.name, node.bases
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
        target, function = node.targets[0], ast.unparse(node.value.func)
        if isinstance(target, ast.Name) and function.rpartition(".")[2] == "Table":
            return target.id, node.value.args[1:2]
    return "", []


def _names_table(node: ast.stmt) -> bool:
    assert isinstance(node, ast.ClassDef)  # only such are asked for
    named = {name for item in node.body for name in _bound(item)}
    words = {word.arg: ast.unparse(word.value) for word in node.keywords}
    return bool({"__tablename__", "__table__"} & named) or words.get("table") == "True"


def _is_abstract(node: ast.stmt) -> bool:
    assert isinstance(node, ast.ClassDef)  # only such are asked for
    options = [item for own in node.body if isinstance(own, ast.ClassDef) for item in own.body]
    return any(ast.unparse(item).replace(" ", "") == "abstract=True" for item in options)


def _bound(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _package(root: Path, path: Path) -> str:
    for base in (root / "src", root):
        if path.is_relative_to(base):
            return ".".join(path.relative_to(base).parts[:-1])
    return ""


def _imported(tree: ast.Module, package: str) -> dict[str, str]:
    """Return what each name that the file imports stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            tops = {alias.name.partition(".")[0] for alias in node.names if not alias.asname}
            names |= {top: top for top in tops}
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            with suppress(ImportError):  # beyond the top
                module = resolve_name("." * node.level + (node.module or ""), package)
                names |= {
                    alias.asname or alias.name: f"{module}.{alias.name}" for alias in node.names
                }
    return names


def _dotted(node: ast.expr, names: Mapping[str, str]) -> str:
    """Return the full name of what an expression names; empty where the file does not import it."""
    first, dot, rest = ast.unparse(node).partition(".")
    return f"{names[first]}{dot}{rest}" if first in names else ""


def _object(dotted: str) -> Any:
    """Return what is called so, where it is loaded."""
    parts = dotted.split(".")
    for length in range(len(parts) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(parts[:length]))
        if found is not None:
            for name in parts[length:]:
                try:
                    found = getattr(found, name, None)
                except Exception:  # a property of the project's
                    return None
            return found
    return None
