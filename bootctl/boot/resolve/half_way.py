"""The ways out of a migration that is half applied, or applied and not recorded."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from bootctl.boot.context import Context
from bootctl.boot.resolve import refusals
from bootctl.boot.resolve.asking import asked
from bootctl.boot.resolve.resolution import Resolution, Way, at
from bootctl.database.migration_target import MigrationTarget
from bootctl.ledger.incomplete import PartialMigration
from bootctl.ledger.named import Presence, presence
from bootctl.ledger.recovery import RecoveryPlan
from bootctl.migrate.inspection import Database, Inspection, Stamp

_BY_HAND = "All that it {} by name is {} already, so only its record is written: you say that the rest is, too."
_UNKNOWN = "Which statements are left is not known, so only its record is written: you say that {}."


def revision_of(database: Database) -> str:
    """Return the revision by which a database is dirty."""
    partial = database.incomplete.partial if database.incomplete else None
    return partial.revision.id if partial else database.pending[0].id


def half_way(
    context: Context, inspection: Inspection, database: Database, target: MigrationTarget, way: Way
) -> Resolution:
    """Return the ``way`` out of a dirty ``database``. Raises ``DirtyError`` where it is not known."""
    revision = revision_of(database)
    stamp = context.backend.stamp(database, revision)
    plan = context.backend.recovery_plan(inspection, database)
    begun = Resolution(way, revision, target, database, database.reason, "", stamp.entry)
    found = _Found(begun, plan, stamp)
    if database.unrecorded and not database.incomplete:  # a journal knows the rows, too
        return found.unrecorded()
    return found.forward() if way is Way.FORWARD else found.back()


class _Found:
    """What is known of one dirty database."""

    def __init__(self, begun: Resolution, plan: RecoveryPlan, stamp: Stamp) -> None:
        state = begun.database.incomplete
        self._begun, self._stamp = begun, stamp
        self._forget = plan.forget
        self._forward, self._back = plan.unmasked
        self._left = tuple(state.left) if state else ()
        self._is_doubtful = state.is_doubtful if state else False
        self._done, self._goes_on_after = state.done if state else (), plan.ran
        self._partial: PartialMigration | None = state.partial if state else None

    def forward(self) -> Resolution:
        """Return what finishes it: what is left, or only its record where that is done by hand."""
        if self._partial is None:
            return self._mended(self._beside(self._forward))
        if not self._is_known(self._forward):
            if self._left:
                raise refusals.still_half(self._begun.revision, self._begun.database, self._left)
            return self._recorded(self._stamp.statements, *self._doubts())
        beside = self._beside(self._forward)
        left = self._forward[len(beside) : -1]  # the last forgets the journal, which gets replaced
        found = self._presence(left)
        half = {item.last for item in self._left}
        there = [it for it in found.there if not (it.may_be_older or it.index in half)]
        if there and found.missing:
            raise self._half_there(there, found.missing)
        if there:
            return self._recorded(self._stamp.statements, _BY_HAND.format("makes", "there"))
        ran = self._goes_on_after
        return replace(self._recorded(left), beside=beside, ran=ran, is_journaled=True)

    def _beside(self, way: Sequence[str]) -> tuple[str, ...]:
        """Return how a ``way`` begins: with what is about what a statement has left half done."""
        plans = [item.recovery_plan for item in self._left]
        mending = {sql for plan in plans for sql in (*plan.forward, *plan.back)}
        return tuple(takewhile(mending.__contains__, way))

    def _doubts(self) -> tuple[str, ...]:
        assert self._partial is not None  # only of one is anything left to do
        missing = self._presence([item.text for item in self._partial.done.ran]).missing
        gone = f"Of what ran, {', '.join(map(str, missing))} is not there." if missing else ""
        return _UNKNOWN.format("all of it is done"), gone

    def back(self) -> Resolution:
        """Return what undoes it; or what forgets it, where nothing of it is there."""
        if self._partial is None:
            return self._mended(self._beside(self._back))
        if not self._back or self._is_doubtful:
            if there := self._presence(self._partial.done.all_texts).there:
                raise refusals.still_there(self._begun.revision, self._begun.database, there)
            return self._undone((self._forget,), _UNKNOWN.format("nothing of it is left"))
        found = self._presence([item.text for item in self._done])
        if found.there and found.missing:
            raise self._half_there(found.there, found.missing)
        if found.missing:
            return self._undone((self._forget,), _BY_HAND.format("made", "gone"))
        beside = self._beside(self._back)
        made = self._undone(self._back[len(beside) :])
        return replace(made, beside=beside, ran=self._done, is_journaled=True)

    def unrecorded(self) -> Resolution:
        """Return its record, or what undoes all of it, as its tables are those that it leaves."""
        found, begun = self._begun.database.unrecorded, self._begun
        forward = begun.way is Way.FORWARD
        if found is None or not found.is_whole or not (forward or self._back):
            raise refusals.unrecorded(begun.way, begun.revision, begun.database)
        if not forward:
            return self._undone(self._back)
        doubt = "" if found.is_known else _UNKNOWN.format("its RunSQL and RunPython ran")
        return self._recorded(self._stamp.statements, doubt)

    def _mended(self, statements: tuple[str, ...]) -> Resolution:
        begun = self._begun
        if not statements:
            raise refusals.no_way(begun.way, begun.revision, begun.database)
        after = f"{at(begun.database)}, with {begun.revision} pending"
        return replace(begun, after=after, beside=statements)

    def _recorded(self, statements: tuple[str, ...], *notes: str) -> Resolution:
        begun = self._begun
        after = f"at {begun.revision}, recorded as applied"
        said = tuple(filter(None, notes))
        done = self._partial.done.ran if self._partial else ()
        made = replace(begun, after=after, statements=statements, ran=done, notes=said)
        return replace(made, records=True)

    def _undone(self, statements: tuple[str, ...], *notes: str) -> Resolution:
        begun = self._begun
        after = f"{at(begun.database)}, with {begun.revision} pending"
        done = self._partial.done.ran if self._partial else ()
        return replace(begun, after=after, statements=statements, ran=done, notes=notes)

    def _is_known(self, way: Sequence[str]) -> bool:
        return bool(way) and way[-1] == self._forget

    def _presence(self, statements: Sequence[str]) -> Presence:
        return asked(self._begun.target, lambda connection: presence(connection, statements))

    def _half_there(self, there: Sequence[object], missing: Sequence[object]) -> Exception:
        begun = self._begun
        return refusals.half_there(begun.way, begun.revision, begun.database, there, missing)
