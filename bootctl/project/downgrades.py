"""Whether a migration file says how it is undone, by its text."""

import ast
from collections.abc import Sequence
from pathlib import Path

from bootctl.config.files import read_bytes

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def irreversible(path: Path) -> str:
    """Return why the ``downgrade()`` of a file undoes nothing; empty where it may.

    One that does nothing undoes an ``upgrade()`` that does nothing.
    """
    try:
        body = ast.parse(read_bytes(path)).body
    except (OSError, SyntaxError, ValueError):  # such as bytecode: to run it tells
        return ""
    functions = {item.name: item for item in body if isinstance(item, _Function)}
    if "downgrade" not in functions:
        return "" if _binds(body, "downgrade") else "it has no downgrade()"
    steps = _steps(functions["downgrade"])
    if steps and isinstance(steps[0], ast.Raise):
        return "its downgrade() raises"
    upgrade = functions.get("upgrade")
    does_nothing = not steps and (upgrade is None or bool(_steps(upgrade)))
    return "its downgrade() does nothing" if does_nothing else ""


def _steps(function: _Function) -> Sequence[ast.stmt]:
    """Return the statements of a function, without those that do nothing."""
    return [item for item in function.body if not _does_nothing(item)]


def _does_nothing(item: ast.stmt) -> bool:
    if isinstance(item, ast.Expr):
        return isinstance(item.value, ast.Constant)
    nothing = isinstance(item, ast.Return) and item.value is None
    return nothing or isinstance(item, ast.Pass | ast.Import | ast.ImportFrom)


def _binds(body: Sequence[ast.stmt], name: str) -> bool:
    """Return whether something else than a function gets this name, such as an import."""
    for item in body:
        named = [alias.asname or alias.name for alias in getattr(item, "names", ())]
        targets = item.targets if isinstance(item, ast.Assign) else []
        named += [target.id for target in targets if isinstance(target, ast.Name)]
        if name in named or "*" in named:
            return True
    return False


def line(path: Path) -> int:
    """Return the line in which ``downgrade()`` begins; 1 where it has none."""
    try:
        body = ast.parse(read_bytes(path)).body
    except (OSError, SyntaxError, ValueError):
        return 1
    return next((item.lineno for item in body if getattr(item, "name", "") == "downgrade"), 1)
