"""What the models say: the statements that Tortoise would create their tables with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tortoise import Tortoise
from tortoise.utils import get_schema_sql

from bootctl.project.tortoise import defaults
from bootctl.project.tortoise.defaults import Defaults
from bootctl.project.tortoise.internals import meta


@dataclass(frozen=True)
class Described:
    """The models of one connection."""

    ddl: str
    """The statements that make their tables."""
    defaults: Defaults
    unmanaged: frozenset[str]
    """The tables of models with ``managed = False``, which are not the project's to migrate."""
    relations: frozenset[str]
    """The tables that many-to-many relations make."""
    schemas: frozenset[str]
    """Schemas that models name, other than the connection's own."""


def described(client: Any) -> Described:
    """Return the models of the connection ``client``, which must not be in a transaction."""
    models = list(_models(client))
    return Described(
        ddl=get_schema_sql(client, safe=False),
        defaults=defaults.of(models),
        unmanaged=frozenset(meta(model).db_table for model in models if _is_unmanaged(model)),
        relations=frozenset(
            meta(model).fields_map[name].through
            for model in models
            for name in meta(model).m2m_fields
        ),
        schemas=frozenset(filter(None, (getattr(meta(model), "schema", None) for model in models))),
    )


def _models(client: Any) -> Iterator[Any]:
    for app in (Tortoise.apps or {}).values():
        yield from (model for model in app.values() if meta(model).db == client)


def _is_unmanaged(model: Any) -> bool:
    return getattr(getattr(model, "Meta", None), "managed", None) is False
