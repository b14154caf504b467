"""Which file of the project starts a Robyn app, by its syntax: none of the project's code is imported."""

import ast
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from bootctl.config.files import read_bytes
from bootctl.project.code import import_path

FILES = ("server.py", "app.py", "main.py", "__main__.py")
_FOLDERS = ("src/app", "app", ".", "src", "src/*", "*")
_MOST_FILES = 100
"""So many are read, of those that build what a file starts."""


def files(root: Path) -> Iterator[Path]:
    """Yield the files in the usual places that start a Robyn app, likeliest first.

    Those that import robyn come before those whose app another module of the project builds.
    """
    usual = [
        path
        for name in FILES
        for folder in _FOLDERS
        for path in sorted(root.glob(f"{folder}/{name}"))
    ]
    yield from filter(_starts_own, usual)
    yield from (path for path in usual if _starts_built(root, path))


def is_started_by(path: Path, root: Path) -> bool:
    """Return whether the file starts a Robyn app, which it makes itself or has made."""
    return _starts_own(path) or _starts_built(root, path)


def imported(path: Path) -> set[str]:
    """Return the top-level packages that the file imports; the empty name stands for a relative import."""
    names: set[str] = set()
    for node in _nodes(path):
        if isinstance(node, ast.ImportFrom):
            names.add("" if node.level else (node.module or "").partition(".")[0])
        elif isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
    return names


def _starts_own(path: Path) -> bool:
    """Return whether the file imports robyn and starts something."""
    return any(_started(_nodes(path))) and "robyn" in imported(path)


def _starts_built(root: Path, path: Path) -> bool:
    """Return whether what the file starts comes from a module of the project's that needs robyn."""
    nodes = _nodes(path)
    sources, values = _sources(root, path, nodes), _assigned(nodes)
    origins = (
        source
        for started in _started(nodes)
        for source in sources.get(_origin(started, values), ())
    )
    return any("robyn" in imported(file) for file in islice(_needed(root, origins), _MOST_FILES))


def _started(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """Yield what is started: that on which ``start`` is called."""
    for node in nodes:
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == "start":
            yield called.value


def _assigned(nodes: list[ast.AST]) -> dict[str, ast.expr]:
    """Return what is assigned to each name."""
    values: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            values |= {item.id: node.value for item in targets if isinstance(item, ast.Name)}
    return values


def _origin(value: ast.expr, values: Mapping[str, ast.expr]) -> str:
    """Return the name that a value was made with: ``make`` for ``app``, after ``app = make()``."""
    seen: set[str] = set()
    while True:
        while isinstance(value, ast.Attribute | ast.Call | ast.Await):
            value = value.func if isinstance(value, ast.Call) else value.value
        if not isinstance(value, ast.Name):
            return ""
        if value.id in seen or value.id not in values:
            return value.id
        seen.add(value.id)
        value = values[value.id]


def _needed(root: Path, origins: Iterator[Path]) -> Iterator[Path]:
    """Yield each of these files of the project's, and those that they import, the nearest first."""
    waiting = dict.fromkeys(origins)
    seen: set[Path] = set()
    while waiting:
        seen |= waiting.keys()
        yield from waiting
        nearer, waiting = waiting, {}
        for path in nearer:
            sources = _sources(root, path, _nodes(path)).values()
            waiting |= {file: None for found in sources for file in found if file not in seen}


def _sources(root: Path, path: Path, nodes: list[ast.AST]) -> dict[str, list[Path]]:
    """Return the project's files that each name comes from, which the file imports."""
    places = [path.parent, *map(Path, import_path(root)), root]
    found: dict[str, list[Path]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                found.setdefault(name, []).extend(_modules(places, alias.name))
        elif isinstance(node, ast.ImportFrom):
            up = node.level
            above = [path.parent, *path.parent.parents][up - 1 : up] if up else places
            for alias in node.names:
                names = (f"{node.module or ''}.{alias.name}", node.module or "")
                origins = [file for name in names for file in _modules(above, name)]
                found.setdefault(alias.asname or alias.name, []).extend(origins)
    return found


def _modules(places: list[Path], name: str) -> Iterator[Path]:
    """Yield the file of a module in the first of the places that has it."""
    below = name.strip(".").replace(".", "/")
    candidates = (place / below / "__init__.py" for place in places)
    if below:
        single = (place / f"{below}.py" for place in places)
        candidates = (path for pair in zip(candidates, single, strict=True) for path in pair)
    found = next(filter(Path.is_file, candidates), None)
    if found:
        yield found


def _nodes(path: Path) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(read_bytes(path))))
    except (OSError, SyntaxError, ValueError):
        return []
