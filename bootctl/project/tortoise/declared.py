"""Which of the project's classes are tables."""

from collections.abc import Iterator
from typing import Any

from tortoise import Tortoise

from bootctl.project.places import Declared
from bootctl.project.tortoise.aliases import shown
from bootctl.project.tortoise.internals import meta


def declared() -> Iterator[Declared]:
    """Yield each model that Tortoise has, by its table and by its name, and its many-to-many relations."""
    for app in (Tortoise.apps or {}).values():
        for model in app.values():
            own = meta(model)
            schema = getattr(own, "schema", None) or ""
            yield Declared(shown(schema, own.db_table), model, _attributes(own))
            # As Tortoise's own operations call it.
            fields = {field: field for field in own.fields_map}
            yield Declared(f"{own.app}.{model.__name__}", model, fields)
            for attribute in own.m2m_fields:
                relation = own.fields_map[attribute]
                schema = getattr(relation, "through_schema", None) or ""
                yield Declared(shown(schema, relation.through), model, {}, attribute)


def _attributes(own: Any) -> dict[str, str]:
    columns = own.fields_db_projection
    attributes = {column: name for name, column in columns.items()}
    # The column of a relation is that of a field which Tortoise has added.
    for name in (*own.fk_fields, *own.o2o_fields):
        source = own.fields_map[name].source_field
        attributes[columns.get(source, source)] = name
    return attributes
