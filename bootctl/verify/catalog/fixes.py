"""The SQL that makes a live database what it should be, in the order in which it can be executed."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Protocol

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog


class Fixes(Protocol):
    """The fixes for the differences of two catalogs of one kind of database."""

    def fix(self, change: Change) -> tuple[list[str], bool]:
        """Return the statements, none where there is no safe one, and whether something is lost."""

    def in_order(self, found: Iterable[Change]) -> list[Change]:
        """Return changes in an order in which the statements of all can be executed."""


_MODULES = {
    "postgresql": "postgresql.fixes.plan",
    "mysql": "mysql.fixes",
    "mariadb": "mysql.fixes",
    "sqlite": "sqlite.fixes",
}


def fixes(dialect: str, expected: Catalog, live: Catalog, schemas: tuple[str, ...] = ()) -> Fixes:
    """Return the fixes for a database of SQLAlchemy's ``dialect``."""
    module: Any = import_module(f"bootctl.verify.catalog.{_MODULES[dialect]}")
    found: Fixes = module.Fixes(expected, live, schemas)
    return found
