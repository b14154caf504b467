"""The parts of Tortoise ORM that are not public, and why no public one serves.

Tried with Tortoise ORM 0.20.0 to 1.1.9. What only 1.0 and newer have is in ``migrations_internals``.
"""

import contextlib
import functools
import importlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

_EXECUTING = (
    "_in_transaction",
    "acquire_connection",
    "execute_insert",
    "execute_many",
    "execute_query",
    "execute_query_dict",
    "execute_script",
)


def meta(model: Any) -> Any:
    """Return what Tortoise keeps of a model: its table, fields and connection.

    ``describe()`` has names, and neither the fields themselves nor the connection.
    """
    return model._meta


def raw_connection(transaction: Any) -> Any:
    """Return the driver's connection that a transaction is on. Tortoise shows only its own client."""
    return transaction._connection


async def connected(client: Any) -> Any:
    """Return a new connection as ``client`` makes its own, which is then nobody else's.

    ``acquire_connection()`` gives one back, which frees the locks of its session. psycopg's pool
    says of no failure more than that time is over: its connection is made without one. That of
    asyncpg would make another one in place of one that is closed.
    """
    if "psycopg" not in type(client).__module__:
        if is_of_asyncpg(client):
            pool = client.create_pool
            client.create_pool = lambda **template: pool(**{**template, "min_size": 0})
        await client.create_connection(with_db=True)
        return await client._pool.acquire()
    found: dict[str, Any] = {}

    async def create_pool(**template: Any) -> _NoPool:
        importlib.import_module("psycopg_pool").AsyncConnectionPool(open=False, **template)
        found.update(template)
        return _NoPool()

    client.create_pool = create_pool
    await client.create_connection(with_db=True)
    return await found["connection_class"].connect(found["conninfo"], **(found["kwargs"] or {}))


def is_of_asyncpg(client: Any) -> bool:
    """Return whether ``client`` connects by asyncpg."""
    return "asyncpg" in type(client).__module__


def hang_up(client: Any) -> None:
    """End the connections of asyncpg's pool, and wait for no server: none has anything to say where nothing is open."""
    if is_of_asyncpg(client) and client._pool is not None:
        client._pool.terminate()


class _NoPool:
    async def open(self, **_: Any) -> None:
        pass


def pinned(client: Any, *, nested: bool) -> Any:
    """Return a context of ``client`` on one connection, where every statement commits.

    ``nested``: transactions inside are none of their own either. Without a transaction, Tortoise
    takes another connection for each statement.
    """
    context = client._in_transaction()
    wrapper = getattr(context, "client", None) or context.connection
    for method in ("begin", "start", "commit", "rollback"):  # before 0.21 it is start() that begins
        setattr(wrapper, method, _nothing)
    for attribute, value in vars(client).items():  # the schema editor of MySQL asks for some
        if attribute[0] != "_":
            vars(wrapper).setdefault(attribute, value)
    if not nested:
        wrapper._in_transaction = lambda: contextlib.nullcontext(wrapper)
    return context


@contextmanager
def executing_nothing(clients: Iterable[Any], refuse: Callable[..., Any]) -> Iterator[None]:
    """Have every way of ``clients`` to execute a statement call ``refuse`` inside."""
    kept = list(clients)
    for client in kept:
        vars(client).update(dict.fromkeys(_EXECUTING, refuse))
    try:
        yield
    finally:
        for client in kept:
            for name in _EXECUTING:
                delattr(client, name)


@contextmanager
def sqlite_scripts(
    execute: Callable[[Any, str, Callable[..., Awaitable[None]]], Awaitable[None]],
) -> Iterator[None]:
    """Have ``execute`` execute the scripts of SQLite inside; it gets Tortoise's own way too.

    That is Python's ``executescript``, which commits the transaction that it finds.
    """
    from tortoise.backends.sqlite.client import SqliteClient  # not in a boot at head

    original = SqliteClient.execute_script

    async def execute_script(client: Any, query: str) -> None:
        await execute(client, query, original)

    SqliteClient.execute_script = execute_script  # type: ignore[method-assign]  # the purpose
    try:
        yield
    finally:
        SqliteClient.execute_script = original  # type: ignore[method-assign]  # as it was


_NAMING = ("_get_index_name", "_generate_index_name", "_get_fk_name", "_generate_fk_name")
"""What names the keys of a table: by other names before 0.21."""


class Naming(Protocol):
    """How tables and their keys are to be called."""

    def given(self, table: str, name: str) -> str:
        """Return what a key called ``name`` is to be called."""

    def naming(self, make: Callable[..., str]) -> Callable[..., str]:
        """Return what takes the place of ``make``, which names a key."""


def schema_sql(
    client: Any, columns: Collection[str], naming: Naming, models: Collection[Any]
) -> str:
    """Return the statements that make the tables of ``models``, their keys called as ``naming`` says.

    ``get_schema_sql`` takes all there are, and takes a column whose name has a space for an
    expression that needs no quotes: ``columns`` are names that are none.
    """
    generator = client.schema_generator(client)
    generator._get_models_to_create = functools.partial(_models_to_create, models)
    for name in _NAMING:
        if make := getattr(generator, name, None):
            setattr(generator, name, naming.naming(make))
    _call_indexes(generator, naming)
    if is_expression := getattr(generator, "_is_index_expression", None):  # since 1.0
        generator._is_index_expression = lambda text: text not in columns and is_expression(text)
    return str(generator.get_create_schema_sql(safe=False)) if models else ""


def _models_to_create(models: Collection[Any], into: list[Any] | None = None) -> list[Any]:
    """Return the models, in the list to be filled where there is one, as before 0.25."""
    found = [] if into is None else into
    found.extend(models)
    return found


def _call_indexes(generator: Any, naming: Naming) -> None:
    """Have ``generator`` call the indexes that models give a name as ``naming`` says."""
    index_sql = generator._get_index_sql

    def named(model: Any, *args: Any, index_name: str | None = None, **options: Any) -> str:
        if index_name:  # since 0.21
            options["index_name"] = naming.given(meta(model).db_table, index_name)
        return str(index_sql(model, *args, **options))

    generator._get_index_sql = named


async def _nothing() -> None:
    pass
