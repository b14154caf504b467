"""What the role may not see, by its own grants and by what the server left out."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.catalog.unseen import OTHERS_GRANTS, UNSEEN

_GRANT = re.compile(r"GRANT (?P<privileges>.+?) ON (?P<object>\S+) TO ", re.DOTALL)
_NEEDED = {
    "triggers": ("TRIGGER",),
    "events": ("EVENT",),
    "functions and procedures": ("EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"),
}


class Visible:
    """What the role behind a connection may see, as its grants say."""

    def __init__(self, connection: Connection) -> None:
        self._grants = [*connection.exec_driver_sql("SHOW GRANTS").scalars()]

    @property
    def every_grant(self) -> bool:
        """Return whether the server shows it the grants of others.

        https://mariadb.com/kb/en/information-schema-table_privileges-table/
        """
        return "SELECT" in self._privileges("mysql")

    def unseen(self, schema: str, objects: Iterable[SchemaObject]) -> Iterator[str]:
        """Yield what the role cannot see of ``schema``, of which it has seen ``objects``."""
        kinds_of = {kind for kinds, _ in UNSEEN.values() for kind in kinds.split()}
        found = [item for item in objects if item.kind in kinds_of]
        granted = self._privileges(schema)
        for phrase, needed in _NEEDED.items():
            kinds = UNSEEN[phrase][0].split()
            is_seen = any(item.kind in kinds for item in found)
            if not is_seen and not granted.intersection(needed):
                yield phrase
        for phrase in ("the bodies of functions and procedures", "the definitions of views"):
            kinds = UNSEEN[phrase][0].split()
            if any(item.kind in kinds and "definition" not in item.parts for item in found):
                yield phrase
        if not self.every_grant:
            yield OTHERS_GRANTS

    def _privileges(self, schema: str) -> set[str]:
        """Return the names of the role's privileges on all of ``schema``."""
        every = {"SELECT", *(name for names in _NEEDED.values() for name in names)}
        found: set[str] = set()
        for grant in self._grants:
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
