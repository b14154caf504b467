"""What code depends on, and Alembic compares only where it is told to, or not at all.

Rows that the code writes must be taken as it writes them: so defaults that are gone count,
columns that the database computes by now, and CHECK constraints that the models do not have.
"""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    AddConstraintOp,
    AlterColumnOp,
    DropConstraintOp,
    ModifyTableOps,
)
from sqlalchemy import CheckConstraint, Column, DefaultClause, Identity, Table
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.sql.compiler import IdentifierPreparer

from bootctl.verify.alembic_internals import DONE, GOES_ON, before_defaults

OPTION = "bootctl_strict"
"""Option of a ``MigrationContext`` that compares so."""


def compares(context: AutogenContext) -> bool:
    """Return whether the comparison has the option."""
    return bool(context.opts and context.opts.get(OPTION))


@comparators.dispatch_for("column")
def _compare_when_omitted(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table: str,
    name: str,
    live: Column[Any],
    model: Column[Any],
) -> None:
    if not compares(context):
        return
    if (live.computed is None) != (model.computed is None) or _is_gone(live, model, context):
        operation.existing_server_default = live.server_default
        operation.modify_server_default = model.server_default


def _is_gone(live: Column[Any], model: Column[Any], context: AutogenContext) -> bool:
    if live.server_default is not None or live.autoincrement is True:
        return False
    assert context.dialect is not None  # only a comparison without a database has none
    identity = model.identity is not None and context.dialect.supports_identity_columns
    return identity or isinstance(model.server_default, DefaultClause)


def _compare_identity_with_default(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table: str,
    name: str,
    live: Column[Any],
    model: Column[Any],
) -> Any:
    """Tell of an identity in the place of another default, for which Alembic 1.18 has an assertion."""
    told = (live.server_default, model.server_default)
    if None in told or len({isinstance(default, Identity) for default in told}) == 1:
        return GOES_ON
    operation.existing_server_default, operation.modify_server_default = told
    return DONE


before_defaults(_compare_identity_with_default)


@comparators.dispatch_for("table")
def _compare_table(
    context: AutogenContext,
    operations: ModifyTableOps,
    schema: str | None,
    name: str,
    live: Table | None,
    model: Table | None,
) -> None:
    if live is None or model is None or not compares(context):
        return
    assert context.dialect is not None
    operations.ops += _more_checks(live, model, context.dialect.identifier_preparer)
    operations.ops += _other_primary_key(live, model)


def _more_checks(live: Table, model: Table, preparer: IdentifierPreparer) -> list[DropConstraintOp]:
    expected = [known_name(check, preparer) for check in _checks(model)]
    found = [c for c in _checks(live) if c.name not in expected and _restricts(c, live, model)]
    if len(found) <= expected.count(""):
        return []
    return [DropConstraintOp.from_constraint(check) for check in found]


def _other_primary_key(live: Table, model: Table) -> list[AddConstraintOp]:
    keys = [{column.name for column in table.primary_key} for table in (live, model)]
    return [] if keys[0] == keys[1] else [AddConstraintOp.from_constraint(model.primary_key)]


def known_name(check: CheckConstraint, preparer: IdentifierPreparer) -> str:
    """Return the name that the database knows it by; empty where that is for the database to choose."""
    if check.name is None:
        return ""
    try:
        return str(preparer.format_constraint(check) or "").strip('"`')
    except InvalidRequestError:  # by a naming convention it must have a name, and has none
        return ""


def _checks(table: Table) -> Iterator[CheckConstraint]:
    yield from (item for item in table.constraints if isinstance(item, CheckConstraint))


def _restricts(check: CheckConstraint, live: Table, model: Table) -> bool:
    """Return whether it may be about more than columns that the models do not have."""
    from bootctl.verify.additive import restricts

    live_columns, known = ([column.name for column in table.columns] for table in (live, model))
    return restricts(str(check.sqltext), live_columns, known)
