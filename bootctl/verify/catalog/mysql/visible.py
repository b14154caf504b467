"""What the role may not see, by its own grants and by what the server left out."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.catalog.unseen import UNSEEN

_GRANT = re.compile(r"GRANT (?P<privileges>.+?) ON (?P<object>\S+) TO ", re.DOTALL)
_NEEDED = {
    "triggers": ("TRIGGER",),
    "events": ("EVENT",),
    "functions and procedures": ("EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"),
}


def unseen(connection: Connection, schema: str, objects: Iterable[SchemaObject]) -> Iterator[str]:
    """Yield what this role cannot see. Grants are never compared: each role sees others of them."""
    kinds_of = {kind for kinds, _ in UNSEEN.values() for kind in kinds.split()}
    found = [item for item in objects if item.kind in kinds_of]
    granted = privileges(connection, schema)
    for phrase, needed in _NEEDED.items():
        kinds = UNSEEN[phrase][0].split()
        is_seen = any(item.kind in kinds for item in found)
        if not is_seen and not granted.intersection(needed):
            yield phrase
    for phrase in ("the bodies of functions and procedures", "the definitions of views"):
        kinds = UNSEEN[phrase][0].split()
        if any(item.kind in kinds and "definition" not in item.parts for item in found):
            yield phrase
    yield "grants"


def privileges(connection: Connection, schema: str) -> set[str]:
    """Return the names of the role's privileges on all of ``schema``."""
    every = {name for names in _NEEDED.values() for name in names}
    found: set[str] = set()
    for grant in connection.exec_driver_sql("SHOW GRANTS").scalars():
        match = _GRANT.match(grant)
        if match and _covers(match["object"], schema):
            names = {name.strip() for name in match["privileges"].upper().split(",")}
            found |= every if "ALL PRIVILEGES" in names else names
    return found


def _covers(pattern: str, schema: str) -> bool:
    """Return whether ``pattern``, as ``*.*`` or a name with ``%``, is about all of ``schema``."""
    if pattern == "*.*":
        return True
    if not pattern.endswith(".*"):
        return False
    name = pattern.removesuffix(".*").strip("`").replace("``", "`")
    like = re.split(r"(\\.|%|_)", name)
    wanted = {"%": ".*", "_": "."}
    regex = "".join(wanted.get(part) or re.escape(part.removeprefix("\\")) for part in like)
    return re.fullmatch(regex, schema) is not None
