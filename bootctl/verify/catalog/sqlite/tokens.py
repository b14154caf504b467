"""SQL of SQLite in tokens: two texts are the same where whitespace, comments, quotes and case say nothing."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_RESERVED_WORDS = (
    "ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE CROSS "
    "CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DEFAULT DEFERRABLE DELETE DISTINCT DROP ELSE ESCAPE "
    "EXCEPT EXISTS FOREIGN FROM FULL GLOB GROUP HAVING IN INDEX INNER INSERT INTERSECT INTO IS ISNULL "
    "JOIN LEFT LIKE LIMIT MATCH NATURAL NOT NOTNULL NULL ON OR ORDER OUTER PRIMARY REFERENCES REGEXP "
    "RETURNING RIGHT SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE UPDATE USING VALUES WHEN WHERE "
    "TRUE FALSE"
)
_RESERVED = frozenset(_RESERVED_WORDS.split())
"""What a name must be quoted for, or is otherwise taken for something else in an expression."""
_FREE_WORDS = (
    "ABORT ACTION AFTER ALWAYS ANALYZE ASC ATTACH BEFORE BEGIN BY CASCADE CAST COLUMN CONFLICT CURRENT "
    "DATABASE DEFERRED DESC DETACH DO EACH END EXCLUDE EXCLUSIVE EXPLAIN FAIL FILTER FIRST FOLLOWING "
    "FOR GENERATED GROUPS IF IGNORE IMMEDIATE INDEXED INITIALLY INSTEAD KEY LAST MATERIALIZED NO "
    "NOTHING NULLS OF OFFSET OTHERS OVER PARTITION PLAN PRAGMA PRECEDING QUERY RAISE RANGE RECURSIVE "
    "REINDEX RELEASE RENAME REPLACE RESTRICT ROLLBACK ROW ROWS SAVEPOINT TEMP TEMPORARY TIES TRIGGER "
    "UNBOUNDED VACUUM VIEW VIRTUAL WINDOW WITH WITHOUT STORED ROWID STRICT"
)
_FREE = frozenset(_FREE_WORDS.split())
"""Words of the grammar that are names too, without quotes."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<blob>[xX]'[0-9a-fA-F]*')
      | (?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
      | (?P<number>0[xX][0-9a-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<operator>\|\||<<|>>|<=|>=|<>|!=|==|->>|->|.)""",
    re.VERBOSE | re.DOTALL,
)
_SAME = {"==": "=", "<>": "!="}
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*\Z")
_FUNCTIONS_OF_WORDS = frozenset({"REPLACE", "LIKE", "GLOB", "MATCH", "REGEXP", "IF"})
_OPENS, _CLOSES = "(", ")"


class Token(NamedTuple):
    """A token, as all texts that mean the same have it."""

    kind: str
    text: str
    """The name without quotes, for one that has them in the text; else as it is rendered."""

    @property
    def keyword(self) -> str:
        """Return the word in capitals where it is one without quotes, and nothing else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """Return it as a name."""
        return self.text[1:-1].replace("''", "'") if self.kind == "string" else self.text


_OPENING, _CLOSING, _COMMA = (Token("operator", text) for text in (_OPENS, _CLOSES, ","))


def tokens(sql: str) -> list[Token]:
    """Return the tokens of ``sql``, without whitespace and comments."""
    found = []
    for match in _TOKEN.finditer(sql):
        kind, text = match.lastgroup or "", match.group()
        if kind == "quoted":
            text = text[1:-1].replace(text[0] * 2, text[0]) if text[0] != "[" else text[1:-1]
        elif kind == "blob":
            text = text.upper().replace("X'", "x'")
        if kind != "space":
            found.append(Token(kind, _SAME.get(text, text)))
    return found


def rendered(found: Sequence[Token]) -> str:
    """Return SQL that means the same as every text with these tokens."""
    parts: list[str] = []
    for before, token, after in zip((None, *found), found, (*found[1:], None), strict=False):
        text = _text(token, is_call=after is not None and after.text == _OPENS)
        if before and _is_apart(before, token):
            parts.append(" ")
        parts.append(text)
    return "".join(parts)


def _text(token: Token, is_call: bool) -> str:
    if token.kind not in ("word", "quoted"):
        return token.text
    word = token.text.upper()
    if token.kind == "quoted" and (word in _RESERVED or not _SIMPLE.match(token.text)):
        return identifier(token.text)
    if word in _RESERVED or (word in _FREE and not (is_call and word in _FUNCTIONS_OF_WORDS)):
        return word
    return token.text.lower() if is_call else token.text


def _is_apart(before: Token, token: Token) -> bool:
    if before.text in (_OPENS, ".") or token.text in (_CLOSES, ",", ".", ";"):
        return False
    return token.text != _OPENS or not _is_callable(before)


def _is_callable(token: Token) -> bool:
    word = token.text.upper()
    is_name = token.kind == "word" and word not in _RESERVED
    return is_name and (word not in _FREE or word in _FUNCTIONS_OF_WORDS | {"CAST", "RAISE"})


def identifier(name: str) -> str:
    """Return ``name`` in quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return ``value`` as a string."""
    return "'" + value.replace("'", "''") + "'"


def named(name: str) -> str:
    """Return ``name``, in quotes where it must have them."""
    is_bare = _SIMPLE.match(name) and name.upper() not in _RESERVED
    return name if is_bare else identifier(name)


def expression(found: Sequence[Token]) -> str:
    """Return an expression, without parentheses around all of it."""
    while len(found) > 1 and found[0] == _OPENING and closing(found, 0) == len(found) - 1:
        found = found[1:-1]
    return rendered(found)


def closing(found: Sequence[Token], start: int) -> int:
    """Return where the parenthesis is closed that opens at ``start``."""
    depth = 0
    for index in range(start, len(found)):
        if found[index] == _OPENING:
            depth += 1
        elif found[index] == _CLOSING:
            depth -= 1
        if depth == 0:
            return index
    return len(found) - 1


def split(found: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield what is between the commas that no parentheses surround."""
    start = index = 0
    while index < len(found):
        if found[index] == _OPENING:
            index = closing(found, index)
        elif found[index] == _COMMA:
            yield found[start:index]
            start = index + 1
        index += 1
    yield found[start:]


_PIECE = re.compile(
    r"""(?P<other>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]
        |--[^\n]*|/\*.*?(?:\*/|\Z)|[^'"`\[(),/-]+|[/-])|(?P<mark>[(),])""",
    re.VERBOSE | re.DOTALL,
)


def parts(sql: str) -> tuple[list[str], str]:
    """Return the texts between the commas of the first parentheses, and the text after these."""
    found, depth, start = [], 0, 0
    for match in _PIECE.finditer(sql):
        mark = match["mark"]
        if mark is None:
            continue
        if mark == _OPENS:
            depth += 1
        elif mark == _CLOSES:
            depth -= 1
        if (mark == "," and depth == 1) or depth == 0:
            found.append(sql[start : match.start()])
        if depth == 0:
            return found, sql[match.end() :]
        if depth == 1 and mark != _CLOSES:
            start = match.end()
    return found, ""
