"""Columns."""

import re
from collections.abc import Iterable, Iterator, Mapping

from bootctl.verify.catalog.mysql.names import Scope, literal, quoted
from bootctl.verify.catalog.mysql.queries import Row
from bootctl.verify.catalog.objects import SchemaObject, said

_ON_UPDATE = re.compile(r"on update (\S+)", re.IGNORECASE)
_JSON = ("longtext", "utf8mb4_bin")
"""As what MariaDB keeps a column of the type JSON, with a CHECK that it is valid."""


def columns(
    rows: Iterable[Row], checks: Mapping[tuple[str, str], str], scope: Scope, mariadb: bool
) -> Iterator[SchemaObject]:
    """Yield the columns; ``checks`` has the CHECK that belongs to a column, by table and column."""
    for table, place, name, kind, nullable, default, expression, extra, *rest in rows:
        collation, comment, srs = rest
        check = checks.get((table, name), "")
        if check and (kind, collation) == _JSON and check == f"json_valid({quoted(name)})":
            kind, collation, check = "json", "", ""
        flags = extra.upper()
        rendered = _of_mariadb if mariadb else _of_mysql
        on_update = _ON_UPDATE.search(extra) if extra else None
        parts = {
            "type": kind,
            "nullable": nullable.lower(),
            "default": "" if expression else rendered(default, nullable, flags),
            "generated": _generated(expression, flags),
            "identity": "auto_increment" if "AUTO_INCREMENT" in flags else "",
            "on update": on_update and on_update[1],
            "collation": collation,
            "check": check,
            "invisible": "yes" if "INVISIBLE" in flags else "",
            "versioning": "no" if "WITHOUT SYSTEM VERSIONING" in flags else "",
            "srid": srs,
            "comment": comment,
        }
        yield SchemaObject("column", scope.within(table, name), scope.of(table), said(parts), place)


def _generated(expression: str | None, flags: str) -> str:
    if not expression:
        return ""
    if expression in ("ROW START", "ROW END"):
        return expression
    return f"({unescaped(expression)}) {'virtual' if 'VIRTUAL' in flags else 'stored'}"


def _of_mariadb(default: str | None, nullable: str, flags: str) -> str:
    """Return the default as MariaDB renders it.

    A column that may be null has the default NULL; where somebody dropped it, an INSERT must name
    the column.
    """
    if default is None:
        return "none" if nullable == "YES" else ""
    return "" if default == "NULL" else default


def _of_mysql(default: str | None, nullable: str, flags: str) -> str:
    """Return the default as SQL; MySQL gives the value of a literal, and the text of an expression."""
    if default is None:
        return ""
    if "DEFAULT_GENERATED" not in flags:
        return default if default.startswith("b'") else literal(default)
    is_plain = default.upper().startswith("CURRENT_TIMESTAMP")
    return default if is_plain else f"({unescaped(default)})"


def unescaped(expression: str) -> str:
    r"""Return an expression of MySQL, which has ``\'`` for each quote in information_schema."""
    return expression.replace("\\'", "'")
