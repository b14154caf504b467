"""Which of the project's classes are tables."""

import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from bootctl.project.places import Declared


def declared() -> Iterator[Declared]:
    """Yield each class in the modules that are loaded that SQLAlchemy has mapped to a table.

    What a module holds is not asked anything: it may be a proxy, or do something when it is asked.
    """
    for module in list(sys.modules.values()):
        if issubclass(type(module), ModuleType):
            for value in list(ModuleType.__getattribute__(module, "__dict__").values()):
                if issubclass(type(value), type):
                    yield from _of(value, type.__getattribute__(value, "__dict__"))


def _of(value: type[Any], own: Mapping[str, Any]) -> Iterator[Declared]:
    name = getattr(own.get("__table__"), "fullname", None)
    if isinstance(name, str):  # a class may be mapped to a join
        mapper = own.get("__mapper__")
        columns = mapper.columns.items() if mapper is not None else ()
        attributes = {column.name: key for key, column in columns if hasattr(column, "name")}
        yield Declared(name, value, attributes)
