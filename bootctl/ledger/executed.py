"""A statement that a migration executed: what of it is kept, and what it does to a transaction or a schema."""

import re

from bootctl.output.redact import redactor
from bootctl.values import frozen

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
SHOWN = 2000
"""Characters of a statement that are kept."""
_VALUES = re.compile(r"[=<>'(]")
"""What may come before a value."""
_BLANKS = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$.*?\$\2\$)|(?:--[^\n]*|\s)+""", re.DOTALL
)
"""White space and comments, or what is quoted."""

_FIRST = re.compile(r"\s*([A-Za-z]+)(?=\s)")
"""A first word that no comment and no mark is beside."""


@frozen
class Statement:
    """One statement as it was executed. Its values, where it has any, are not kept."""

    text: str
    commits: bool
    """Whether it committed all that was executed before it."""

    @property
    def alters(self) -> bool:
        """Return whether the catalog tells if it took effect."""
        return _alters(self.text)


UNSEEN = Statement("...", commits=False)
"""Stands for what a migration's code executed past everything that tells of statements."""


def statement(text: str, *, commits: bool) -> Statement:
    """Return the value for ``text``; of what may hold a row's values only the beginning.

    A driver that takes ``%s`` is given every ``%`` doubled, those of a secret too.
    """
    whole = without_secrets(plain(without_secrets(text).replace("%%", "%")))
    if _alters(whole):
        return Statement(whole[:SHOWN], commits)
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
    return first_word(text) not in _READS | _ROWS


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
    word = first_word(text)
    return word in _WHOLE and not (word == "DROP" and "," in text)


def leaves_nothing(text: str) -> bool:
    """Return whether a failure of ``text``, outside of any transaction of PostgreSQL or SQLite, leaves nothing.

    What is done CONCURRENTLY is done in several transactions, and a procedure may have its own.
    """
    return first_word(text) in _WHOLE and not (_ALONE.search(text) or commits_transaction(text))


_ALONE = re.compile(r"(?i)\bCONCURRENTLY\b")


def changes(text: str) -> bool:
    """Return whether ``text`` may change the database that it is executed in."""
    return first_word(text) not in _READS


def _alters(text: str) -> bool:
    words = text.upper().replace(" OR REPLACE ", " ", 1).split(maxsplit=2)
    return len(words) > 1 and words[0] in _VERBS and words[1] in _OBJECTS


def first_word(text: str) -> str:
    """Return the first word of ``text``, in capitals."""
    if first := _FIRST.match(text):
        return first[1].upper()
    words = plain(text).split(maxsplit=1)
    return words[0].strip("(;").upper() if words else ""


def plain(text: str) -> str:
    """Return ``text`` on one line and without comments, but for what is quoted."""
    if "\\" in text:  # what that quotes depends on the database
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if not line.lstrip().startswith("--")).strip()
    return _BLANKS.sub(lambda found: found[1] or " ", text).strip()
