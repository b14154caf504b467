"""What SQLAlchemy's models say of a schema that Alembic does not compare, as a catalog."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Table

from bootctl.verify.catalog.objects import Catalog, SchemaObject


def modelled(tables: Iterable[Table]) -> Catalog:
    """Return the objects of the models, each with the parts that they say something of."""
    return Catalog(item for table in tables for item in _objects(table))


def _objects(table: Table) -> Iterator[SchemaObject]:
    name = table.fullname
    yield SchemaObject("table", name)
    for column in table.columns:
        yield SchemaObject("column", f"{name}.{column.name}", name)
