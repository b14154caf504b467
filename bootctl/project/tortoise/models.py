"""What the models say: the statements that make their tables, and what those leave open."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from tortoise import Tortoise

from bootctl.project.tortoise import defaults
from bootctl.project.tortoise.aliases import Aliases
from bootctl.project.tortoise.defaults import Defaults
from bootctl.project.tortoise.internals import meta, schema_sql
from bootctl.values import frozen


@frozen
class Described:
    """The models of one connection."""

    ddl: str
    """The statements that make their tables."""
    defaults: Defaults
    unmanaged: frozenset[str]
    """The tables of models with ``managed = False``, which are not the project's to migrate."""
    relations: frozenset[str]
    """The tables that many-to-many relations make."""
    aliases: Aliases
    """What the tables of other schemas than the connection's default one are called in ``ddl``."""
    schemas: frozenset[str]
    """Schemas that models name, other than the connection's default one."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The app of each table, by the table's name."""
    constraints: frozenset[tuple[str, ...]] = frozenset()
    """The columns of each unique constraint of ``Meta.constraints``, as ``table.column``."""
    unmade: tuple[str, ...] = ()
    """CHECKs of models, as ``table.name``, where Tortoise makes some and some not: on SQLite."""
    unconstrained: frozenset[str] = frozenset()
    """The columns of relations with ``db_constraint=False``, as ``table.column``."""


def described(client: Any, default: str | None = None) -> Described:
    """Return the models of the connection ``client``, which must not be in a transaction.

    ``default`` is its default schema; ``None`` where the database has no other.
    """
    models, aliases = list(_models(client)), Aliases(default)
    has_conditions = client.capabilities.dialect != "mysql"
    unique = [
        (model, constraint)
        for model in models
        for constraint in _unique(model)
        if has_conditions or not constraint.condition
    ]
    table = aliases.table
    return Described(
        ddl=_ddl(client, models, unique, aliases),
        defaults=defaults.of(models, table),
        unmanaged=frozenset(table(model) for model in models if _is_unmanaged(model)),
        relations=frozenset(
            aliases.through(meta(model).fields_map[name])
            for model in models
            for name in meta(model).m2m_fields
        ),
        aliases=aliases,
        schemas=frozenset(filter(None, map(aliases.schema, models))),
        owners=_owners(models, aliases),
        constraints=frozenset(
            tuple(f"{table(model)}.{column}" for column in _columns(model, constraint))
            for model, constraint in unique
        ),
        unmade=tuple(
            f"{table(model)}.{item.name}"
            for model in models
            for item in _checks(model)
            if client.capabilities.dialect == "sqlite"
        ),
        unconstrained=frozenset(
            f"{table(model)}.{column}" for model in models for column in _unconstrained(model)
        ),
    )


def has_schemas(client: Any) -> bool:
    """Return whether a model of the connection ``client`` names a schema."""
    return any(getattr(meta(model), "schema", None) for model in _models(client))


def ddl(client: Any, models: Collection[Any], aliases: Aliases) -> str:
    """Return the statements that make the tables of ``models``, those of other schemas by an alias."""
    columns = {column for model in models for column in meta(model).fields_db_projection.values()}
    with aliases.applied(models):
        return schema_sql(client, columns, aliases, models)


def _ddl(
    client: Any, models: Collection[Any], unique: Iterable[tuple[Any, Any]], aliases: Aliases
) -> str:
    with aliases.applied(models):
        more = [_unique_index(client, *item, aliases) for item in unique]
        if (
            client.capabilities.dialect != "sqlite"
        ):  # whose tables take no constraint once they are made
            more += [_check(client, model, item) for model in models for item in _checks(model)]
    return "\n".join([ddl(client, models, aliases), *more])


def _models(client: Any) -> Iterator[Any]:
    for app in (Tortoise.apps or {}).values():
        yield from (model for model in app.values() if meta(model).db == client)


def _owners(models: list[Any], aliases: Aliases) -> dict[str, str]:
    return {
        table: meta(model).app
        for model in models
        for table in (
            *(aliases.through(meta(model).fields_map[name]) for name in meta(model).m2m_fields),
            aliases.table(model),
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


def _unique_index(client: Any, model: Any, constraint: Any, aliases: Aliases) -> str:
    """Return the statement that makes a constraint, as an index: both are one key."""
    quote = client.schema_generator(client).quote
    table, columns = meta(model).db_table, _columns(model, constraint)
    name = constraint.name or "_".join(["uid", table, *columns])[:60]
    name = aliases.given(table, name)
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
            yield source.source_field or field.source_field
