"""A secret as others write it: in JSON, in JSON inside of JSON, in URLs, as a literal of a language."""

import base64
import re
from collections.abc import Iterable, Iterator
from itertools import groupby

_NAMED = {"\n": "n", "\t": "t", "\r": "r", "\b": "b", "\f": "f", "\a": "a", "\v": "v", "\0": "0"}
_ENTITIES = {"&": "amp;", "<": "lt;", ">": "gt;"}
_QUOTING = frozenset("\\'\"")
_QUOTES = (
    r"(?:[\\'\"]|%{1,2}(?:25)*+(?:2[27]|5c)|\\(?:u00|x)(?:2[27]|5c)"
    r"|&(?:amp;)*+(?:quot;|#0*+(?:34|39);|#x27;))"
)
"""One of what quotes, which is escaped by others of them, doubled, or put in others by a shell."""
_PERCENT = r"%(?:25)*+|\\++(?:u00|x)25"
_SHORTEST_BASE64 = 6
"""Characters: a shorter piece of it may be any word."""


def pattern(secret: str) -> str:
    """Return a regular expression for ``secret``, each of its characters escaped in any way.

    How often it was escaped does not matter; letters and digits of ASCII stand for themselves. The
    time that it takes grows with the text and not with its square, whatever is in a row there.
    """
    made, before = "", ""
    for kind, run in groupby(secret, lambda c: '"' if c in _QUOTING else c):
        made += _run(kind, len(list(run)), before)
        before = kind
    return made


def base64_forms(secret: str) -> Iterator[str]:
    """Yield what is in any base64 of a text with ``secret`` in it, wherever it stands there."""
    for offset, mixed in ((0, 0), (1, 2), (2, 3)):
        data = bytes(offset) + _bytes(secret)
        whole = base64.b64encode(data).decode()[mixed : len(data) * 8 // 6]
        if len(whole) >= _SHORTEST_BASE64:
            yield from {whole, whole.replace("+", "-").replace("/", "_")}


def _run(character: str, length: int, before: str) -> str:
    """Return a pattern for one character that stands ``length`` times, after another one."""
    if character.isascii() and character.isalnum():
        return character * length
    if character == '"':
        start = _once(before, r"\\", "'", '"')
        return rf"{start}{_QUOTES}{{{length},}}"
    if character == "%":
        start = _once(before, "%", "%25")
        # Who takes %s for a parameter writes each twice, and reads two as one.
        return rf"{start}(?:{_PERCENT}){{{(length + 1) // 2},}}"
    plain, escapes = re.escape(character), list(_escapes(character))
    again = _any_of([rf"\\*+{plain}", *escapes])
    if not before:  # a long row is tried once, not from each place in it on
        first = _any_of([plain, *(_with_first(escape, r"(?<!\\)\\++") for escape in escapes)])
    elif before == '"':  # which has taken the others of a row
        first = _any_of([plain, *(_with_first(escape, r"\\") for escape in escapes)])
    else:
        first = again
    return first + (rf"{again}{{{length - 1}}}" if length > 1 else "")


def _any_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _with_first(escape: str, backslashes: str) -> str:
    return escape.replace(r"\\++", backslashes, 1)


def _once(before: str, *row: str) -> str:
    """Return what lets a pattern begin with the first of a row of characters only."""
    return "" if before else "".join(rf"(?<!{item})" for item in row)


def _escapes(character: str) -> Iterator[str]:
    """Yield the ways to write a character by its number or by its name."""
    yield "".join(rf"%{{1,2}}(?:25)*+{byte:02x}" for byte in _bytes(character))
    yield "".join(rf"\\++x{byte:02x}" for byte in _bytes(character))
    units = character.encode("utf-16-be", "surrogatepass").hex()
    yield "".join(rf"\\++u{units[at : at + 4]}" for at in range(0, len(units), 4))
    yield rf"\\++U{ord(character):08x}"
    yield rf"\\++0?{ord(character):o}"
    if ord(character) < 1 << 8:
        yield rf"\\++x{ord(character):02x}"
    if character in _NAMED:
        yield rf"\\++{_NAMED[character]}"
    if character == " ":
        yield r"\+"
    if character in _ENTITIES:
        yield f"&(?:amp;)*(?:{_ENTITIES[character]}|#0*+{ord(character)};)"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
