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
_TELLING = frozenset({"sqlalchemy", "tortoise", "bootctl", "aiosqlite", *_DRIVERS})
"""Packages whose connections are known otherwise."""


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


def _noting(name: str, connect: Callable[..., Any], seen: set[str]) -> Callable[..., Any]:
    @functools.wraps(connect)
    def noting(*args: Any, **kw: Any) -> Any:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.partition(".")[0] not in _TELLING:
            seen.add(name)
        return connect(*args, **kw)

    return noting


def _replace(module: ModuleType, connect: Callable[..., Any]) -> None:
    module.connect = connect  # type: ignore[attr-defined]  # the purpose
