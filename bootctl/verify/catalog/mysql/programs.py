"""The SQL that makes a view, a trigger, a routine, an event or a sequence."""

from bootctl.verify.catalog.mysql.create import own_name, path
from bootctl.verify.catalog.mysql.names import literal, quoted
from bootctl.verify.catalog.objects import SchemaObject


def view(item: SchemaObject, schemas: tuple[str, ...]) -> list[str]:
    """Return the statement that makes a view, or replaces it."""
    parts = item.parts
    algorithm = f"ALGORITHM={parts['algorithm']} " if "algorithm" in parts else ""
    security = f"SQL SECURITY {parts.get('security', 'DEFINER')}"
    check = f" WITH {parts['check option']} CHECK OPTION" if "check option" in parts else ""
    name = path(item.name, schemas)
    return [f"CREATE OR REPLACE {algorithm}{security} VIEW {name} AS {parts['definition']}{check}"]


def trigger(item: SchemaObject, schemas: tuple[str, ...]) -> list[str]:
    """Return the statements that make a trigger."""
    parts = item.parts
    order = f" FOLLOWS {parts['follows']}" if "follows" in parts else ""
    text = (
        f"CREATE TRIGGER {quoted(own_name(item))} {parts['timing']} ON {path(item.table, schemas)} "
        f"FOR EACH ROW{order} {parts['definition']}"
    )
    return _in_mode(item, text)


def routine(item: SchemaObject, schemas: tuple[str, ...]) -> list[str]:
    """Return the statements that make a procedure or a function."""
    parts = item.parts
    returns = f" RETURNS {parts['returns']}" if "returns" in parts else ""
    words = [
        f"CREATE {item.kind.upper()} {path(item.name, schemas)}({parts.get('parameters', '')}){returns}",
        "DETERMINISTIC" if "deterministic" in parts else "NOT DETERMINISTIC",
        parts.get("data access", ""),
        f"SQL SECURITY {parts.get('security', 'DEFINER')}",
        f"COMMENT {literal(parts['comment'])}" if "comment" in parts else "",
        parts["definition"],
    ]
    return _in_mode(item, " ".join(filter(None, words)))


def event(item: SchemaObject, schemas: tuple[str, ...]) -> list[str]:
    """Return the statements that make an event."""
    parts = item.parts
    words = [
        f"CREATE EVENT {path(item.name, schemas)} ON SCHEDULE {parts['schedule']}",
        f"ENDS '{parts['ends']}'" if "ends" in parts else "",
        f"ON COMPLETION {'' if 'preserve' in parts else 'NOT '}PRESERVE",
        "DISABLE" if "enabled" in parts else "ENABLE",
        f"COMMENT {literal(parts['comment'])}" if "comment" in parts else "",
        f"DO {parts['definition']}",
    ]
    return _in_mode(item, " ".join(filter(None, words)))


def _in_mode(item: SchemaObject, text: str) -> list[str]:
    """Return the statements that make it in the SQL mode that the server keeps with it."""
    mode = literal(item.parts.get("sql mode", ""))
    before = f"SET @bootctl_sql_mode = @@sql_mode, sql_mode = {mode}"
    return [before, text, "SET sql_mode = @bootctl_sql_mode"]


def sequence(item: SchemaObject, schemas: tuple[str, ...], *, exists: bool) -> list[str]:
    """Return the statement that makes a sequence, or makes another one of it."""
    parts = item.parts
    words = [
        f"{'ALTER' if exists else 'CREATE'} SEQUENCE {path(item.name, schemas)}",
        f"INCREMENT BY {parts.get('increment', '1')}",
        f"MINVALUE {parts['minimum']}" if "minimum" in parts else "NO MINVALUE",
        f"MAXVALUE {parts['maximum']}" if "maximum" in parts else "NO MAXVALUE",
        _start(item),
        f"CACHE {parts.get('cache', '1000')}",
        "CYCLE" if "cycle" in parts else "NOCYCLE",
    ]
    return [" ".join(filter(None, words))]


def _start(item: SchemaObject) -> str:
    usual = "-1" if item.parts.get("increment", "1").startswith("-") else "1"
    return f"START WITH {item.parts.get('start', usual)}"
