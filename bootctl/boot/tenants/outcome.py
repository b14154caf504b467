"""How tenants ended, and what that makes of the whole."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from bootctl.boot.tenants.shard import Shard
from bootctl.boot.tenants.task import Task
from bootctl.errors import TenantsError
from bootctl.values import frozen

_NAMED = 5
"""How many failed tenants of one exit code a verdict names."""
_LISTED = 100
"""How many of all a field of it lists: the report has the rest."""


@frozen
class Outcome:
    """How one tenant ended."""

    tenant: str
    exit_code: int | None = 0
    """``None`` where it was not begun."""
    applied: tuple[str, ...] = ()
    """The revisions that were applied."""
    duration_ms: int = 0
    message: str = ""
    """The verdict, of a failure."""
    hint: str = ""
    cached: bool = False
    """Whether a receipt held, and nothing more was asked."""
    pending: tuple[str, ...] = ()
    """The revisions that were not."""
    found: str = ""
    """How its database is, where that is asked."""

    @property
    def failed(self) -> bool:
        """Return whether it was begun, and did not succeed."""
        return bool(self.exit_code)

    @property
    def state(self) -> str:
        """Return how it is, in two words, or else how it ended."""
        if self.exit_code is None:
            return "not begun"
        ended = "failed" if self.exit_code else "migrated" if self.applied else "at head"
        return self.found or ended


@frozen
class Report:
    """How all of them ended, in the order in which they were named."""

    task: Task
    shard: Shard
    outcomes: Sequence[Outcome]
    duration_ms: int
    known: int
    """How many there are in all shards."""

    @property
    def counts(self) -> dict[str, int]:
        """Return how many ended in each state."""
        return dict(Counter(item.state for item in self.outcomes))

    @property
    def failed(self) -> list[Outcome]:
        """Return those that failed."""
        return [item for item in self.outcomes if item.failed]

    @property
    def failure(self) -> TenantsError | None:
        """Return the verdict; ``None`` where none has failed."""
        if not self.failed:
            return None
        codes = Counter(item.exit_code or 0 for item in self.failed)
        return TenantsError(
            codes,
            f"{len(self.failed)} of {_tenants(len(self.outcomes))} failed: "
            f"{'; '.join(self._named(codes))}{self._left()}",
            hint=self._hint(),
            failed=[f"{item.tenant}: {item.exit_code}" for item in self.failed[:_LISTED]],
        )

    @property
    def summary(self) -> str:
        """Return one line that says how it went."""
        counted = (f"{count} {state}" for state, count in sorted(self.counts.items()))
        of = f"shard {self.shard} of {_tenants(self.known)}: " if self.shard.count > 1 else ""
        return f"{of}{', '.join(counted) or 'no tenants'}"

    def _named(self, codes: Counter[int]) -> Iterator[str]:
        for code in sorted(codes):
            names = [item.tenant for item in self.failed if item.exit_code == code]
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            yield f"exit code {code}: {', '.join(names[:_NAMED])}{more}"

    def _left(self) -> str:
        left = self.counts.get("not begun", 0)
        return f"; {_tenants(left)} not begun" if left else ""

    def _hint(self) -> str:
        first = self.failed[0]
        own = f" Of {first.tenant}: {first.hint}" if first.hint else ""
        return f"Start again once these are mended: the others cost a look.{own}"

    def document(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "tenants": [
                {
                    "tenant": item.tenant,
                    "state": item.state,
                    "exit_code": item.exit_code,
                    "applied": list(item.applied),
                    "pending": list(item.pending),
                    "duration_ms": item.duration_ms,
                    "cached": item.cached,
                    "message": item.message,
                    "hint": item.hint,
                }
                for item in self.outcomes
            ],
            "shard": str(self.shard),
            "counts": self.counts,
            "summary": self.summary,
            "duration_ms": self.duration_ms,
        }


def _tenants(count: int) -> str:
    return f"{count} tenant{'s' * (count != 1)}"
