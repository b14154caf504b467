"""Foreign keys that differ in nothing but whether the default schema is spelled out.

The database says no schema where it is the default one, and Alembic takes that for another key:
https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#remote-schema-table-introspection
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from alembic.operations.ops import CreateForeignKeyOp, DropConstraintOp


def without_respelled_keys(operations: Sequence[Any], default: str | None) -> list[Any]:
    """Return the operations without those that drop a key and make it again as it was.

    ``default`` is the name of the connection's default schema.
    """
    signs = [_sign(operation, default) for operation in operations]
    dropped, made = (
        Counter(
            sign
            for operation, sign in zip(operations, signs, strict=True)
            if sign and isinstance(operation, kind)
        )
        for kind in (DropConstraintOp, CreateForeignKeyOp)
    )
    return [
        operation
        for operation, sign in zip(operations, signs, strict=True)
        if sign is None or not (dropped[sign] and made[sign])
    ]


def _sign(operation: Any, default: str | None) -> tuple[object, ...] | None:
    """Return what a foreign key is, whatever it is called; ``None`` for any other operation."""
    is_key = isinstance(operation, DropConstraintOp) and operation.constraint_type == "foreignkey"
    if not is_key and not isinstance(operation, CreateForeignKeyOp):
        return None
    key = operation.to_diff_tuple()[1]
    columns = tuple(column.name for column in key.columns)
    targets = tuple(element.target_fullname.removeprefix(f"{default}.") for element in key.elements)
    options = (key.onupdate, key.ondelete, key.deferrable, key.initially, key.match)
    own = key.table.schema if key.table.schema != default else None
    return own, key.table.name, columns, targets, *options
