"""Which statement of a migration has changed an object, by the names in it."""

import re
from collections.abc import Iterable, Sequence

from bootctl.database.state import Difference
from bootctl.migrate.risk.words import Word, words

_OF_TYPES = ("enum", "domain", "type")
_WHOLE = (" table", " view")
"""What the kinds of differences end with that are of a whole table."""
_MAKES_KEYS = ("UNIQUE", "REFERENCES", "KEY")
_SKIPPED = ("IF", "NOT", "EXISTS", "ONLY")
_COLUMNS = re.compile(r"^columns: (.*)$", re.MULTILINE)


def culprit(statements: Sequence[str], difference: Difference) -> str:
    """Return the statement that ``difference`` comes from; empty where that cannot be told.

    It is the last one of the object's table that names the object, or that makes a key of its columns.
    Else it is the only one that names the table, or the last that renames it: on SQLite a table is copied
    to change it.
    """
    names = [_bare(part) for part in difference.name.split(".")]
    table = names[-1] if difference.kind.endswith(_WHOLE) or len(names) == 1 else names[-2]
    own = {*names[-2:]}
    of_table = [text for text in statements if subject(text) in ("", table)]
    if difference.kind.endswith(_OF_TYPES):
        of_types = [text for text in statements if _is_of_a_type(text)]
        if found := _naming(of_types, own):
            return found[-1]
    if found := _naming(of_table, own) or _making_key(of_table, table, difference):
        return found[-1]
    found = _naming(statements, {table}) or _naming(statements, own & {names[0]})
    if len(found) > 1:
        found = [text for text in found if any(word.upper == "RENAME" for word in words(text))]
    return found[-1] if found else ""


def subject(text: str) -> str:
    """Return the table or view that a statement alone is about; empty where it may be about any."""
    found = words(text)
    first = [word.upper for word in found[:4]]
    if first[:1] == ["CREATE"] and "INDEX" in first:
        return _named_after("ON", found)
    if first[:1] in (["ALTER"], ["CREATE"]):
        return _named_after("TABLE" if "TABLE" in first else "VIEW", found[:8])
    return ""


def _named_after(keyword: str, found: Sequence[Word]) -> str:
    places = [place for place, word in enumerate(found) if word.upper == keyword]
    after = (
        [word for word in found[places[0] + 1 :] if word.upper not in _SKIPPED] if places else []
    )
    is_qualified = len(after) > 2 and after[1].text == "."
    return _bare(after[2 if is_qualified else 0].text) if after else ""


def _making_key(statements: Iterable[str], table: str, difference: Difference) -> list[str]:
    """Return what makes, of these columns of a table, a key to which the server gave a name."""
    columns = _COLUMNS.search(difference.live)
    if columns is None:
        return []
    named = _naming(statements, {table, *map(_bare, columns[1].split(", "))})
    return [text for text in named if any(word.upper in _MAKES_KEYS for word in words(text))]


def _naming(statements: Iterable[str], wanted: set[str]) -> list[str]:
    return [
        text
        for text in statements
        if wanted and wanted <= {_bare(word.text) for word in words(text)}
    ]


def _bare(name: str) -> str:
    return name.replace('"', "").replace("`", "").lower()


def _is_of_a_type(text: str) -> bool:
    return any(word.upper in ("TYPE", "DOMAIN") for word in words(text)[:2])
