"""What leads out of a migration that is half applied: which statements remain, which undo it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import cache
from itertools import takewhile

from bootctl.database.url import MASK
from bootctl.ledger.executed import (
    SHOWN,
    Statement,
    changes,
    commits_by_itself,
    first_word,
    plain,
    without_secrets,
)
from bootctl.ledger.wording import brief
from bootctl.values import frozen


@frozen
class RecoveryPlan:
    """Statements that finish a migration, and statements that undo what there is of it."""

    forward: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    """Each is empty where it is not known."""
    forget: str = ""
    """The statement that ends both, after which nothing is taken to be half done."""
    ran: tuple[Statement, ...] = ()
    """What of the migration the way forward goes on after."""
    unmasked: "tuple[tuple[str, ...], tuple[str, ...]]" = field(default=((), ()), repr=False)
    """Both as they are executed, where they are known. They are shown nowhere."""

    @classmethod
    def of(
        cls,
        forward: Sequence[str],
        back: Sequence[str],
        forget: str = "",
        ran: tuple[Statement, ...] = (),
    ) -> "RecoveryPlan":
        """Return the plan of statements that may hold secrets."""
        shown = [tuple(map(without_secrets, way)) for way in (forward, back)]
        return cls(shown[0], shown[1], forget, ran, (tuple(forward), tuple(back)))

    def __str__(self) -> str:
        ways = (("To finish it", self.forward), ("To undo it", self.back))
        told = [f"{what}, run: {' '.join(map(brief, sql))}" for what, sql in ways if sql]
        if any(MASK in text for text in (*self.forward, *self.back)):
            told.append(f"In place of {MASK} write the secret that the file has there")
        return ". ".join(told)


def remaining(printed: Sequence[str], ran: Sequence[Statement]) -> tuple[str, ...] | None:
    """Return what is left of ``printed``, a migration's statements, after those that ``ran``.

    Rows that were written in a transaction are printed one by one, and were committed by what
    followed them. ``None`` where they are not the same statements: the file was edited, or
    computes them.
    """
    position, rows = 0, False
    for done in ran:
        if not done.commits and not commits_by_itself(done.text):
            rows = True
            continue
        found = _find(printed, position, done, rows=rows)
        if found is None:
            return None
        position, rows = found + 1, False
    if rows:  # committed with what followed, which has been undone
        left = range(position, len(printed))
        position = next((i for i in left if commits_by_itself(printed[i])), len(printed))
    return tuple(printed[position:])


def undoing(
    upgrade: Sequence[str], downgrade: Sequence[str], ran: Sequence[Statement]
) -> tuple[str, ...]:
    """Return the end of ``downgrade`` that undoes what ``ran`` of ``upgrade``.

    Nothing where the two are not each other's mirror, statement for statement. Rows that were
    committed after the last DDL are undone by as many statements before the one that undoes it.
    """
    forth = [index for index, text in enumerate(upgrade) if commits_by_itself(text)]
    back = [index for index, text in enumerate(downgrade) if commits_by_itself(text)]
    done = sum(commits_by_itself(item.text) for item in ran)
    if not ran or len(forth) != len(back) or done > len(back):
        return ()
    first = back[len(back) - done] if done else len(downgrade)
    after = back[len(back) - done - 1] + 1 if done < len(back) else 0
    rows = [index for index in range(after, first) if changes(downgrade[index])]
    more = sum(1 for _ in takewhile(lambda it: not commits_by_itself(it.text), reversed(ran)))
    return tuple(downgrade[rows[-more:][0] if rows and more else first :])


def executable(printed: Sequence[str]) -> Iterator[str]:
    """Yield the statements of ``printed`` without comments and the bounds of transactions."""
    for text in printed:
        kept = plain(text)
        if kept.strip(" ;") and first_word(kept) not in ("BEGIN", "COMMIT", "START"):
            yield kept if kept.endswith(";") else f"{kept};"


def _find(printed: Sequence[str], start: int, done: Statement, *, rows: bool) -> int | None:
    """Return where ``done`` is; before it there may be what reads and, if so, statements for ``rows``."""
    for index in range(start, len(printed)):
        if _same(printed[index], done.text):
            again = index + 1 < len(printed) and _same(printed[index + 1], done.text)
            return None if again and not done.alters else index
        if commits_by_itself(printed[index]) or (changes(printed[index]) and not rows):
            return None
    return None


def _same(printed: str, done: str) -> bool:
    text = plain(printed).replace("%%", "%").rstrip("; ")
    shown, _, cut = done.rpartition(" ...")
    if shown and not cut:
        return _pattern(shown).match(text) is not None
    is_cut = len(done) >= SHOWN
    found = _pattern(done.rstrip("; "))
    return (found.match(text) if is_cut else found.fullmatch(text)) is not None


@cache
def _pattern(kept: str) -> "re.Pattern[str]":
    """Return what finds ``kept``: which secrets were masked in it is for who wrote it to know."""
    return re.compile(".*?".join(map(re.escape, kept.split(MASK))), re.DOTALL)
