"""Whether a secret is so weak that to mask it wherever it is written would only spoil the text."""

import re

_SHORTEST = 4
_SHORTEST_NAME = 6
"""Characters of a mixture of letters and digits that is no name such as ``utf8`` or ``db_1``."""
_SHORTEST_NUMBER = 12
_SHORTEST_SIGNS = 8
"""Characters without a letter or a digit: less may be a rule, an indentation or an empty list."""
_LONGEST_WORD = 16
_WORDS = re.compile(r"([A-Z]?[a-z]+|[A-Z]+)([-_. ]([A-Z]?[a-z]+|[A-Z]+))*")
_UNSPEAKABLE = re.compile(r"[^aeiouy\W_]{5}|[aeiouy]{4}|^[^aeiouy]+$", re.IGNORECASE)


def is_weak(secret: str) -> bool:
    """Return whether ``secret`` is short, a number, or like a word of a language or a program.

    No list of words is asked: what can be spoken is taken for a word.
    """
    if len(secret) < _SHORTEST:
        return True
    if not any(map(str.isalnum, secret)) and len(secret.strip()) < _SHORTEST_SIGNS:
        return True
    bare = re.sub(r"[-_. ]", "", secret)
    if bare.isalnum() and len(secret) < _SHORTEST_NAME:
        return True
    if bare.isdecimal():
        return len(bare) < _SHORTEST_NUMBER
    is_word = len(secret) <= _LONGEST_WORD and _WORDS.fullmatch(secret) is not None
    return is_word and (len(secret) <= _SHORTEST_NAME or not _UNSPEAKABLE.search(secret))
