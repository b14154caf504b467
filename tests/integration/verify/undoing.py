"""The statements that undo whatever differs."""

from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.fixes import fixes
from bootctl.verify.catalog.objects import Catalog


def undoing(
    dialect: str, expected: Catalog, live: Catalog, schemas: tuple[str, ...] = ()
) -> list[str]:
    """Return all statements that make ``live`` what is ``expected``, each list of them once."""
    found = fixes(dialect, expected, live, schemas)
    ordered = found.in_order(changes(expected, live))
    tables = {c.object.name: tuple(found.fix(c)[0]) for c in ordered if c.object.kind == "table"}
    lists = {
        each: None
        for change in ordered
        if (each := tuple(found.fix(change)[0])) != tables.get(change.object.table)
    }
    return [statement for each in lists for statement in each]
