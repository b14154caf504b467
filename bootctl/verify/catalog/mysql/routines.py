"""Views, triggers, procedures, functions and events.

Who made one does not count, nor which character set the maker's client had: a dump that somebody else
restores has another one of both.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from bootctl.verify.catalog.mysql.names import Scope, quoted, unqualified
from bootctl.verify.catalog.mysql.queries import Row
from bootctl.verify.catalog.objects import SchemaObject, said


def views(rows: Iterable[Row], scope: Scope) -> Iterator[SchemaObject]:
    """Yield the views."""
    for name, definition, check, security, algorithm in rows:
        parts = {
            "definition": unqualified(definition or "", scope.schema),
            "check option": "" if check == "NONE" else check,
            "security": "" if security == "DEFINER" else security,
            "algorithm": "" if algorithm == "UNDEFINED" else algorithm,
        }
        yield SchemaObject("view", scope.of(name), parts=said(parts))


def triggers(rows: Iterable[Row], scope: Scope) -> Iterator[SchemaObject]:
    """Yield the triggers, each with the name of the one that runs before it."""
    moment = itemgetter(0, 2, 3)
    for (table, *when), group in groupby(sorted(rows, key=itemgetter(0, 2, 3, 4)), moment):
        before = ""
        for _, name, _, _, _, body, mode in group:
            parts = {
                "timing": " ".join(when),
                "definition": body,
                "follows": before and quoted(before),
                "sql mode": mode,
            }
            yield SchemaObject("trigger", scope.within(table, name), scope.of(table), said(parts))
            before = name


def routines(
    rows: Iterable[Row], parameters: Iterable[Row], scope: Scope
) -> Iterator[SchemaObject]:
    """Yield the procedures and functions, which have one name each, whatever their arguments are."""
    of_routine = itemgetter(0, 1)
    arguments = {
        key: ", ".join(_parameter(row) for row in group)
        for key, group in groupby(sorted(parameters, key=itemgetter(0, 1, 2)), of_routine)
    }
    for kind, name, returns, charset, body, deterministic, access, security, comment, mode in rows:
        parts = {
            "parameters": arguments.get((kind, name)),
            "returns": returns and _typed(returns, charset),
            "definition": body,
            "deterministic": "yes" if deterministic == "YES" else "",
            "data access": "" if access == "CONTAINS SQL" else access,
            "security": "" if security == "DEFINER" else security,
            "comment": comment,
            "sql mode": mode,
        }
        yield SchemaObject(kind.lower(), scope.of(name), parts=said(parts))


def _parameter(row: Row) -> str:
    kind, _, _, mode, name, type_, charset = row
    text = f"{quoted(name)} {_typed(type_, charset)}"
    return text if kind == "FUNCTION" else f"{mode} {text}"


def _typed(type_: str, charset: str | None) -> str:
    return f"{type_} CHARSET {charset}" if charset else type_


def events(rows: Iterable[Row], scope: Scope) -> Iterator[SchemaObject]:
    """Yield the events.

    When one began to recur is left out: where nobody says it, it is when it was made.
    """
    for (
        name,
        kind,
        at,
        interval,
        field,
        ends,
        zone,
        status,
        completion,
        comment,
        body,
        mode,
    ) in rows:
        recurs = kind == "RECURRING"
        parts = {
            "schedule": f"EVERY {interval} {field}" if recurs else f"AT '{at}'",
            "ends": ends,
            "time zone": zone,
            "enabled": "no" if status == "DISABLED" else "",
            "preserve": "yes" if completion == "PRESERVE" else "",
            "comment": comment,
            "definition": body,
            "sql mode": mode,
        }
        yield SchemaObject("event", scope.of(name), parts=said(parts))
