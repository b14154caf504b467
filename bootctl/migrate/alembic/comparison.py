"""The live schema against the models of env.py, and against what the migrations had made of it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Table

from bootctl.database.state import Difference
from bootctl.database.url import Url
from bootctl.migrate.alembic.filters import models_of
from bootctl.migrate.alembic.metadata import differences
from bootctl.migrate.inspection import Comparison
from bootctl.migrate.snapshots import Snapshot
from bootctl.values import frozen
from bootctl.verify.modelled import Modelled
from bootctl.verify.models import live_names, modelled
from bootctl.verify.needed import with_views
from bootctl.verify.state import state


def compared(
    context: MigrationContext, snapshot: Snapshot | None, *, strict: bool = False
) -> Comparison:
    """Return what the database behind ``context`` differs in. ``strict``: as ``differences`` has it."""
    found = differences(context, strict=strict, live=snapshot.live if snapshot else None)
    if snapshot is None:
        return Comparison(found.differences, not_compared=found.not_compared)
    assert context.connection is not None  # only MigrationContext's offline mode has none
    models = modelled(context.connection, models_of(context), snapshot.live, found.differences)
    known = [*_confirmed(found.differences, models)]
    if known and context.dialect.name == "sqlite":  # of whose tables Alembic has no statements
        from bootctl.verify.apart.making import made
        from bootctl.verify.built import whole

        tables, _ = made(context.connection, models_of(context))
        models = replace(models, whole=whole(tables, snapshot.live))
    judged = snapshot.judged([*known, *models.beyond(known)], models)
    options = _options_off(context) if judged.compared_with == ("models",) else ()
    unknown = (*judged.not_compared, *options, *found.not_compared, *models.not_compared)
    names = live_names(context.connection, models_of(context))
    said = with_views(models.catalog, names, snapshot.live)
    return replace(Comparison.of(judged), not_compared=unknown, models=said)


@frozen
class _State:
    """What a comparison depends on, but for the code."""

    url: Url
    catalog: str
    read: tuple[object, ...]
    """As ``Snapshot.identity`` has it."""
    models: tuple[Table, ...]


class Verified:
    """The comparisons before commits: afterwards, of a database that is still the same, none is made again."""

    def __init__(self) -> None:
        self._found: list[tuple[_State, Comparison]] = []

    def keep(
        self, url: Url, context: MigrationContext, snapshot: Snapshot | None, found: Comparison
    ) -> None:
        """Keep what was ``found`` in the transaction that is open, by ``compared``."""
        now = _state(url, context, snapshot)
        if now is not None:
            self._found.append((now, found))

    def find(
        self, url: Url, context: MigrationContext, snapshot: Snapshot | None
    ) -> Comparison | None:
        """Return what was found of the database as it is now; ``None`` where it was not compared so."""
        now = _state(url, context, snapshot) if self._found else None
        return next((found for before, found in self._found if before == now), None)


def _state(url: Url, context: MigrationContext, snapshot: Snapshot | None) -> _State | None:
    assert context.connection is not None  # only MigrationContext's offline mode has none
    catalog = state(context.connection) if snapshot else None
    if snapshot is None or catalog is None:
        return None
    return _State(url, catalog, snapshot.identity, tuple(models_of(context)))


_OPTIONS = {"compare_server_default": "server defaults", "compare_type": "types of columns"}


def _options_off(context: MigrationContext) -> tuple[str, ...]:
    """Return what env.py leaves out of Alembic's comparison; a record of the migrations has it."""
    return tuple(
        f"{what}: env.py does not set {option}"
        for option, what in _OPTIONS.items()
        if context.opts.get(option) in (None, False)
    )


def _confirmed(found: Iterable[Difference], models: Modelled) -> Iterator[Difference]:
    """Yield what differs of ``found``, without the indexes that the database has been asked about.

    Of an expression or a direction Alembic compares texts, and only the database knows how it writes one.
    """
    for item in found:
        if not item.kind.endswith(" index") or item.name not in models.built:
            yield item
