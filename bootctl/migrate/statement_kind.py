"""What kind of a statement it is, and which table it is about: never more of it, which may hold a secret."""

import functools

from bootctl.migrate.risk.words import Reader, statements, words
from bootctl.values import frozen

_READ = 20_000
"""Characters that are read: to part a long script takes long."""
_MODIFIERS = (
    *("OR", "REPLACE", "UNIQUE", "TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "FULLTEXT"),
    *("SPATIAL", "ONLINE", "OFFLINE", "RECURSIVE"),
)
_DEFINING = ("CREATE", "ALTER", "DROP")
_OBJECTS = (
    *("TABLE", "INDEX", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "TYPE", "DOMAIN", "TRIGGER"),
    *("FUNCTION", "PROCEDURE", "SCHEMA", "EXTENSION", "POLICY", "RULE", "DATABASE"),
)
_BEFORE_TABLE = {
    "INSERT": ("IGNORE", "INTO"),
    "REPLACE": ("INTO",),
    "UPDATE": ("ONLY",),
    "DELETE": ("FROM", "ONLY"),
    "TRUNCATE": ("TABLE", "ONLY"),
    "COPY": (),
    "LOCK": ("TABLE", "TABLES", "ONLY"),
    "VACUUM": ("FULL", "FREEZE", "VERBOSE", "ANALYZE"),
    "ANALYZE": ("VERBOSE", "TABLE"),
    "OPTIMIZE": ("TABLE",),
    "CLUSTER": ("VERBOSE",),
    "MERGE": ("INTO",),
    "REFRESH": ("MATERIALIZED VIEW", "CONCURRENTLY"),
    "REINDEX": (),
}
"""What may stand between the kind and the table."""
_NAMELESS = ("SELECT", "WITH", "DO", "CALL", "SET", "COMMENT", "GRANT", "REVOKE", "EXECUTE", "LOAD")
_OF_INDEX = ("REINDEX",)


@frozen
class Kind:
    """Such as ``CREATE INDEX`` and ``notes``; the table is empty where it is not known."""

    statement: str
    table: str = ""

    def __str__(self) -> str:
        return " on ".join(part for part in (self.statement, self.table) if part)


@functools.lru_cache(maxsize=2)  # it is told again and again while it runs
def kind(text: str) -> Kind:
    """Return the kind of a statement, or of how many a script has."""
    found = statements(text[:_READ])
    if len(found) > 1:
        return Kind("many statements" if len(text) > _READ else f"{len(found)} statements")
    return _kind(Reader(words(found[0]))) if found else Kind("")


def _kind(reader: Reader) -> Kind:
    verb = reader.rest[0].upper if reader.rest else ""
    reader.take(verb)
    if verb in _DEFINING:
        return _defining(verb, reader)
    if verb in _BEFORE_TABLE:
        reader.skip(*_BEFORE_TABLE[verb])
        return Kind(verb, "" if verb in _OF_INDEX else _name(reader))
    return Kind(verb if verb in _NAMELESS else "another statement")


def _defining(verb: str, reader: Reader) -> Kind:
    while reader.rest and reader.rest[0].upper in _MODIFIERS:
        reader.take(reader.rest[0].upper)
    what = next((phrase for phrase in _OBJECTS if reader.take(phrase)), "")
    statement = f"{verb} {what}".strip()
    reader.skip("CONCURRENTLY", "IF NOT EXISTS", "IF EXISTS", "ONLY")
    if what == "TABLE":
        return Kind(statement, _name(reader))
    if verb == "CREATE" and what in ("INDEX", "TRIGGER", "POLICY") and reader.skip_to("ON"):
        reader.skip("ONLY")
        return Kind(statement, _name(reader))
    return Kind(statement)


def _name(reader: Reader) -> str:
    """Return the name that follows, where one does."""
    following = reader.rest[0].text if reader.rest else "("
    return "" if following[:1] in "('\"$;" or following[:1].isdigit() else reader.name()
