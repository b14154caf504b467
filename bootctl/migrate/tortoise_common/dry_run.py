"""Connections that execute nothing: for printing what a migration would."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tortoise import Tortoise


class Executes(Exception):  # noqa: N818  # not an error
    """A migration executes a statement where none may be."""


_EXECUTING = (
    "_in_transaction",
    "acquire_connection",
    "execute_insert",
    "execute_many",
    "execute_query",
    "execute_query_dict",
    "execute_script",
)


@contextmanager
def dry_run(names: Iterable[str]) -> Iterator[None]:
    """Let no connection execute anything: what tries to raises ``Executes``."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise Executes

    clients = [Tortoise.get_connection(name) for name in names]
    for client in clients:
        vars(client).update(dict.fromkeys(_EXECUTING, refuse))
    try:
        yield
    finally:
        for client in clients:
            for name in _EXECUTING:
                delattr(client, name)
