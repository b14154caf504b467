"""Columns."""

import re
from collections.abc import Iterable, Iterator, Mapping

from bootctl.verify.catalog.mysql.names import Scope, literal, quoted, unqualified
from bootctl.verify.catalog.mysql.queries import Row, Server
from bootctl.verify.catalog.objects import SchemaObject, said

_ON_UPDATE = re.compile(r"on update (\S+)", re.IGNORECASE)
_JSON = ("longtext", "utf8mb4_bin")
"""As what MariaDB keeps a column of the type JSON, with a CHECK that it is valid."""


def columns(
    rows: Iterable[Row], checks: Mapping[tuple[str, str], str], scope: Scope, server: Server
) -> Iterator[SchemaObject]:
    """Yield the columns; ``checks`` has the CHECK that belongs to a column, by table and column."""
    for table, place, name, kind, nullable, default, expression, extra, *rest in rows:
        collation, comment, srs = rest
        check = checks.get((table, name), "")
        if check and (kind, collation) == _JSON and check == f"json_valid({quoted(name)})":
            kind, collation, check = "json", "", ""
        flags = extra.upper()
        on_update = _ON_UPDATE.search(extra) if extra else None
        parts = {
            "type": kind,
            "nullable": nullable.lower(),
            "default": "" if expression else _default(default, flags, scope, server),
            "generated": _generated(server.plain(expression or ""), flags),
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


def _generated(expression: str, flags: str) -> str:
    if not expression:
        return ""
    if expression in ("ROW START", "ROW END"):
        return expression
    return f"({expression}) {'virtual' if 'VIRTUAL' in flags else 'stored'}"


def _default(default: str | None, flags: str, scope: Scope, server: Server) -> str:
    """Return the default as SQL; MySQL gives the value of a literal, and the text of an expression."""
    if default is None or (server.is_mariadb and default == "NULL"):
        return ""
    if server.is_mariadb:  # a sequence is named with its schema
        return unqualified(default, scope.schema) if "`" in default else default
    if "DEFAULT_GENERATED" not in flags:
        return default if default.startswith("b'") else literal(default)
    is_plain = default.upper().startswith("CURRENT_TIMESTAMP")
    return default if is_plain else f"({server.plain(default)})"
