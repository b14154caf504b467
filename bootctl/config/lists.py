"""Lists in settings: as a variable has them, in one string, or as a file has them."""

import json
import re
import shlex
from fnmatch import fnmatchcase
from typing import Any

from bootctl.values import frozen

_NO_NAME = re.compile(r"""^['"]|['"]$|[\x00-\x1f]""")
_JSON_LIST = re.compile(r"""\s*\[\s*(".*|\{.*)?\]\s*""", re.DOTALL)

_WHOLE = {
    "type": "column",
    "nullability": "column",
    "default": "column",
    "comment": "column",
    "generated": "column",
    "identity": "column",
    "collation": "column",
    "on update": "column",
    "storage": "column",
    "compression": "column",
}
"""What a kind of difference is about, where it is named after a part of that."""


def items(value: Any) -> Any:
    """Return the items of a list that is JSON, or separated by commas or spaces."""
    if not isinstance(value, str) or _is_json(value):
        return _from_json(value)
    return [item for item in re.split(r"[,\s]+", value) if item]


def words(value: Any) -> Any:
    """Return the words of a command that is a JSON list, or written as for a shell."""
    if not isinstance(value, str) or _is_json(value):
        return _from_json(value)
    return shlex.split(value)


def patterns(value: Any) -> Any:
    """Return the items, none of which is a piece of a list in another notation."""
    found = items(value)
    for item in found if isinstance(found, list | tuple) else ():
        if isinstance(item, str):
            pattern(item)
    return found


def entries(value: Any) -> Any:
    """Return the items, of which those that are text are patterns, each with or without a kind."""
    found = patterns(value)
    for item in found if isinstance(found, list | tuple) else ():
        if isinstance(item, str):
            pattern(item.partition(":")[2] or item)
    return found


def pattern(item: str) -> str:
    """Return it where it can be one of names. Raises ``ValueError``."""
    if not item or _NO_NAME.search(item) or item.count("[") != item.count("]"):
        raise ValueError(
            f"the pattern {item!r} can match nothing; write names separated by commas, "
            'or a JSON list such as ["users", "audit_*"]'
        )
    return item


def _is_json(text: str) -> bool:
    """Return whether it is a list as pydantic-settings takes one from a variable."""
    return _JSON_LIST.fullmatch(text) is not None


def _from_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


@frozen
class Ignored:
    """One entry of ``verify.ignore`` with what it may say: a kind, a pattern of names, a reason."""

    kind: str = ""
    """A pattern of kinds, such as ``trigger`` or ``unexpected index``; empty: any kind."""
    name: str = "*"
    reason: str = ""

    @classmethod
    def of(cls, entry: "str | Ignored") -> "Ignored":
        """Return the entry that is written ``NAME`` or ``KIND:NAME``, or is one already."""
        if isinstance(entry, Ignored):
            return entry
        kind, _, name = entry.partition(":")
        return cls(kind=kind, name=name) if kind and name else cls(name=entry)

    def matches(self, kind: str, name: str) -> bool:
        """Return whether it means the difference, or what is half done, of this kind and name."""
        if not self.kind:
            return fnmatchcase(name, self.name)
        of_kind = any(fnmatchcase(item, _plain(self.kind)) for item in _kinds(kind))
        # A name may have a colon too.
        return (of_kind and fnmatchcase(name, self.name)) or fnmatchcase(name, self.text)

    @property
    def text(self) -> str:
        """Return it in the form for a variable, without the reason."""
        return f"{self.kind}:{self.name}" if self.kind else self.name

    def __str__(self) -> str:
        return f"{self.text} ({self.reason})" if self.reason else self.text


def _kinds(kind: str) -> set[str]:
    """Return what a kind is called: in full, without its first word, and what that is a part of."""
    full = _plain(kind)
    thing = full.partition(" ")[2] or full
    whole = "table" if full.startswith("changed table ") else _WHOLE.get(thing, thing)
    return {full, thing, whole}


def _plain(kind: str) -> str:
    """Return a kind as others are written; in a list that spaces separate, it has ``-`` or ``_``."""
    return kind.replace("-", " ").replace("_", " ").lower()
