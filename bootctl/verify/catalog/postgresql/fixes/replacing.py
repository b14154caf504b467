"""Objects that are put in the place of others, with what depends on them."""

from collections.abc import Iterable

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes import (
    columns,
    dependents,
    grants,
    statements,
    types,
)
from bootctl.verify.catalog.postgresql.fixes.names import sql_name


def _around(
    middle: list[str],
    items: Iterable[SchemaObject],
    expected: Catalog,
    live: Catalog,
    *,
    as_expected: bool = False,
) -> list[str]:
    """Return statements between those that drop what depends, and those that make it again.

    What the expected side has not is not made again. ``as_expected``: what depends is made as it is to
    be, because as it is it may be of what is changed.
    """
    dropped = list(items)
    again = [
        expected.by_key[item.key] if as_expected else item
        for item in dropped
        if item.key in expected.by_key
    ]
    return [
        *statements.drop_all(reversed(dropped)),
        *middle,
        *statements.create_all(again, expected, live),
        *(text for item in again for text in _granted(item, expected)),
    ]


def whole(change: Change, expected: Catalog, live: Catalog) -> list[str]:
    """Return the statements that drop an object and make the expected one."""
    before, wanted = change.live, change.expected
    assert before
    assert wanted
    made = [*statements.drop(before), *statements.create(wanted, expected, live)]
    if before.kind in dependents.VIEWS:
        own = dependents.of_view(live, before)
        others = [v for v in dependents.views_on(live, _last(before.name)) if v is not before]
        around = [*own, *dependents.with_own(live, others)]
        return _around(made, around, expected, live, as_expected=True)
    made += _granted(wanted, expected)
    return _around(made, dependents.of_other(live, before), expected, live)


def _granted(item: SchemaObject, expected: Catalog) -> list[str]:
    """Return the statements that give the privileges on a routine or a type, which went with the one before.

    Those on a view are objects that belong to it.
    """
    names = (f"{item.name} to ", f"type {item.name} to ")
    own = (o for o in expected.objects if o.kind == "grant" and o.name.startswith(names))
    return [text for grant in own if not grant.table for text in grants.fix(Change(grant, None))]


def column(change: Change, expected: Catalog, live: Catalog) -> list[str]:
    """Return the statements that change a column, or drop it and add it again."""
    wanted = change.expected
    assert wanted
    anew = columns.needs_new(change)
    if not anew and not change.parts.keys() & {"type", "collation"}:
        return columns.alter(change, expected, live)
    views = dependents.views_on(live, _last(wanted.table), _last(wanted.name))
    around = [*dependents.of_column(live, wanted), *dependents.with_own(live, views)]
    if not anew:
        return _around(columns.alter(change, expected, live), around, expected, live)
    made = [*statements.drop(wanted), *statements.create(wanted, expected, live)]
    return _around(made, [*dependents.on_column(live, wanted), *around], expected, live)


def enum(change: Change, expected: Catalog, live: Catalog) -> list[str]:
    """Return the statements that give every column an enum of the same name with other labels."""
    name = _last(change.object.name)
    views = dependents.with_own(live, dependents.views_on(live, name))
    around = [*dependents.routines_of(live, name), *views]
    made = [*types.replaced(change, expected, live), *_granted(change.object, expected)]
    return _around(made, around, expected, live)


def _last(name: str) -> str:
    return sql_name(name).rpartition(".")[2]
