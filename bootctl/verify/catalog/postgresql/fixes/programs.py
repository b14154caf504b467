"""Views, functions, triggers, policies and what else has a definition of its own."""

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes.names import (
    address,
    command,
    commented,
    identifiers,
    own_name,
    quoted,
    sql_name,
    target,
)
from bootctl.verify.catalog.postgresql.fixes.tables import storage_options

_FIRES = {
    "": "ENABLE {}",
    "origin": "ENABLE {}",
    "always": "ENABLE ALWAYS {}",
    "replica": "ENABLE REPLICA {}",
    "disabled": "DISABLE {}",
}


def view(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a view."""
    parts = item.parts
    clauses = [
        f"CREATE {command(item.kind)} {sql_name(item.name)}",
        f"WITH ({parts['options']})" if "options" in parts else "",
        f"TABLESPACE {parts['tablespace']}" if "tablespace" in parts else "",
        f"AS {parts['definition'].strip()}",
    ]
    return [" ".join(filter(None, clauses)), *commented(item)]


def alter_view(change: Change) -> list[str]:
    """Return the statements that set a view's options; none where a new one is needed."""
    if change.parts.keys() - {"options", "comment"}:
        return []
    actions = storage_options(*change.parts.get("options", ("", "")))
    return [f"ALTER {target(change.object)} {action}" for action in actions]


def defined(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make what the server has rendered whole."""
    enabled = [fires(item)] if "enabled" in item.parts else []
    made = [item.parts["definition"]] if "definition" in item.parts else []
    return [*made, *enabled, *commented(item)]


def fires(item: SchemaObject) -> str:
    """Return the statement that says when a trigger or a rule acts."""
    action = _FIRES[item.parts.get("enabled", "")]
    if item.kind == "event trigger":
        return f"ALTER EVENT TRIGGER {sql_name(item.name)} {action.format('').strip()}"
    what = f"{command(item.kind)} {own_name(item)}"
    return f"ALTER TABLE {sql_name(item.table)} {action.format(what)}"


def alter_trigger(change: Change) -> list[str]:
    """Return the statement that lets a trigger or rule act; none where a new one is needed."""
    assert change.expected
    return [fires(change.expected)] if change.parts.keys() == {"enabled"} else []


def alter_function(change: Change) -> list[str]:
    """Return the statement that replaces a function; none where its arguments are others."""
    assert change.expected
    if "definition" not in change.parts:
        return []
    heads = {text.partition("\n LANGUAGE")[0] for text in change.parts["definition"]}
    return [change.expected.parts["definition"]] if len(heads) == 1 else []


def aggregate(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make an aggregate."""
    shape = {p: text for p, text in item.parts.items() if p not in ("arguments", "comment")}
    words = (p if text == "true" else f"{p} = {text}" for p, text in shape.items())
    head = address(item).rpartition("(")[0]
    arguments = item.parts.get("arguments", "*")
    return [f"CREATE AGGREGATE {head} ({arguments}) ({', '.join(words)})", *commented(item)]


def policy(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a policy of row security."""
    parts = item.parts
    clauses = [
        f"CREATE {target(item)}",
        "AS RESTRICTIVE" if "permissive" in parts else "",
        f"FOR {parts['command']}",
        f"TO {parts['roles']}",
        f"USING ({parts['using']})" if "using" in parts else "",
        f"WITH CHECK ({parts['check']})" if "check" in parts else "",
    ]
    return [" ".join(filter(None, clauses)), *commented(item)]


def statistics(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make extended statistics."""
    name = sql_name(item.name)
    wanted = item.parts.get("target")
    return [
        f"CREATE STATISTICS {name} {item.parts['definition']}",
        *([f"ALTER STATISTICS {name} SET STATISTICS {wanted}"] if wanted else []),
        *commented(item),
    ]


def event_trigger(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make an event trigger."""
    parts = item.parts
    tags = f" WHEN TAG IN ({parts['tags']})" if "tags" in parts else ""
    name = sql_name(item.name)
    return [
        f"CREATE EVENT TRIGGER {name} ON {parts['event']}{tags} EXECUTE FUNCTION {parts['function']}()",
        *([fires(item)] if "enabled" in parts else []),
        *commented(item),
    ]


def extension(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statement that installs an extension."""
    schema = f" SCHEMA {item.parts['schema']}" if "schema" in item.parts else ""
    version = f" VERSION '{item.parts['version']}'"
    return [f"CREATE EXTENSION {quoted(identifiers(item.name)[0])}{schema}{version}"]


def alter_extension(change: Change) -> list[str]:
    """Return the statements that bring an extension to its version, and into its schema."""
    assert change.expected
    name, parts = quoted(identifiers(change.object.name)[0]), change.expected.parts
    statements = []
    if "version" in change.parts:
        statements.append(f"ALTER EXTENSION {name} UPDATE TO '{parts['version']}'")
    if "schema" in change.parts and "schema" in parts:
        statements.append(f"ALTER EXTENSION {name} SET SCHEMA {parts['schema']}")
    return statements
