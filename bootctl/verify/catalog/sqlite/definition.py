"""What only the text of CREATE TABLE says: expressions, collations, conflict clauses, deferred keys."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bootctl.verify.catalog.sqlite.tokens import Token, closing, expression, parts, split, tokens

_CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")
_TOLD_BY_TEXT = re.compile(
    r"check|collate|conflict|autoincrement|constraint|\bas\b|\bas\(", re.IGNORECASE
)
"""What a part without any of these words says, a pragma tells."""
_REFERENCES = re.compile("references", re.IGNORECASE)
_OF_REFERENCES = re.compile("deferr|constraint", re.IGNORECASE)
"""What is told of a foreign key by its place among all of its table."""
PRIMARY_KEY = ("primary key",)
_STARTS = (*_CONSTRAINTS, "NOT", "NULL", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS")


@dataclass
class Definition:
    """A table, as far as no pragma tells it. Columns are named in small letters."""

    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    checks: list[tuple[str, str]] = field(default_factory=list)
    """Each with its name, which may be empty, and its expression."""
    not_null: dict[str, str] = field(default_factory=dict)
    """What happens on a null, where that is not ABORT."""
    unique: dict[tuple[str, ...], str] = field(default_factory=dict)
    """What happens on a second value, where that is not ABORT, by columns."""
    primary_key: str = ""
    """What happens on a second value of the primary key."""
    autoincrement: bool = False
    deferred: list[bool] = field(default_factory=list)
    """Whether each foreign key is checked at the commit, in the order of the text."""
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    """What the primary key, and UNIQUE constraints, are called that have a name, by columns."""
    foreign_names: list[str] = field(default_factory=list)
    """The names of foreign keys, empty where they have none, in the order of the text."""
    options: list[str] = field(default_factory=list)


def parsed(sql: str) -> Definition:
    """Return what ``sql``, the text of a CREATE TABLE, says."""
    definition = Definition()
    columns, options = parts(sql)
    counts_keys = bool(_OF_REFERENCES.search(sql))
    for part in columns:
        if _TOLD_BY_TEXT.search(part) or (counts_keys and _REFERENCES.search(part)):
            _Part(tokens(part), definition).parse()
    found = split(tokens(options))
    definition.options = [expression(option) for option in found if option]
    return definition


class _Part:
    """A column or the constraints of a table, as they are read from left to right."""

    def __init__(self, found: Sequence[Token], definition: Definition) -> None:
        self._tokens = found
        self._at = 0
        self._definition = definition
        self._column = ""
        self._name = ""

    def parse(self) -> None:
        """Note what it says in the definition."""
        if self._tokens and self._tokens[0].keyword not in _CONSTRAINTS:
            self._column = self._next().name.lower()
            while self._tokens[self._at :] and self._peek() not in _STARTS:
                self._skip()
        while self._tokens[self._at :]:
            word = self._next().keyword
            if word == "CONSTRAINT":
                self._name = self._next().name
            else:
                getattr(self, f"_on_{word.lower()}", self._on_nothing)()
                self._name = self._name if word == "FOREIGN" else ""

    def _peek(self) -> str:
        return self._tokens[self._at].keyword if self._at < len(self._tokens) else ""

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self) -> Sequence[Token]:
        """Return the next token, or all in the next parentheses."""
        start = self._at
        if start < len(self._tokens) and self._tokens[start].text == "(":
            self._at = closing(self._tokens, start)
        self._at += 1
        return self._tokens[start : self._at]

    def _took(self, *words: str) -> bool:
        ahead = [token.keyword for token in self._tokens[self._at : self._at + len(words)]]
        if ahead != list(words):
            return False
        self._at += len(words)
        return True

    def _conflict(self) -> str:
        if not self._took("ON", "CONFLICT"):
            return ""
        action = self._next().keyword
        return "" if action == "ABORT" else action

    def _columns(self) -> tuple[str, ...]:
        """Return the names in the next parentheses; of a column's own constraint, its name."""
        if self._at >= len(self._tokens) or self._tokens[self._at].text != "(":
            return (self._column,)
        inside = self._skip()[1:-1]
        self._definition.autoincrement |= any(t.keyword == "AUTOINCREMENT" for t in inside)
        return tuple(part[0].name.lower() for part in split(inside) if part)

    def _on_nothing(self) -> None:
        """Pass over what a pragma tells, or nobody."""

    def _on_not(self) -> None:
        if self._took("NULL"):
            self._definition.not_null[self._column] = self._conflict()

    def _on_default(self) -> None:
        if self._tokens[self._at].text in ("+", "-"):
            self._at += 1
        self._skip()

    def _on_primary(self) -> None:
        self._took("KEY")
        if not self._column:
            self._columns()
        _ = self._took("ASC") or self._took("DESC")
        self._definition.names[PRIMARY_KEY] = self._name
        self._definition.primary_key = self._conflict()
        self._definition.autoincrement |= self._took("AUTOINCREMENT")

    def _on_unique(self) -> None:
        columns = (self._column,) if self._column else self._columns()
        self._definition.unique[columns] = self._conflict()
        self._definition.names[columns] = self._name

    def _on_check(self) -> None:
        self._definition.checks.append((self._name, expression(self._skip())))
        self._conflict()

    def _on_collate(self) -> None:
        self._definition.collations[self._column] = self._next().name.upper()

    def _on_as(self) -> None:
        self._definition.generated[self._column] = expression(self._skip())

    def _on_foreign(self) -> None:
        self._took("KEY")
        self._columns()

    def _on_references(self) -> None:
        self._next()
        if self._at < len(self._tokens) and self._tokens[self._at].text == "(":
            self._skip()
        while self._took("ON") or self._took("MATCH"):
            self._action()
        negated = self._took("NOT", "DEFERRABLE")
        deferrable = not negated and self._took("DEFERRABLE")
        self._took("INITIALLY", "IMMEDIATE")
        deferred = self._took("INITIALLY", "DEFERRED")
        self._definition.deferred.append(deferrable and deferred)
        self._definition.foreign_names.append(self._name)

    def _action(self) -> None:
        """Pass over what follows ON or MATCH: a name, or an action of one or two words."""
        if (self._took("DELETE") or self._took("UPDATE")) and not self._took("SET"):
            self._took("NO")
        self._next()


def after(found: Sequence[Token], word: str) -> Sequence[Token]:
    """Return what follows ``word`` outside of all parentheses."""
    index = 0
    while index < len(found):
        if found[index].text == "(":
            index = closing(found, index)
        elif found[index].keyword == word:
            return found[index + 1 :]
        index += 1
    return ()


def indexed(sql: str) -> tuple[list[str], str]:
    """Return the columns and the predicate of a CREATE INDEX, without collations and orders."""
    found = list(after(tokens(sql), "ON"))
    opening = next(i for i, token in enumerate(found) if token.text == "(")
    inside = found[opening + 1 : closing(found, opening)]
    columns = [expression(_bare(part)) for part in split(inside)]
    return columns, expression(after(found, "WHERE"))


def _bare(part: Sequence[Token]) -> Sequence[Token]:
    if part[-1].keyword in ("ASC", "DESC"):
        part = part[:-1]
    if len(part) > 2 and part[-2].keyword == "COLLATE":
        part = part[:-2]
    return part


def arguments(sql: str) -> str:
    """Return the module of a CREATE VIRTUAL TABLE, and its arguments."""
    return expression(after(tokens(sql), "USING"))


def body(sql: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a CREATE VIEW."""
    found = tokens(sql)
    at = next(i for i, token in enumerate(found) if token.keyword == "AS")
    head = found[:at]
    opening = next((i for i, token in enumerate(head) if token.text == "("), len(head))
    yield "columns", expression(head[opening:])
    yield "definition", expression(found[at + 1 :])


def reaction(sql: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a CREATE TRIGGER."""
    found = _unnamed(tokens(sql))
    start = next(i for i, token in enumerate(found) if token.keyword == "BEGIN")
    on = next(i for i in range(start) if found[i].keyword == "ON")
    yield "timing", _timing(found[:on])
    yield "when", expression(after(found[on:start], "WHEN"))
    yield "definition", expression(found[start:])


def _unnamed(found: Sequence[Token]) -> Sequence[Token]:
    """Return what follows the name of a trigger, which may be a word of what follows."""
    rest = after(found, "TRIGGER")
    if [token.keyword for token in rest[:2]] == ["IF", "NOT"]:
        rest = rest[3:]
    return rest[3:] if rest[1].text == "." else rest[1:]


def _timing(head: Sequence[Token]) -> str:
    """Return when it is called; where the text says nothing, that is before."""
    says = head[0].keyword in ("BEFORE", "AFTER", "INSTEAD")
    return expression(head) if says else f"BEFORE {expression(head)}"
