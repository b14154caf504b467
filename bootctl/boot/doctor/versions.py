"""What is installed, of all that has a part in a boot."""

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from bootctl import __version__
from bootctl.boot.doctor.finding import Findings

_LIBRARIES = ("alembic", "SQLAlchemy", "tortoise-orm", "aerich", "robyn", "greenlet")
_DRIVERS = (
    *("psycopg2", "psycopg2-binary", "psycopg", "asyncpg", "pg8000"),
    *("PyMySQL", "aiomysql", "asyncmy", "mysqlclient", "aiosqlite"),
)


def versions(found: Findings) -> None:
    """Find the versions of this Python, of bootctl, and of what it uses."""
    python = f"Python {platform.python_version()} ({sys.executable})"
    found.ok("versions", f"bootctl {__version__}, {python}, {platform.system()}")
    found.ok("versions", f"libraries: {_installed(_LIBRARIES)}")
    found.ok("versions", f"drivers: {_installed(_DRIVERS)}")


def _installed(names: Sequence[str]) -> str:
    return ", ".join(filter(None, map(_version, names))) or "none"


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""
