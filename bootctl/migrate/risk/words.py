"""A statement as words, by sqlparse's lexer: comments and white space say nothing.

It is imported for what is not plain: many a migration has nothing else.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_READ = 100_000
"""Characters of a statement that are read: what it does is said at its beginning."""
_QUOTES = {'"': '"', "`": "`", "[": "]"}
_WORD = r"[A-Za-z][A-Za-z0-9_]*(?![^\s(),;.])|[0-9]+(?![^\s(),;])|[(),;]|(?<=[A-Za-z0-9_])\.(?=[A-Za-z])"
_PLAIN = re.compile(rf"(?:\s|{_WORD})*\Z", re.ASCII)
"""A text of nothing but names, whole numbers, parentheses, commas and the dots of qualified names."""
_WORDS = re.compile(_WORD, re.ASCII)


class Word(NamedTuple):
    """One word, name, string or mark."""

    text: str
    """A quoted name without its quotes."""
    upper: str
    """In capitals; empty for what is quoted, which is no keyword."""


def statements(script: str) -> list[str]:
    """Return the statements of ``script``, without those that are only comments."""
    if ";" not in script.strip().rstrip(";"):
        return [script] if words(script) else []
    import sqlparse

    return [text for text in sqlparse.split(script) if words(text)]


@functools.lru_cache(maxsize=8)  # each rule asks, statement by statement
def words(text: str) -> tuple[Word, ...]:
    """Return the words of ``text``, without the semicolon at its end."""
    read = text[:_READ]
    if _PLAIN.match(read):  # as most DDL is, which the lexer takes apart no other way, and slowly
        found = [Word(word, word.upper()) for word in _WORDS.findall(read)]
    else:
        found = [*_lexed(read)]
    while found and found[-1].text == ";":
        found.pop()
    return tuple(found)


def _lexed(text: str) -> Iterator[Word]:
    from sqlparse import tokens
    from sqlparse.lexer import tokenize

    for kind, value in tokenize(text):  # type: ignore[no-untyped-call]  # sqlparse has no types
        if kind not in tokens.Comment and kind not in tokens.Whitespace:
            yield from _words(value, is_string=kind in tokens.Literal.String)


def _words(value: str, *, is_string: bool) -> Iterator[Word]:
    if value[:1] in _QUOTES and value[-1:] == _QUOTES[value[0]] and len(value) > 1:
        quote = value[-1]
        yield Word(value[1:-1].replace(quote * 2, quote), "")
    elif is_string or value[:1] in ("'", "$"):
        yield Word(value, "")
    else:  # the lexer makes one token of `NOT NULL`
        for part in value.split():
            yield Word(part, part.upper())


class Reader:
    """Reads words from the first to the last."""

    def __init__(self, found: Sequence[Word]) -> None:
        self._words = found
        self._upper = [word.upper for word in found]
        self._at = 0

    @property
    def rest(self) -> Sequence[Word]:
        """Return what is not read yet."""
        return self._words[self._at :]

    def take(self, phrase: str) -> bool:
        """Return whether the next words are ``phrase``, and read them if so."""
        end = self._at + len(wanted := _split(phrase))
        if self._upper[self._at : end] != wanted:
            return False
        self._at = end
        return True

    def skip(self, *phrases: str) -> None:
        """Read those of ``phrases`` that come next, in this order."""
        for phrase in phrases:
            self.take(phrase)

    def has(self, phrase: str) -> bool:
        """Return whether ``phrase`` is anywhere in what is not read yet."""
        return self._find(phrase) is not None

    def skip_to(self, phrase: str) -> bool:
        """Read up to and with ``phrase``; ``False``, reading nothing, where it does not come."""
        found = self._find(phrase)
        if found is None:
            return False
        self._at = found + len(_split(phrase))
        return True

    def _find(self, phrase: str) -> int | None:
        """Return where ``phrase`` comes next."""
        wanted, rest = _split(phrase), self._upper[self._at :]
        if wanted[0] not in rest:
            return None
        starts = range(self._at + rest.index(wanted[0]), len(self._words))
        return next((at for at in starts if self._upper[at : at + len(wanted)] == wanted), None)

    def name(self) -> str:
        """Read a name, with what it is qualified by; empty where none comes."""
        parts = []
        while self.rest:
            parts.append(self.rest[0].text)
            self._at += 1
            if not self.take("."):
                break
        return ".".join(parts)

    def names(self) -> list[str]:
        """Read names that commas separate."""
        found = [self.name()]
        while self.take(","):
            found.append(self.name())
        return [name for name in found if name]

    def split(self) -> "Iterator[Reader]":
        """Yield what is between the commas that no parentheses surround, and read it."""
        depth, start = 0, self._at
        for at in range(self._at, len(self._words)):
            mark = self._words[at].text
            depth += (mark == "(") - (mark == ")")
            if mark == "," and depth == 0:
                yield Reader(self._words[start:at])
                start = at + 1
        yield Reader(self._words[start:])
        self._at = len(self._words)


@functools.cache
def _split(phrase: str) -> list[str]:
    return phrase.split()
