"""What the service's own settings default to, read from their source without importing it.

A project made by robyn-config has a module or package for each group of its settings, such as
``config/cache.py``, with a class ``Settings`` whose fields have literal defaults.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bootctl.config.files import read_bytes

_FOLDERS = ("src/app/config", "app/config", "src/config", "config")
_PREFIX = "SETTINGS__"

Defaults = dict[str, Any]
"""The default of each field that has a literal one."""


def defaults(root: Path) -> dict[str, Defaults]:
    """Return the defaults of each group of settings in the project, such as ``cache`` or ``nosql.neo4j``.

    Empty where the project has no settings of this shape.
    """
    for folder in _FOLDERS:
        package = root / folder
        if _PREFIX in _text(package / "__init__.py"):
            return dict(_groups(package, ""))
    return {}


def _groups(package: Path, prefix: str) -> Iterator[tuple[str, Defaults]]:
    for path in sorted(package.iterdir()):
        if path.suffix == ".py" and path.stem != "__init__":
            yield f"{prefix}{path.stem}", _fields(_text(path))
        elif (path / "__init__.py").is_file():
            yield from _groups(path, f"{prefix}{path.name}.")


def _fields(source: str) -> Defaults:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}  # whoever imports it will say so
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    assigned = (
        item
        for node in classes
        if node.name == "Settings"
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    )
    return {
        item.target.id: item.value.value
        for item in assigned
        if isinstance(item.value, ast.Constant) and isinstance(item.target, ast.Name)
    }


def _text(path: Path) -> str:
    try:
        return read_bytes(path).decode()
    except (OSError, UnicodeDecodeError):
        return ""
