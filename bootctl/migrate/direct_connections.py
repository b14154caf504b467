"""Connections that a migration opens with a driver's own ``connect``: what they commit is not seen.

SQLAlchemy and Tortoise tell of theirs. Drivers have no event for it, so ``connect`` is replaced as
long as a migration runs.
"""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_DRIVERS = ("asyncpg", "psycopg", "psycopg2", "sqlite3")
"""Of the databases where a migration can be rolled back."""
_OTHER_DRIVERS = ("MySQLdb", "aiomysql", "asyncmy", "mariadb", "pymysql")
_TELLING = frozenset({"sqlalchemy", "tortoise", "bootctl", "aiosqlite", *_DRIVERS, *_OTHER_DRIVERS})
"""Packages whose connections are known otherwise."""


class ConnectsDirectly(Exception):  # noqa: N818  # not an error
    """Code connects by itself where nothing may be written."""


@contextmanager
def direct_connections(seen: set[str]) -> Iterator[None]:
    """Add to ``seen`` each driver with which code inside connects by itself."""
    before = {name: sys.modules[name] for name in _DRIVERS if name in sys.modules}
    original = {name: module.connect for name, module in before.items()}
    for name, module in before.items():
        _replace(module, _noting(name, original[name], seen))
    try:
        yield
    finally:
        for name, module in before.items():
            _replace(module, original[name])
        seen.update(name for name in _DRIVERS if name in sys.modules and name not in before)


@contextmanager
def no_direct_connections() -> Iterator[None]:
    """Raise ``ConnectsDirectly`` where code inside connects with a driver by itself."""
    drivers = (*_DRIVERS, *_OTHER_DRIVERS)
    before = {name: sys.modules[name] for name in drivers if name in sys.modules}
    original = {name: module.connect for name, module in before.items()}
    for name, module in before.items():
        _replace(module, _refusing(name, original[name]))
    try:
        yield
    finally:
        for name, module in before.items():
            _replace(module, original[name])


def _noting(name: str, connect: Callable[..., Any], seen: set[str]) -> Callable[..., Any]:
    @functools.wraps(connect)
    def noting(*args: Any, **kw: Any) -> Any:
        if _is_by_itself():
            seen.add(name)
        return connect(*args, **kw)

    return noting


def _refusing(name: str, connect: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(connect)
    def refusing(*args: Any, **kw: Any) -> Any:
        if _is_by_itself():
            raise ConnectsDirectly(f"it connects with {name} by itself")
        return connect(*args, **kw)

    return refusing


def _is_by_itself() -> bool:
    """Return whether who calls what replaces ``connect`` is no library that tells of it."""
    caller = sys._getframe(2).f_globals.get("__name__", "")
    return caller.partition(".")[0] not in _TELLING


def _replace(module: ModuleType, connect: Callable[..., Any]) -> None:
    module.connect = connect  # type: ignore[attr-defined]  # the purpose
