"""What the migrations have made of a schema, as it was recorded when they last ran."""

from bootctl.values import frozen
from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.objects import Catalog, SchemaObject


@frozen
class Record:
    """The catalog that the migrations make."""

    catalog: Catalog
    heads: tuple[str, ...]
    """The revisions that had made it."""
    at: str
    """When the database was that: RFC 3339, UTC; empty where it was no live database."""
    source: str
    """Where it was read: ``the ledger``, or the name of a file."""

    def why_not(self, current: tuple[str, ...], live: Catalog) -> str:
        """Return why it says nothing of a database at ``current``; empty where it does."""
        if set(self.heads) != set(current):
            return (
                f"what {self.source} has was recorded at {', '.join(self.heads) or 'no revision'}, "
                f"and the database is at {', '.join(current) or 'no revision'}"
            )
        if self.catalog.server != live.server:
            there = self.catalog.server
            return f"what {self.source} has was recorded on {there}, and this is {live.server}"
        if self.catalog.schemas != live.schemas:
            return f"what {self.source} has was recorded of other schemas"
        return ""


def after_migrating(record: Catalog | None, before: Catalog, after: Catalog) -> Catalog:
    """Return what migrations have made that changed ``before`` to ``after``.

    What differed from the ``record`` before, and no migration has touched, was changed by hand: it
    stays as the record has it, and so still differs.
    """
    if record is None:
        return after
    made = dict(after.by_key)
    for change in changes(record, before):
        key = change.object.key
        if _is_same(before.by_key.get(key), after.by_key.get(key)):
            if change.expected is None:
                made.pop(key, None)
            else:
                made[key] = change.expected
    return Catalog(made.values(), after.server, after.unseen, after.schemas)


def _is_same(one: SchemaObject | None, other: SchemaObject | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.parts == other.parts
