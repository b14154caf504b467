"""What leads out of a migration that is half applied: which statements remain, which undo it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TRANSACTIONAL = frozenset(
    [
        "BEGIN",
        "COMMIT",
        "DELETE",
        "INSERT",
        "PRAGMA",
        "RELEASE",
        "REPLACE",
        "ROLLBACK",
        "SAVEPOINT",
        "SELECT",
        "SET",
        "SHOW",
        "START",
        "UPDATE",
        "USE",
        "WITH",
    ]
)
"""First words of statements that commit nothing, where DDL does."""
_VERBS = frozenset(("ALTER", "CREATE", "DROP", "RENAME"))
_OBJECTS = frozenset(
    [
        "COLUMN",
        "DOMAIN",
        "EXTENSION",
        "FULLTEXT",
        "INDEX",
        "MATERIALIZED",
        "OR",
        "SCHEMA",
        "SEQUENCE",
        "SPATIAL",
        "TABLE",
        "TRIGGER",
        "TYPE",
        "UNIQUE",
        "VIEW",
    ]
)
"""What a schema is made of. A user or a server is not, and its statement has a password."""
_SHOWN = 2000
"""Characters of a statement that are kept."""


@dataclass(frozen=True)
class WayOut:
    """Statements that finish a migration, and statements that undo what there is of it."""

    forward: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    """Each is empty where it is not known."""

    def __str__(self) -> str:
        ways = (("To finish it", self.forward), ("To undo it", self.back))
        told = [f"{what}, run: {' '.join(sql)}" for what, sql in ways if sql]
        return ". ".join(told) or "Compare it with the file, and finish or undo it by hand"


@dataclass(frozen=True)
class Statement:
    """One statement as it was executed. Its values, where it has any, are not kept."""

    text: str
    commits: bool
    """Whether it committed all that was executed before it."""

    @property
    def alters(self) -> bool:
        """Whether the catalog tells if it took effect."""
        return _alters(self.text)


def statement(text: str, *, commits: bool) -> Statement:
    """The value for ``text``; of what may hold a row's values only the beginning."""
    words = text.replace("%%", "%").split()
    if not _alters(text) and len(words) > 4:
        words = [*words[:4], "..."]
    return Statement(" ".join(words)[:_SHOWN], commits)


def commits_by_itself(text: str) -> bool:
    """Whether MySQL commits the transaction before it executes ``text``.

    https://dev.mysql.com/doc/refman/8.0/en/implicit-commit.html
    """
    return _word(text) not in TRANSACTIONAL


def remaining(printed: Sequence[str], ran: Sequence[Statement]) -> tuple[str, ...] | None:
    """What is left of ``printed``, a migration's statements, after those that ``ran``.

    What commits nothing by itself was committed by what followed it, or was rolled back.
    ``None`` where they are not the same statements: the file was edited, or computes them.
    """
    position = 0
    for done in (item for item in ran if item.commits):
        found = _find(printed, position, done)
        if found is None:
            return None
        position = found + 1
    return tuple(printed[position:])


def undoing(
    upgrade: Sequence[str], downgrade: Sequence[str], ran: Sequence[Statement]
) -> tuple[str, ...]:
    """The end of ``downgrade`` that undoes what ``ran`` of ``upgrade``.

    Nothing where the two are not each other's mirror, statement for statement.
    """
    forth = [index for index, text in enumerate(upgrade) if commits_by_itself(text)]
    back = [index for index, text in enumerate(downgrade) if commits_by_itself(text)]
    done = sum(item.commits for item in ran)
    if len(forth) != len(back) or not 0 < done <= len(back):
        return ()
    return tuple(downgrade[back[len(back) - done] :])


def executable(printed: Sequence[str]) -> Iterator[str]:
    """The statements of ``printed`` without comments and the bounds of transactions."""
    for text in printed:
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
        kept = " ".join(" ".join(lines).split())
        if kept.strip(" ;") and _word(kept) not in ("BEGIN", "COMMIT", "START"):
            yield kept if kept.endswith(";") else f"{kept};"


def _find(printed: Sequence[str], start: int, done: Statement) -> int | None:
    for index in range(start, len(printed)):
        if _same(printed[index], done.text):
            again = index + 1 < len(printed) and _same(printed[index + 1], done.text)
            return None if again and not done.alters else index
    return None


def _same(printed: str, done: str) -> bool:
    text = " ".join(printed.split()).rstrip("; ")
    shown, _, cut = done.rpartition(" ...")
    if shown and not cut:
        return text.startswith(shown)
    return text[:_SHOWN] == done.rstrip("; ")


def _alters(text: str) -> bool:
    words = text.upper().split(maxsplit=2)
    return len(words) > 1 and words[0] in _VERBS and words[1] in _OBJECTS


def _word(text: str) -> str:
    return text.split(maxsplit=1)[0].strip("(;").upper() if text.split() else ""
