"""What a table of SQLAlchemy's models says that Alembic has compared: which layer is wrong is told by it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Dialect, ForeignKeyConstraint, Table, UniqueConstraint

from bootctl.verify.catalog.objects import SchemaObject, unquoted

_NO_ACTION = {"mysql": ("NO ACTION", "RESTRICT"), "mariadb": ("NO ACTION", "RESTRICT")}
"""Actions of a foreign key that are the same as none."""


def unclaimed(
    table: Table, name: str, live: Sequence[SchemaObject], dialect: Dialect
) -> Iterator[SchemaObject]:
    """Yield what ``table``, which the database knows as ``name``, says of comments, of keys and of actions."""
    has_comments = dialect.supports_comments
    yield SchemaObject(
        "table", name, parts={"comment": table.comment or ""} if has_comments else {}
    )
    for column in table.columns if has_comments else ():
        comment = {"comment": column.comment or ""}
        yield SchemaObject("column", f"{name}.{column.name}", name, comment)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint):
            yield from _key(constraint, name, live, dialect)


def _key(
    constraint: UniqueConstraint | ForeignKeyConstraint,
    table: str,
    live: Sequence[SchemaObject],
    dialect: Dialect,
) -> Iterator[SchemaObject]:
    columns = ", ".join(column.name for column in constraint.columns)
    own = f"{table}.{constraint.name}" if isinstance(constraint.name, str) else ""
    there = [item for item in live if _is_alike(item, constraint, columns)]
    parts = {"columns": columns, **_actions(constraint, dialect)}
    for item in sorted(there, key=lambda item: item.name != own)[:1]:
        yield SchemaObject(item.kind, item.name, table, parts)
    if own and not there:
        yield SchemaObject(_kind(constraint, dialect), own, table, parts)


def _is_alike(
    item: SchemaObject, constraint: UniqueConstraint | ForeignKeyConstraint, columns: str
) -> bool:
    is_unique = item.kind == "constraint" or "unique" in item.parts
    is_foreign = item.kind == "foreign key"
    same = is_foreign if isinstance(constraint, ForeignKeyConstraint) else is_unique
    return same and unquoted(item.parts.get("columns", "")) == columns


def _kind(constraint: UniqueConstraint | ForeignKeyConstraint, dialect: Dialect) -> str:
    if isinstance(constraint, ForeignKeyConstraint):
        return "foreign key"
    return "index" if dialect.name in ("mysql", "mariadb") else "constraint"


def _actions(
    constraint: UniqueConstraint | ForeignKeyConstraint, dialect: Dialect
) -> dict[str, str]:
    if isinstance(constraint, UniqueConstraint):
        return {}
    none = _NO_ACTION.get(dialect.name, ("NO ACTION",))
    said = {"on delete": constraint.ondelete, "on update": constraint.onupdate}
    texts = {part: (text or "").upper() for part, text in said.items()}
    return {part: "" if text in none else text for part, text in texts.items()}
