"""Connections that execute nothing: for printing what a migration would."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tortoise import Tortoise

from bootctl.project.tortoise.internals import executing_nothing


class Executes(Exception):  # noqa: N818  # not an error
    """A migration executes a statement where none may be."""


@contextmanager
def dry_run(names: Iterable[str]) -> Iterator[None]:
    """Let no connection execute anything: what tries to raises ``Executes``."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise Executes

    with executing_nothing((Tortoise.get_connection(name) for name in names), refuse):
        yield
