"""What the models say: the statements that Tortoise would create their tables with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tortoise import Tortoise
from tortoise.utils import get_schema_sql

_WITHOUT_DEFAULT = ("UUIDField", "TextField", "JSONField")
"""Fields for which neither Tortoise nor Aerich writes a default."""


@dataclass(frozen=True)
class Described:
    """The models of one connection."""

    ddl: str
    """The statements that make their tables."""
    ddl_with_defaults: str
    """The same, with the models' Python defaults as defaults of the columns.

    Tortoise before 1.0 wrote them, and Aerich still does where it adds or alters a column."""
    unmanaged: frozenset[str]
    """The tables of models with ``managed = False``, which are not the project's to migrate."""


def described(client: Any) -> Described:
    """The models of the connection ``client``, which must not be in a transaction."""
    models = list(_models(client))
    with _python_defaults(models):
        with_defaults = get_schema_sql(client, safe=False)
    unmanaged = {model._meta.db_table for model in models if _is_unmanaged(model)}
    return Described(get_schema_sql(client, safe=False), with_defaults, frozenset(unmanaged))


def _models(client: Any) -> Iterator[Any]:
    for app in (Tortoise.apps or {}).values():
        yield from (model for model in app.values() if model._meta.db == client)


def _is_unmanaged(model: Any) -> bool:
    return getattr(getattr(model, "Meta", None), "managed", None) is False


@contextmanager
def _python_defaults(models: list[Any]) -> Iterator[None]:
    """Every plain default of a field as its default in the database."""
    changed: list[tuple[Any, Any]] = []
    try:
        for field in (field for model in models for field in model._meta.fields_map.values()):
            if not hasattr(field, "db_default") or field.has_db_default():
                continue
            default = _now() if getattr(field, "auto_now_add", False) else field.default
            if default is None or callable(field.default) or _has_none(field):
                continue
            changed.append((field, field.db_default))
            field.db_default = default
        yield
    finally:
        for field, own in changed:
            field.db_default = own


def _now() -> Any:
    from tortoise.fields.db_defaults import Now  # Tortoise 1.x; before it, no field has db_default

    return Now()


def _has_none(field: Any) -> bool:
    return any(kind.__name__ in _WITHOUT_DEFAULT for kind in type(field).__mro__)
