"""The parts of SQLAlchemy that are not public, and why no public one serves.

Tried with SQLAlchemy 2.0.29 to 2.1.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from bootctl.database.transactions import execute_script

if TYPE_CHECKING:
    from sqlalchemy import CheckConstraint, Connection, Engine, Table

OWN = {"bootctl_own": True}
"""Execution options of an engine that is bootctl's, and none of the project's."""


_Result = TypeVar("_Result")


def async_engine(driver: str, creator: Callable[[], Awaitable[Any]], **options: Any) -> "Engine":
    """Return the engine that ``create_async_engine`` makes, in which ``in_greenlet`` calls.

    ``sqlalchemy.ext.asyncio`` imports SQLAlchemy's ORM, which nothing here needs.
    """
    from sqlalchemy import create_engine

    def connect() -> Any:
        library: Any = engine.dialect.loaded_dbapi
        return library.connect(async_creator_fn=creator)

    engine = create_engine(f"{driver}://", creator=connect, _is_async=True, **options)
    return engine


async def in_greenlet(function: Callable[..., _Result], *args: Any) -> _Result:
    """Call ``function``, in which SQLAlchemy awaits a driver of asyncio, as ``run_sync`` does."""
    from sqlalchemy.util import greenlet_spawn

    return await greenlet_spawn(function, *args)


@contextmanager
def before_connecting(called: "Callable[[Engine], None]") -> Iterator[None]:
    """Call ``called`` with an engine whenever it is about to connect, inside.

    Its events are an engine's own: none tells of engines that the project has still to make, before
    they connect for the first time.
    """
    from sqlalchemy import Engine

    original = Engine.raw_connection

    def raw_connection(engine: Engine) -> Any:
        if not OWN.items() <= engine.get_execution_options().items():
            called(engine)
        return original(engine)

    Engine.raw_connection = raw_connection  # type: ignore[assignment,method-assign]  # the purpose
    try:
        yield
    finally:
        Engine.raw_connection = original  # type: ignore[method-assign]  # as it was


def connect_arguments(engine: "Engine") -> dict[str, Any] | None:
    """Return what ``engine`` gives to its driver, ``connect_args`` included; ``None``: a ``creator`` connects.

    SQLAlchemy keeps them in a closure: a listener sees them only when the engine connects.
    """
    creator: Any = getattr(engine.pool, "_creator", None)
    if getattr(creator, "__module__", "") != "sqlalchemy.engine.create":
        return None
    found = inspect.getclosurevars(creator).nonlocals.get("cparams")
    return dict(found) if isinstance(found, Mapping) else {}


def isolation_level_of(connection: "Connection") -> str | None:
    """Return the isolation level that its engine, or the connection itself, was made with.

    ``get_isolation_level()`` asks the server, which begins a transaction; the default level that an
    engine is given is kept by its dialect alone.
    """
    level = connection.get_execution_options().get("isolation_level")
    return level or getattr(connection.dialect, "_on_connect_isolation_level", None)


def executed_directly(connection: "Connection", statement: str) -> None:
    """Execute ``statement`` by asyncpg's own ``execute``, and raise what a cursor of SQLAlchemy would.

    What translates a driver's error has no other name, and listeners take errors as they are translated.
    """
    adapter: Any = connection.connection.dbapi_connection
    try:
        execute_script(connection, statement)
    except Exception as error:
        adapter._handle_exception(error)


def leave_transactions_alone(dialect: Any) -> None:
    """Have ``dialect`` neither begin nor end transactions, nor close connections.

    For a connection that is another library's: an engine has no option to only execute.
    """
    for method in ("do_begin", "do_rollback", "do_commit", "do_close", "do_terminate"):
        setattr(dialect, method, _nothing)


def _nothing(*args: Any) -> None:
    pass


def prefixes(table: "Table") -> list[str]:
    """Return the words between CREATE and TABLE that a table was made with; no method gives them."""
    return list(getattr(table, "_prefixes", ()))


def belongs_to_a_type(constraint: "CheckConstraint") -> bool:
    """Return whether a type of a column, such as an enum that is none of the database, brings it along."""
    return bool(getattr(constraint, "_type_bound", False))


_SAMPLE = "CREATE TABLE `t` (\n  `a``b` int\n)"


def read_backticks(dialect: Any) -> None:
    """Have MySQL's ``dialect`` reflect names with a backtick as they are.

    What it parses of SHOW CREATE TABLE keeps them doubled; a version that does not is left alone.
    """
    parser: Any = getattr(dialect, "_tabledef_parser", None)
    if parser is None or parser.parse(_SAMPLE, None).columns[0]["name"] == "a`b":
        return
    parse = parser.parse

    def parsed(show_create: str, charset: str | None) -> Any:
        state = parse(show_create, charset)
        if "``" in show_create:
            _name(state)
        return state

    parser.parse = parsed


def _name(state: Any) -> None:
    """Give what was parsed of a table its names."""
    for item in (*state.columns, *state.keys, *state.fk_constraints, *state.ck_constraints):
        item["name"] = _single(item["name"])
    for key in state.keys:
        key["columns"] = [(_single(name), *rest) for name, *rest in key["columns"]]
    for key in state.fk_constraints:
        key["local"], key["foreign"] = ([*map(_single, key[end])] for end in ("local", "foreign"))


def _single(name: str | None) -> str | None:
    return name and name.replace("``", "`")
