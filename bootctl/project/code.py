"""Where the project's own modules are found."""

import importlib
import sys
from pathlib import Path
from types import ModuleType


def add_to_path(root: Path) -> None:
    """Make the project's modules importable: those in ``src`` first, as ``PYTHONPATH=src`` would."""
    source = str(root / "src")
    if Path(source).is_dir() and source not in sys.path:
        sys.path.insert(0, source)
    if str(root) not in sys.path:
        sys.path.append(str(root))


def imported(name: str) -> ModuleType | None:
    """Return the module of this name; ``None`` where there is none. Raises what its code raises."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        return None


def python_path(root: Path) -> str:
    """Return the start of a shell command that must find the project's modules."""
    return "PYTHONPATH=src " if (root / "src").is_dir() else ""
