"""What leads out of a migration that is half applied: which statements remain, which undo it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile

from bootctl.database.url import MASK
from bootctl.ledger.wording import brief
from bootctl.output.redact import redactor

_READS = frozenset(
    [
        "",
        "BEGIN",
        "COMMIT",
        "PRAGMA",
        "RELEASE",
        "ROLLBACK",
        "SAVEPOINT",
        "SELECT",
        "SET",
        "SHOW",
        "START",
        "USE",
    ]
)
"""First words of statements that change no database."""
_ROWS = frozenset(["DELETE", "INSERT", "REPLACE", "UPDATE", "WITH"])
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
_VALUES = re.compile(r"[=<>'(]")
"""What may come before a value."""
_BLANKS = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$.*?\$\2\$)|(?:--[^\n]*|\s)+""", re.DOTALL
)
"""White space and comments, or what is quoted."""

_FIRST = re.compile(r"\s*([A-Za-z]+)(?=\s)")
"""A first word that no comment and no mark is beside."""


@dataclass(frozen=True)
class RecoveryPlan:
    """Statements that finish a migration, and statements that undo what there is of it."""

    forward: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    """Each is empty where it is not known."""
    forget: str = ""
    """The statement that ends both, after which nothing is taken to be half done."""
    ran: "tuple[Statement, ...]" = ()
    """What of the migration the way forward goes on after."""
    unmasked: "tuple[tuple[str, ...], tuple[str, ...]]" = field(default=((), ()), repr=False)
    """Both as they are executed, where they are known. They are shown nowhere."""

    @classmethod
    def of(
        cls,
        forward: Sequence[str],
        back: Sequence[str],
        forget: str = "",
        ran: "tuple[Statement, ...]" = (),
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


@dataclass(frozen=True)
class Statement:
    """One statement as it was executed. Its values, where it has any, are not kept."""

    text: str
    commits: bool
    """Whether it committed all that was executed before it."""

    @property
    def alters(self) -> bool:
        """Return whether the catalog tells if it took effect."""
        return _alters(self.text)


def statement(text: str, *, commits: bool) -> Statement:
    """Return the value for ``text``; of what may hold a row's values only the beginning.

    A driver that takes ``%s`` is given every ``%`` doubled, those of a secret too.
    """
    whole = without_secrets(_plain(without_secrets(text).replace("%%", "%")))
    if _alters(whole):
        return Statement(whole[:_SHOWN], commits)
    kept = _VALUES.split(" ".join(whole.split()[:4]))[0].strip()
    return Statement(kept if kept == whole else f"{kept} ...", commits)


def without_secrets(text: str) -> str:
    """Return ``text`` as a journal has it, and as it is shown."""
    masked: str = redactor.result(text)
    return masked


def commits_by_itself(text: str) -> bool:
    """Return whether MySQL commits the transaction before it executes ``text``.

    https://dev.mysql.com/doc/refman/8.0/en/implicit-commit.html
    """
    return _word(text) not in _READS | _ROWS


_COMMITS = re.compile(r"(?i)(?:^|;)\s*(?:COMMIT|END|PREPARE\s+TRANSACTION)\b")
_UNDOES = re.compile(r"(?i)^\s*(?:ROLLBACK|ABORT)(?:\s+(?:WORK|TRANSACTION))?\s*;?\s*$")
_MAY_END = re.compile(r"(?i)COMMIT|END|PREPARE|ROLLBACK|ABORT")
"""What any text has that either finds."""
_BODIES = re.compile(r"(?is)\bBEGIN\s+ATOMIC\b.*?\bEND\b")
"""Of functions of PostgreSQL whose text is not quoted."""
_WHOLE = frozenset(
    [
        "ALTER",
        "CREATE",
        "DELETE",
        "DROP",
        "INSERT",
        "RENAME",
        "REPLACE",
        "SELECT",
        "TRUNCATE",
        "UPDATE",
        "WITH",
    ]
)
"""First words of statements that have an effect as a whole, or none."""


def commits_transaction(text: str) -> bool:
    """Return whether ``text``, or a statement in it, commits the transaction that it is executed in."""
    return _ends(_COMMITS, text)


def rolls_back(text: str) -> bool:
    """Return whether ``text`` undoes the transaction that it is executed in, and commits nothing."""
    return _ends(_UNDOES, text) and not _ends(_COMMITS, text)


def _ends(how: "re.Pattern[str]", text: str) -> bool:
    """Look for ``how`` outside of what is quoted, and of a function that is written in SQL.

    Whether a backslash quotes depends on the database: where there are some, both have to agree.
    """
    if not _MAY_END.search(text):
        return False
    readings = {text, re.sub(r"(?s)\\.", "", text)}
    return all(how.search(_BODIES.sub("", _BLANKS.sub(" ", it))) for it in readings)


def is_whole(text: str) -> bool:
    """Return whether a failure of ``text``, a statement of MySQL's, leaves nothing committed.

    A procedure may have committed before it fails, and of several tables some may be dropped.
    """
    word = _word(text)
    return word in _WHOLE and not (word == "DROP" and "," in text)


def leaves_nothing(text: str) -> bool:
    """Return whether a failure of ``text``, outside of any transaction of PostgreSQL or SQLite, leaves nothing.

    What is done CONCURRENTLY is done in several transactions, and a procedure may have its own.
    """
    return _word(text) in _WHOLE and not (_ALONE.search(text) or commits_transaction(text))


_ALONE = re.compile(r"(?i)\bCONCURRENTLY\b")


def changes(text: str) -> bool:
    """Return whether ``text`` may change the database that it is executed in."""
    return _word(text) not in _READS


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
        kept = _plain(text)
        if kept.strip(" ;") and _word(kept) not in ("BEGIN", "COMMIT", "START"):
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
    text = _plain(printed).replace("%%", "%").rstrip("; ")
    shown, _, cut = done.rpartition(" ...")
    if shown and not cut:
        return _pattern(shown).match(text) is not None
    is_cut = len(done) >= _SHOWN
    found = _pattern(done.rstrip("; "))
    return (found.match(text) if is_cut else found.fullmatch(text)) is not None


@cache
def _pattern(kept: str) -> "re.Pattern[str]":
    """Return what finds ``kept``: which secrets were masked in it is for who wrote it to know."""
    return re.compile(".*?".join(map(re.escape, kept.split(MASK))), re.DOTALL)


def _alters(text: str) -> bool:
    words = text.upper().replace(" OR REPLACE ", " ", 1).split(maxsplit=2)
    return len(words) > 1 and words[0] in _VERBS and words[1] in _OBJECTS


def _word(text: str) -> str:
    if first := _FIRST.match(text):
        return first[1].upper()
    words = _plain(text).split(maxsplit=1)
    return words[0].strip("(;").upper() if words else ""


def _plain(text: str) -> str:
    """``text`` on one line and without comments, but for what is quoted."""
    if "\\" in text:  # what that quotes depends on the database
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if not line.lstrip().startswith("--")).strip()
    return _BLANKS.sub(lambda found: found[1] or " ", text).strip()
