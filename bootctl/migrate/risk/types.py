"""Which changes of a column's type leave PostgreSQL's rows as they are.

https://www.postgresql.org/docs/current/sql-altertable.html: where the old type is binary coercible
to the new one, or both are the same with a limit that is no lower.
"""

import re
from collections.abc import Sequence

_TYPE = re.compile(
    r"\s*([a-z ]+?)\s*(?:\(\s*(\d+)(?:\s*,\s*(\d+))?\s*\))?\s*(with(?:out)? time zone)?\s*"
)
_NAMES = {
    "varchar": "character varying",
    "decimal": "numeric",
    "timestamptz": "timestamp with time zone",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "bool": "boolean",
    "float8": "double precision",
    "timestamp": "timestamp without time zone",
    "time": "time without time zone",
}
_TEXTS = ("text", "character varying")

Type = tuple[str, int | None, int]


def keeps_rows(old: str, new: str) -> bool:
    """Return whether a column of type ``old`` becomes one of ``new`` without its table being rewritten."""
    before, after = _parsed(old), _parsed(new)
    if before is None or after is None:
        return False
    if before == after:
        return True
    if before[0] in _TEXTS and after[0] in _TEXTS:
        return _is_no_lower(before[1], after[1])
    same = before[0] == after[0] and before[2] == after[2]
    return same and before[0] in ("numeric", "bit varying") and _is_no_lower(before[1], after[1])


def type_of(words: Sequence[str]) -> str:
    """Return the type that an ALTER COLUMN TYPE names, without what follows it."""
    ends = [at for at, word in enumerate(words) if word.upper() in ("USING", "COLLATE")]
    return " ".join(words[: ends[0]] if ends else words)


def _is_no_lower(before: int | None, after: int | None) -> bool:
    return after is None or (before is not None and after >= before)


def _parsed(text: str) -> Type | None:
    match = _TYPE.fullmatch(text.lower())
    if match is None:
        return None
    name = f"{match[1]} {match[4]}" if match[4] else match[1]
    limit = int(match[2]) if match[2] else None
    scale = int(match[3] or 0)
    name = _NAMES.get(name, name)
    return name, limit, scale if name == "numeric" and limit is not None else 0
