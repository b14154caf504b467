"""Every change by hand of a kind of database: to what only migrations make, and to what models say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.integration.verify.catalog_postgresql.corpus.everything import CORPUS
from tests.integration.verify.corpus.item import Item, items, statements
from tests.support.corpus.modelled import MODELLED
from tests.support.paths import ROOT

_VERSION = 15
"""Of the PostgreSQL that is tested."""
_BASELINE = ROOT / "tests/integration/verify/catalog_postgresql/baseline.sql"


@dataclass(frozen=True)
class Change:
    """One change, and the objects that it changes: ``-`` and ``+`` for one that is gone or new."""

    name: str
    statements: tuple[str, ...]
    objects: tuple[tuple[str, str], ...]
    """The kind and name of each, with its sign: ``unexpected index users.x``."""
    fixed: bool = True
    modelled: bool = False
    """Whether it is to a table of the models."""

    @property
    def sorts(self) -> tuple[str, ...]:
        """The kinds of the objects that it changes."""
        return tuple(f"{sign} {what.rpartition(' ')[0]}" for sign, what in self.objects)

    def is_said_by_models(self, backend: str, kind: str) -> bool:
        """Whether models say otherwise, so that it is found without a record."""
        name = self.name.removeprefix("models: ")
        unsaid = {*UNSAID, *UNSAID_BY.get(backend, ()), *UNSAID_BY.get(kind, ())}
        return self.modelled and name not in unsaid


UNSAID = (
    "view added",
    "trigger added",
    "policy added",
    "row security",
    "check added",
    "foreign key renamed",
)
"""What no model says anything of."""
UNSAID_BY = {
    "tortoise": ("comment changed",),
    "aerich": ("comment changed", "check dropped", "check changed"),
    "mariadb": ("collation", "table collation", "engine", "compressed"),
    "sqlite": ("foreign key of another action",),  # said, and found, but without a fix
}


def sample(kind: str) -> list[Change]:
    """Return some changes, each of a sort and to objects of its own."""
    return [*_sorted(kind, modelled=True)][:6] + [*_sorted(kind, modelled=False)][:6]


def _sorted(kind: str, *, modelled: bool) -> Iterator[Change]:
    """Yield the first change of each sort to a table of the models, or to another."""
    known: set[tuple[str, ...]] = set()
    objects: set[str] = set()
    for change in changes(kind):
        own = {what for _, what in change.objects}
        is_whole = any(sort.endswith(" table") for sort in change.sorts)
        if change.modelled is modelled and not is_whole and objects.isdisjoint(own):
            if change.sorts not in known:
                yield change
                objects |= own
            known.add(change.sorts)


def baseline(kind: str) -> tuple[str, ...]:
    """Return the statements of what no model says."""
    if kind == "postgresql":
        return (_BASELINE.read_text(),)
    return statements(f"{kind}.sql")


@cache
def changes(kind: str) -> tuple[Change, ...]:
    """Return the changes for a kind of database."""
    modelled = [
        Change(name, (sql,), tuple(found), modelled=True) for name, sql, found in MODELLED[kind]
    ]
    return (*modelled, *_of_legacy(kind))


def _of_legacy(kind: str) -> list[Change]:
    if kind == "postgresql":
        return [
            Change(case.name, (case.sql,), _objects(case.found), case.fixed)
            for case in CORPUS
            if case.since <= _VERSION and not any(map(_is_elsewhere, case.found))
        ]
    return [_of_item(item) for item in items(f"{kind}_changes.sql")]


def _is_elsewhere(key: str) -> bool:
    """Return whether it is not in the default schema, or comes without a migration."""
    return bool(re.search(r"other\b|^extension ", key))


def _of_item(item: Item) -> Change:
    return Change(item.name, item.statements, _objects(item.changed))


_SIGNS = {"+": "unexpected", "added": "unexpected", "-": "missing", "removed": "missing"}


def _objects(found: dict[str, str]) -> tuple[tuple[str, str], ...]:
    names = {key: key.replace("CURRENT_USER", "root") for key in found}
    return tuple((_SIGNS.get(what, "changed"), names[key]) for key, what in found.items())
