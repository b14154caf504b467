"""What the models say: the statements that make their tables, and what those leave open."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tortoise import Tortoise

from bootctl.project.tortoise import defaults
from bootctl.project.tortoise.defaults import Defaults
from bootctl.project.tortoise.internals import meta, schema_sql


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
    owners: Mapping[str, str] = field(default_factory=dict)
    """The app of each table, by the table's name."""
    constraints: frozenset[tuple[str, ...]] = frozenset()
    """The columns of each unique constraint of ``Meta.constraints``, as ``table.column``."""
    unconstrained: frozenset[str] = frozenset()
    """The columns of relations with ``db_constraint=False``, as ``table.column``."""


def described(client: Any) -> Described:
    """Return the models of the connection ``client``, which must not be in a transaction."""
    models = list(_models(client))
    has_conditions = client.capabilities.dialect != "mysql"
    unique = [
        (model, constraint)
        for model in models
        for constraint in _unique(model)
        if has_conditions or not constraint.condition
    ]
    columns = {column for model in models for column in meta(model).fields_db_projection.values()}
    more = [_unique_index(client, *item) for item in unique]
    if (
        client.capabilities.dialect != "sqlite"
    ):  # whose tables take no constraint once they are made
        more += [_check(client, model, item) for model in models for item in _checks(model)]
    return Described(
        ddl="\n".join([schema_sql(client, columns), *more]),
        defaults=defaults.of(models),
        unmanaged=frozenset(meta(model).db_table for model in models if _is_unmanaged(model)),
        relations=frozenset(
            meta(model).fields_map[name].through
            for model in models
            for name in meta(model).m2m_fields
        ),
        schemas=frozenset(filter(None, (getattr(meta(model), "schema", None) for model in models))),
        owners=_owners(models),
        constraints=frozenset(
            tuple(f"{meta(model).db_table}.{column}" for column in _columns(model, constraint))
            for model, constraint in unique
        ),
        unconstrained=frozenset(column for model in models for column in _unconstrained(model)),
    )


def _models(client: Any) -> Iterator[Any]:
    for app in (Tortoise.apps or {}).values():
        yield from (model for model in app.values() if meta(model).db == client)


def _owners(models: list[Any]) -> dict[str, str]:
    return {
        table: meta(model).app
        for model in models
        for table in (
            *(meta(model).fields_map[name].through for name in meta(model).m2m_fields),
            meta(model).db_table,
        )
    }


def _is_unmanaged(model: Any) -> bool:
    return getattr(getattr(model, "Meta", None), "managed", None) is False


def _unique(model: Any) -> Iterator[Any]:
    """Yield the unique constraints of ``Meta.constraints``: since Tortoise 1.0."""
    constraints = () if _is_unmanaged(model) else getattr(meta(model), "constraints", ())
    yield from (constraint for constraint in constraints if hasattr(constraint, "fields"))


def _columns(model: Any, constraint: Any) -> list[str]:
    fields = meta(model).fields_map
    return [
        (fields[name].source_field or name) if name in fields else name
        for name in constraint.fields
    ]


def _unique_index(client: Any, model: Any, constraint: Any) -> str:
    """Return the statement that makes a constraint, as an index: both are one key."""
    quote = client.schema_generator(client).quote
    table, columns = meta(model).db_table, _columns(model, constraint)
    name = constraint.name or "_".join(["uid", table, *columns])[:60]
    condition = f" WHERE {constraint.condition}" if constraint.condition else ""
    keys = ", ".join(map(quote, columns))
    return f"CREATE UNIQUE INDEX {quote(name)} ON {quote(table)} ({keys}){condition};"


def _checks(model: Any) -> Iterator[Any]:
    """Yield the CHECKs of ``Meta.constraints``: since Tortoise 1.0."""
    constraints = () if _is_unmanaged(model) else getattr(meta(model), "constraints", ())
    yield from (constraint for constraint in constraints if hasattr(constraint, "check"))


def _check(client: Any, model: Any, constraint: Any) -> str:
    quote = client.schema_generator(client).quote
    table, name = quote(meta(model).db_table), quote(constraint.name)
    return f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({constraint.check});"


def _unconstrained(model: Any) -> Iterator[str]:
    for name in (*meta(model).fk_fields, *meta(model).o2o_fields):
        field = meta(model).fields_map[name]
        if not getattr(field, "db_constraint", True):
            source = meta(model).fields_map[field.source_field]
            yield f"{meta(model).db_table}.{source.source_field or field.source_field}"
