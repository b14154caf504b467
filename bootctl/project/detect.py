"""Which ORM a project migrates with, from evidence in its files. Imports none of its code."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bootctl.config.files import is_there, read_bytes, read_text, read_toml, section
from bootctl.errors import DetectError
from bootctl.project.source_files import PythonFiles, python_files
from bootctl.values import frozen


@frozen
class Evidence:
    """One thing that speaks for a backend. A lower ``rank`` is stronger."""

    rank: int
    backend: str
    what: str


@frozen
class Detected:
    """The backend, and all evidence there was, strongest first."""

    backend: str
    evidence: tuple[Evidence, ...]


def detect(root: Path, orm: str = "auto", *, thorough: bool = False) -> Detected:
    """Return the backend of the project at ``root``; ``orm`` is the setting of that name.

    The project's files are searched only where no configuration decides, or if ``thorough``.
    Raises ``DetectError`` where there is no evidence, or equally strong evidence for two.
    """
    if orm != "auto":
        return Detected(orm, (Evidence(0, orm, f"setting orm={orm}"),))
    document = read_toml(root / "pyproject.toml")
    evidence = tuple(_declared(root, section(document, "tool")))
    if thorough or not evidence:
        files = PythonFiles(root)
        evidence = (*evidence, *_migration_files(root, files), *_dependencies(root, document))
        if not evidence:
            raise _nothing_found(root, files)
    strongest = [item for item in evidence if item.rank == evidence[0].rank]
    backends = sorted({item.backend for item in strongest})
    if len(backends) > 1:
        raise DetectError(
            f"the evidence for {' and '.join(backends)} is equally strong: "
            + "; ".join(item.what for item in strongest),
            hint=f"Set BOOTCTL__ORM to one of {', '.join(backends)}.",
            evidence=[f"{item.backend}: {item.what}" for item in strongest],
        )
    return Detected(backends[0], evidence)


def _nothing_found(root: Path, files: PythonFiles) -> DetectError:
    if not files.left_out:
        return DetectError(
            f"no ORM found in {root}",
            hint="Run in the project's directory or pass --project; "
            "set BOOTCTL__ORM=none for a service without migrations.",
            project=str(root),
        )
    return DetectError(
        f"no ORM found in {root}: {files.left_out}",
        hint="Set BOOTCTL__ORM to alembic, aerich or tortoise, or to none for a service without "
        "migrations; or pass --project with the directory of the service alone.",
        project=str(root),
    )


def _declared(root: Path, tool: dict[str, Any]) -> Iterator[Evidence]:
    yield from _robyn_config(tool, root)
    yield from _alembic_config(tool, root)
    if "aerich" in tool:
        yield Evidence(3, "aerich", "[tool.aerich] in pyproject.toml")
    if "tortoise" in tool:
        yield from _tortoise_section(root)


def _robyn_config(tool: dict[str, Any], root: Path) -> Iterator[Evidence]:
    orm = section(tool, "robyn-config").get("orm")
    if orm == "sqlalchemy":
        yield Evidence(1, "alembic", '[tool.robyn-config] orm = "sqlalchemy"')
    elif orm == "tortoise":
        native = "aerich" not in tool and _native_files(root)
        yield Evidence(
            1, "tortoise" if native else "aerich", '[tool.robyn-config] orm = "tortoise"'
        )


def _alembic_config(tool: dict[str, Any], root: Path) -> Iterator[Evidence]:
    if named := os.environ.get("ALEMBIC_CONFIG"):
        yield Evidence(2, "alembic", f"ALEMBIC_CONFIG={named}")
    if is_there(root / "alembic.ini"):
        yield Evidence(2, "alembic", "alembic.ini")
    if "alembic" in tool:
        yield Evidence(2, "alembic", "[tool.alembic] in pyproject.toml")


def _tortoise_section(root: Path) -> Iterator[Evidence]:
    # Aerich writes this section too: only native migrations make it Tortoise's own.
    backend = "tortoise" if _native_files(root) else "aerich"
    yield Evidence(4, backend, "[tool.tortoise] in pyproject.toml")


def _migration_files(root: Path, files: PythonFiles) -> Iterator[Evidence]:
    """Yield the first migration file of each kind."""
    found: set[str] = set()
    for path in files:
        name = str(path.relative_to(root))
        backend = None
        if path.name == "env.py" and (path.parent / "versions").is_dir():
            backend, name = "alembic", f"{name} beside versions/"
        elif "migrations" in path.relative_to(root).parts:
            backend = _written_for(path)
        if backend and backend not in found:
            found.add(backend)
            yield Evidence(5, backend, name)


def _native_files(root: Path) -> bool:
    """Return whether there is a migration of Tortoise's own, in a folder of any name."""
    return any(_written_for(path) == "tortoise" for path in python_files(root))


def _written_for(path: Path) -> str | None:
    """Return the backend whose migration the file at ``path`` is, by what it defines."""
    try:
        source = read_bytes(path)
        tree = ast.parse(source if _MIGRATES.search(source) else b"")
    except PermissionError:
        if "migrations" in path.parts:
            raise
        return None
    except (OSError, SyntaxError, ValueError):
        return None
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
            return "tortoise" if "Migration" in bases else None
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "upgrade":
            return "aerich"
    return None


_MIGRATES = re.compile(rb"^class Migration\(|^async def upgrade\(", re.MULTILINE)
"""What a file that is parsed for a migration has: the other files are many."""


def dependencies(root: Path, document: dict[str, Any]) -> dict[str, str]:
    """Return what the project at ``root`` depends on, as its files declare it: the names and the extras."""
    declared = section(document, "project").get("dependencies")
    lines = [str(line) for line in declared] if isinstance(declared, list) else []
    if (root / "requirements.txt").is_file():
        lines += read_text(root / "requirements.txt").splitlines()
    poetry = section(document, "tool", "poetry", "dependencies")
    found = {
        name: str(item.get("extras", "")) if isinstance(item, dict) else ""
        for name, item in poetry.items()
    }
    found |= {named["name"]: named["extras"] or "" for named in map(_NAMED.match, lines) if named}
    return {name.lower().replace("_", "-"): extras for name, extras in found.items()}


_NAMED = re.compile(r"\s*(?P<name>[\w.-]+)\s*(?:\[(?P<extras>[^]]*)\])?")


def _dependencies(root: Path, document: dict[str, Any]) -> Iterator[Evidence]:
    names = dependencies(root, document)
    if "alembic" in names:
        yield Evidence(6, "alembic", "alembic among the dependencies")
    if "aerich" in names:
        yield Evidence(6, "aerich", "aerich among the dependencies")
    elif "tortoise-orm" in names:
        yield Evidence(6, "tortoise", "tortoise-orm among the dependencies")
