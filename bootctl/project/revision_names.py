"""The names of the project's migrations, by the text of their files: for whoever types one.

No ORM is imported, nor any code of the project's. What decides reads the files as their ORM does.
"""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bootctl.config.files import read_bytes
from bootctl.project.source_files import python_files

_ALEMBIC = re.compile(rb"""(?m)^revision\s*(?::[^=\n]*)?=\s*["']([^"'\n]+)["']""")
_AERICH = re.compile(rb"(?m)^async def upgrade\(")
_NATIVE = re.compile(rb"(?m)^class Migration\(")
_NUMBERED = re.compile(r"\d+_.*\.py")
_APP = re.compile(rb"""["']migrations["']\s*:""")
"""What the configuration of one of Tortoise's apps has."""


def revision_names(root: Path) -> tuple[str, ...]:
    """Return the names that the project's migration files have, the last file first."""
    apps = dict[str, str]()
    names: list[str] = []
    for path in sorted(python_files(root), key=lambda path: path.name, reverse=True):
        with suppress(OSError):
            text = read_bytes(path)
            if found := _ALEMBIC.search(text):
                names.append(found[1].decode(errors="replace"))
            elif _NUMBERED.fullmatch(path.name) and _AERICH.search(text):
                names.append(path.name)
            elif _NATIVE.search(text):
                apps = apps or dict(_apps(root))
                app = apps.get(_module(root, path.parent))
                names += [f"{app}.{path.stem}"] if app else []
    return tuple(dict.fromkeys(names))


def _apps(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the modules of Tortoise's migrations, each with the name of its app."""
    for path in python_files(root):
        with suppress(OSError, SyntaxError, ValueError):
            text = read_bytes(path)
            if _APP.search(text):
                yield from _named(ast.parse(text))


def _named(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                inner = value if isinstance(value, ast.Dict) else ast.Dict([], [])
                for name, module in zip(inner.keys, inner.values, strict=True):
                    if _text(name) == "migrations" and _text(key) and _text(module):
                        yield _text(module), _text(key)


def _text(node: ast.expr | None) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else ""


def _module(root: Path, folder: Path) -> str:
    source = root / "src"
    return ".".join(folder.relative_to(source if folder.is_relative_to(source) else root).parts)
