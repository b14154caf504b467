"""From differences to a verdict: which of them count."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bootctl.config.lists import Ignored
from bootctl.config.settings import Verify
from bootctl.database.state import Difference, Direction, Layers
from bootctl.values import frozen
from bootctl.verify import baseline
from bootctl.verify.baseline import Baseline, Terms

if TYPE_CHECKING:  # nothing is pending most of the time
    from bootctl.database.risks import Risk


@frozen
class Acceptance:
    """One entry of a setting that accepts differences."""

    setting: str
    """``verify.ignore`` or ``verify.baseline``."""
    entry: str
    """A pattern, or the difference."""
    owner: str = ""
    reason: str = ""
    expires: str = ""
    """The last day, as ``YYYY-MM-DD``; empty: it never ends."""

    @property
    def terms(self) -> str:
        """Return whose it is, why, and until when, as far as it says so."""
        until = f"until {self.expires}" if self.expires else ""
        by = f"by {self.owner}" if self.owner else ""
        return ": ".join(filter(None, (" ".join(filter(None, (until, by))), self.reason)))

    def told(self, tell: Callable[[str], str]) -> "Acceptance":
        """Return it with what ``tell`` makes of the texts that are not ours."""
        texts = {key: tell(getattr(self, key)) for key in ("entry", "owner", "reason")}
        return replace(self, **texts)

    def __str__(self) -> str:
        return f"{self.entry} ({self.terms})" if self.terms else self.entry


@frozen
class Verdict:
    """What a check found, and what of it counts."""

    direction: Direction | None
    """``None`` where no database was read."""
    differences: tuple[Difference, ...]
    accepted: tuple[Difference, ...]
    """Differences that ``verify.ignore`` or ``verify.baseline`` accept."""
    pending: tuple[str, ...]
    compared_with: tuple[str, ...] = ("models",)
    """What the live schema was held against: ``models``, ``migrations``, each with when and where from."""
    not_compared: tuple[str, ...] = ()
    """What was not compared, and why, a phrase each."""
    accepted_by: tuple[Acceptance, ...] = ()
    """What accepts each of ``accepted``."""
    expired: tuple[Acceptance, ...] = ()
    """Entries whose last day is past: what they accepted counts again."""
    unused: tuple[Acceptance, ...] = ()
    """Entries that accept nothing of what was found; none unless every database was at head."""

    risks: "tuple[Risk, ...]" = ()
    """What the pending migrations put at risk; no drift."""
    not_looked_at: tuple[str, ...] = ()
    """What their risk was not judged by, and why, a phrase each."""

    @property
    def clean(self) -> bool:
        """Return whether the schema is what the models say."""
        return not self.differences

    @property
    def outcome(self) -> str:
        """Return ``clean``, ``drift``, or ``pending``: it differs, and migrations may mend that."""
        if self.clean:
            return "clean"
        return "pending" if self.pending else "drift"

    @property
    def accepts(self) -> str:
        """Return how many are accepted, in words; empty where none is."""
        settings = [item.setting for item in self.accepted_by]
        counts = {
            "accepted by the baseline": settings.count("verify.baseline"),
            "ignored": settings.count("verify.ignore"),
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)

    def told(self, tell: Callable[[str], str]) -> "Verdict":
        """Return it with what ``tell`` makes of the texts that are not ours."""
        return replace(
            self,
            differences=tuple(item.told(tell) for item in self.differences),
            accepted=tuple(item.told(tell) for item in self.accepted),
            pending=tuple(map(tell, self.pending)),
            compared_with=tuple(map(tell, self.compared_with)),
            not_compared=tuple(map(tell, self.not_compared)),
            accepted_by=tuple(item.told(tell) for item in self.accepted_by),
            expired=tuple(item.told(tell) for item in self.expired),
            unused=tuple(item.told(tell) for item in self.unused),
            risks=tuple(item.told(tell) for item in self.risks),
            not_looked_at=tuple(map(tell, self.not_looked_at)),
        )


class DriftPolicy:
    """Knows what is accepted, by the settings. Raises ``SettingsError`` for a bad baseline.

    ``accepted`` takes the place of what ``verify.baseline`` accepts.
    """

    def __init__(self, settings: Verify, accepted: Baseline | None = None) -> None:
        path = settings.baseline
        if accepted is None:
            accepted = baseline.read(path) if path else {}
        self.ignore = tuple(map(Ignored.of, settings.ignore))
        self.baseline = accepted

    def split(
        self, found: Iterable[Difference]
    ) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
        """Return the differences that count, and those that are accepted."""
        counted: list[Difference] = []
        accepted: list[Difference] = []
        for item in found:
            (accepted if self._acceptance(item) else counted).append(item)
        return tuple(counted), tuple(accepted)

    def stopping(self, found: Iterable[Difference]) -> tuple[Difference, ...]:
        """Return those that count for a boot: a privilege that somebody has added counts for ``check``."""
        counted, _ = self.split(found)
        if not counted:
            return ()
        from bootctl.verify.additive import adds_privileges  # where something differs

        return tuple(item for item in counted if not adds_privileges(item))

    def verdict(
        self,
        found: Iterable[Difference],
        direction: Direction | None = None,
        pending: tuple[str, ...] = (),
        not_compared: tuple[str, ...] = (),
        compared_with: tuple[str, ...] = ("models",),
    ) -> Verdict:
        """Return the verdict on what was ``found`` to differ, with what else the verdict says."""
        found = tuple(found)
        counted, accepted = self.split(found)
        if (
            pending or direction is Direction.FRESH
        ):  # migrations may mend what differs from the models
            counted = tuple(map(_left_to_migrations, counted))
        is_all = direction in (Direction.AT_HEAD, Direction.FRESH) and not pending
        return Verdict(
            direction,
            tuple(_fixed_once(counted)),
            accepted,
            pending,
            compared_with,
            not_compared,
            tuple(filter(None, map(self._acceptance, accepted))),
            tuple(filter(None, map(self._expired, counted))),
            tuple(self._unused(found)) if is_all else (),
        )

    def unignored(self, found: Iterable[Difference]) -> tuple[Difference, ...]:
        """Return the differences that a baseline has to accept for none to count."""
        return tuple(item for item in found if not self._ignored(item))

    def _acceptance(self, item: Difference) -> Acceptance | None:
        ignored = self._ignored(item)
        if ignored:
            return _of_ignored(ignored)
        entry = baseline.known(item, self.baseline)
        if entry is None or self.baseline[entry].are_over:
            return None
        return _of_entry(entry, self.baseline[entry])

    def _ignored(self, item: Difference) -> Ignored | None:
        return next((one for one in self.ignore if one.matches(item.kind, item.name)), None)

    def _expired(self, item: Difference) -> Acceptance | None:
        entry = baseline.known(item, self.baseline)
        return _of_entry(entry, self.baseline[entry]) if entry else None

    def _unused(self, found: tuple[Difference, ...]) -> Iterator[Acceptance]:
        for ignored in self.ignore:
            if not any(ignored.matches(item.kind, item.name) for item in found):
                yield _of_ignored(ignored)
        held = {baseline.known(item, self.baseline) for item in found}
        for entry, terms in self.baseline.items():
            if entry not in held:
                yield _of_entry(entry, terms)


def _left_to_migrations(item: Difference) -> Difference:
    by_models = item.layers == (Layers.MODELS_DATABASE,)
    return replace(item, fix=(), destructive=False) if by_models else item


def _fixed_once(found: Iterable[Difference]) -> Iterator[Difference]:
    """Yield differences so that their fixes can be executed one after another.

    What mends several at once is the fix of the first of them.
    """
    known: set[tuple[str, tuple[str, ...]]] = set()
    for item in found:
        own = item.database, item.fix
        yield replace(item, fix=()) if own in known else item
        known.add(own)


def _of_ignored(item: Ignored) -> Acceptance:
    return Acceptance("verify.ignore", item.text, reason=item.reason)


def _of_entry(item: Difference, terms: Terms) -> Acceptance:
    expires = str(terms.expires or "")
    return Acceptance("verify.baseline", str(item), terms.owner, terms.reason, expires)
