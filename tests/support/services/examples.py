"""The services by their names, copies of them, and what is said to them by variables."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.paths import SERVICES

NAMES = ("ddd-sqlalchemy", "mvc-aerich", "mvc-tortoise")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.db*", "logs", ".env", "vendor", ".*_cache")
_IMPORTED = re.compile(r"(?m)^(from .*\b)Priority, ")
_PRIORITY = re.compile(r"(?m)^.*(?:\bpriority\b|\bPriority\b).*\n")
_ENUM = re.compile(r"class Priority\(StrEnum\):.*?\n\n\n", re.DOTALL)
_DRIVERS = {"postgresql": "postgresql+asyncpg", "mariadb": "mysql+aiomysql"}


def copied(name: str, folder: Path, how: Callable[[str, str], object] = shutil.copy2) -> Path:
    """A copy of a service, as a clone has it; ``how`` each file is copied."""
    source, place = SERVICES / name, folder / name
    return Path(shutil.copytree(source, place, ignore=_LEFT_OUT, copy_function=how))


def first_release(name: str, folder: Path) -> Path:
    """A copy as the first release was: tickets have no priority yet."""
    project = copied(name, folder)
    [latest] = (path for path in project.rglob("*ticket_priority.py"))
    latest.unlink()
    for path in (project / "src").rglob("*.py"):
        text = path.read_text()
        path.write_text(_PRIORITY.sub("", _ENUM.sub("", _IMPORTED.sub(r"\1", text))))
    return project


def variables(database: Database) -> Mapping[str, str]:
    """What names ``database`` to a service; a file is the service's own, in its folder."""
    if database.kind == "sqlite":
        return {"SETTINGS__DATABASE__NAME": database.name.removesuffix(".db")}
    named = {
        "DRIVER": _DRIVERS[database.kind],
        "HOST": database.host,
        "PORT": str(database.port),
        "USER": database.user,
        "NAME": database.name,
    }
    return {f"SETTINGS__DATABASE__{field}": value for field, value in named.items()}
