"""What a journal says is committed of a migration that was not recorded as applied."""

import json
from typing import TYPE_CHECKING, Any

from bootctl.database.fingerprint import is_as_before
from bootctl.ledger.executed import UNSEEN, Statement, without_secrets
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection


@frozen
class HalfApplied:
    """A migration that committed a part of itself, and was not recorded as applied."""

    ran: tuple[Statement, ...]
    doubtful: Statement | None
    """The last statement, where the catalog does not tell whether it took effect."""
    beside: tuple[Statement, ...] = ()
    """What took effect together with that one, or did not."""

    @property
    def all_texts(self) -> list[str]:
        """Return what ran, and what may have."""
        last = [self.doubtful] if self.doubtful else []
        return [item.text for item in (*self.ran, *self.beside, *last)]

    def __str__(self) -> str:
        ran = [item.text for item in self.ran]
        told = f"of its statements {len(ran)} ran, the last is `{ran[-1]}`" if ran else ""
        last = [*self.beside, self.doubtful] if self.doubtful else []
        named = ", ".join(f"`{item.text}`" for item in last)
        doubt = f"whether {named} ran is not known" if last else ""
        if self.doubtful == UNSEEN:
            doubt = "it has ended its transaction by itself, and what it committed was not seen"
        elif self.doubtful and self.doubtful.text.startswith(f"{UNSEEN.text} "):
            done = self.doubtful.text.removeprefix(f"{UNSEEN.text} ")
            doubt = f"{done}, and whether that has committed anything is not known"
        return "; ".join(filter(None, (told, doubt)))


def half_applied(journal: str, connection: "Connection") -> HalfApplied | None:
    """Return what a ``journal`` says is committed; ``None`` where nothing is."""
    begun = json.loads(journal)
    ran, running = (_read(begun[key]) for key in ("ran", "running"))
    if begun.get("settled"):
        return HalfApplied((*ran, *running), None)
    undoing = bool(begun.get("undoing"))
    unknown = not undoing and (begun.get("doubtful") or not running[-1].alters)
    doubtful = running[-1] if unknown else None
    if doubtful is None and is_as_before(connection, begun) is undoing:
        ran += running
    beside = tuple(running[:-1]) if doubtful else ()
    return HalfApplied(tuple(ran), doubtful, beside) if ran or doubtful else None


def _read(kept: list[dict[str, Any]]) -> list[Statement]:
    """Return the statements as they are shown: what was no secret then may be one now."""
    return [Statement(without_secrets(item["text"]), item["commits"]) for item in kept]
