"""Types that PostgreSQL's catalog spells in one known way: of others it is not known whether two are one."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.types import TypeEngine

_PLAIN = "BIGINT BOOLEAN BYTEA DATE INTEGER JSON JSONB NUMERIC REAL SMALLINT TEXT UUID"
_SPELLED = {
    "DOUBLE PRECISION": "double precision",
    "FLOAT": "double precision",
    "VARCHAR": "character varying",
    **{name: name.lower() for name in _PLAIN.split()},
    **{
        f"{kind} {zone} TIME ZONE": f"{kind} {zone} time zone".lower()
        for kind in ("TIME", "TIMESTAMP")
        for zone in ("WITH", "WITHOUT")
    },
}
"""As SQLAlchemy writes them, who quotes a user's type of such a name: https://www.postgresql.org/docs/current/datatype.html"""
_MEASURED = {
    "CHAR": "character",
    "DECIMAL": "numeric",
    "NUMERIC": "numeric",
    "VARCHAR": "character varying",
}
_SIZED = re.compile(r"(\w+)\((\d+)(?:, (\d+))?\)")
_SIZE = re.compile(r"\([\d,]+\)$")


def is_same_type(kind: "TypeEngine[object]", live: str, dialect: "Dialect") -> bool:
    """Return whether Alembic is known to find the type ``live``, as the catalog has it, to be of the ``kind``.

    Where the models say no size, it takes any.
    """
    return _spelled(kind, dialect) in (live, _SIZE.sub("", live))


def _spelled(kind: "TypeEngine[object]", dialect: "Dialect") -> str | None:
    """Return what the catalog has for a column of the ``kind``; ``None`` where that is not known."""
    try:
        written = kind.compile(dialect=dialect)
    except Exception:  # whatever a type of the project's own raises, or one that is no database's
        return None
    sized = _SIZED.fullmatch(written)
    if sized is None:
        return _SPELLED.get(written)
    name = _MEASURED.get(sized[1])
    return name and f"{name}({','.join(filter(None, sized.groups()[1:]))})"


def are_sqlalchemys(dialect: "Dialect") -> bool:
    """Return whether ``dialect`` reads columns of these types as SQLAlchemy's own, and as no project's."""
    names: Any = dialect
    own = (names.ischema_names.get(name) for name in {*_SPELLED.values(), *_MEASURED.values()})
    return all(kind.__module__.startswith("sqlalchemy.") for kind in own if kind)
