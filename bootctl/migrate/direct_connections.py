"""What a migration does past its connection: connections of its own, programs, other servers.

What is committed there is not seen. Drivers have no event for it, so the function that each comes
down to is replaced as long as a migration runs; programs are told by Python's audit events:
https://docs.python.org/3/library/audit_events.html.
"""

import os
import re
import shlex
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_CONNECTING = {
    "asyncpg": ("asyncpg.connect_utils", "_connect"),
    "psycopg": ("psycopg.generators", "connect"),
    "psycopg2": ("psycopg2", "_connect"),
    "sqlite3": ("sqlite3", "connect"),
    "aiomysql": ("aiomysql.connection.Connection", "_connect"),
    "pymysql": ("pymysql.connections.Connection", "connect"),
    "MySQLdb": ("MySQLdb", "connect"),
    "asyncmy": ("asyncmy", "connect"),
    "mariadb": ("mariadb", "connect"),
}
"""Where each driver opens a connection: a module or a class, and its function."""
_TELLING = frozenset({"sqlalchemy", "tortoise", "bootctl", "aiosqlite"})
"""Packages whose connections are known otherwise."""
_BETWEEN = frozenset(_CONNECTING) | {
    "asyncio",
    "contextlib",
    "importlib",
    "functools",
    "multiprocessing",
    "os",
    "psycopg_pool",
    "subprocess",
    "threading",
}
"""Packages that connect, or start a program, for who calls them."""
_STARTING = frozenset({"os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"})
_SPAWNING = frozenset({"multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver"})
"""Modules that are imported for the first process that they start, of which there is no other event."""
_OTHER_SERVERS = re.compile(r"(?i)\bdblink(?:_exec|_send_query)?\s*\(|\bPROGRAM\s+'")
"""How a statement of PostgreSQL has something done that does not end with its transaction."""
_OWN_THREADS = "bootctl"
"""The beginning of the names of threads that are not the project's."""

_Told = Callable[[str], None]
_starting: _Told | None = None
"""Told of each program that is started now."""
_importing: _Told | None = None
"""Told of each driver that is imported now for the first time: it is not replaced."""
_is_audited = False


class ConnectsDirectly(Exception):  # noqa: N818  # not an error
    """Code connects by itself, or starts a program, where nothing may be written."""


@contextmanager
def direct_connections(seen: _Told) -> Iterator[None]:
    """Tell ``seen`` what code inside does past the connection that it is given, as "it ..." does."""
    drivers = _imported()
    try:
        with _replaced(drivers, lambda name: seen(f"connects with {name} itself")), _audited(seen):
            yield
    finally:
        for name in sorted(_imported() - drivers):
            seen(f"connects with {name} itself")


@contextmanager
def no_direct_connections() -> Iterator[None]:
    """Raise ``ConnectsDirectly`` where code inside connects by itself, or starts a program."""

    def refuse(what: str) -> None:
        raise ConnectsDirectly(f"it {what}")

    def refuse_connection(name: str) -> None:
        if _opener() not in _TELLING:
            refuse(f"connects with {name} by itself")

    with (
        _replaced(_imported(), refuse_connection),
        _audited(refuse, refuse_connection),
        _no_raw_connections(refuse),
    ):
        yield


@contextmanager
def _no_raw_connections(refuse: _Told) -> Iterator[None]:
    """Call ``refuse`` where code inside takes a driver's connection of an engine: no event tells of its commit."""
    base = sys.modules.get("sqlalchemy.engine.base")
    engine = getattr(base, "Engine", None)
    if engine is None:
        yield
        return
    original = engine.raw_connection

    def raw_connection(own: Any) -> Any:
        caller = str(sys._getframe(1).f_globals.get("__name__", ""))
        if caller.partition(".")[0] not in _TELLING and not _is_own():
            refuse("takes a connection of an engine below SQLAlchemy")
        return original(own)

    engine.raw_connection = raw_connection
    try:
        yield
    finally:
        engine.raw_connection = original


def elsewhere(statement: str) -> str | None:
    """Return what ``statement`` has done outside of its transaction, where its text tells."""
    found = _OTHER_SERVERS.search(statement)
    return f"executes {found[0].split(maxsplit=1)[0].strip('( ')}" if found else None


def _imported() -> set[str]:
    return {name for name in _CONNECTING if name in sys.modules}


@contextmanager
def _replaced(drivers: set[str], told: _Told) -> Iterator[None]:
    """Call ``told`` with the name of each of ``drivers`` that connects inside for the project."""
    original = {}
    for name in drivers:
        path, function = _CONNECTING[name]
        with suppress(AttributeError, ImportError, TypeError):  # of a version that differs
            owner = _owner(path)
            connect = getattr(owner, function)
            setattr(owner, function, _telling(name, connect, told))
            original[name] = owner, function, connect
    try:
        yield
    finally:
        for owner, function, connect in original.values():
            setattr(owner, function, connect)


def _owner(path: str) -> Any:
    module, _, name = path.rpartition(".")
    if path in sys.modules:
        return sys.modules[path]
    return getattr(sys.modules[module], name)


def _telling(name: str, connect: Callable[..., Any], told: _Told) -> Callable[..., Any]:
    def telling(*args: Any, **kw: Any) -> Any:
        if not _is_own() and (name != "sqlite3" or _opener() not in _TELLING):
            told(name)
        return connect(*args, **kw)

    return telling


def _is_own() -> bool:
    return threading.current_thread().name.startswith(_OWN_THREADS)


def _opener() -> str:
    """Return the package that connects, or starts a program: the nearest that is not between."""
    frame = sys._getframe(2)
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in _BETWEEN and frame.f_globals is not globals():
            return package
        frame = frame.f_back  # type: ignore[assignment]  # the loop ends with None
    return ""


@contextmanager
def _audited(starting: _Told, importing: _Told | None = None) -> Iterator[None]:
    global _starting, _importing, _is_audited
    if not _is_audited:
        sys.addaudithook(_audit)  # it cannot be taken away again
        _is_audited = True
    before, (_starting, _importing) = (_starting, _importing), (starting, importing)
    try:
        yield
    finally:
        _starting, _importing = before


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _importing is not None and event == "import" and arguments[0] in _CONNECTING:
        _importing(str(arguments[0]))
    spawns = event == "import" and arguments[0] in _SPAWNING
    starts = spawns or event in _STARTING
    if _starting is None or not starts or _is_own() or _opener() == "bootctl":
        return
    _starting("starts a process" if spawns else f"starts {_program(arguments)}")


def _program(arguments: tuple[Any, ...]) -> str:
    """Return the name of a program; its arguments may be secrets."""
    first = arguments[0] if arguments else None
    if first is None and len(arguments) > 1:
        first = arguments[1][0] if isinstance(arguments[1], (list, tuple)) else arguments[1]
    if not isinstance(first, (str, bytes, os.PathLike)):
        return "a process"
    words = os.fsdecode(first).strip()
    with suppress(ValueError):
        words = shlex.split(words)[0] if words else ""
    return os.path.basename(words.split(maxsplit=1)[0]) if words else "a process"
