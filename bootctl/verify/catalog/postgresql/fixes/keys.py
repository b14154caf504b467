"""Primary keys, constraints and indexes."""

from bootctl.verify.catalog.changes import Change
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes.names import beside, commented, own_name, sql_name
from bootctl.verify.catalog.postgresql.fixes.tables import storage_options

_WORDS = {
    "primary key": "PRIMARY KEY",
    "constraint": "UNIQUE",
    "check": "CHECK",
    "foreign key": "FOREIGN KEY",
    "exclusion": "",
}


def _clause(item: SchemaObject, words: str, part: str) -> str:
    """Return a clause with what a part says, empty where it says nothing."""
    text = item.parts.get(part)
    return words.format(text) if text else ""


def _shape(item: SchemaObject) -> list[str]:
    """Return the clauses of a constraint or index that come after its columns."""
    return [
        _clause(item, "INCLUDE ({})", "include"),
        "NULLS NOT DISTINCT" if item.kind == "index" and "nulls" in item.parts else "",
        _clause(item, "WITH ({})", "options"),
        _clause(item, "USING INDEX TABLESPACE {}", "tablespace")
        if item.kind != "index"
        else _clause(item, "TABLESPACE {}", "tablespace"),
    ]


def constraint(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that add a primary key or a constraint."""
    parts = item.parts
    shown = parts.get("columns", parts.get("definition", ""))
    clauses = [
        f"ALTER TABLE {sql_name(item.table)} ADD CONSTRAINT {own_name(item)}",
        _WORDS[item.kind],
        "NULLS NOT DISTINCT" if "nulls" in parts else "",
        shown if item.kind == "exclusion" else f"({shown})",
        *_shape(item),
        _clause(item, "REFERENCES {}", "target"),
        _clause(item, "MATCH {}", "match").upper(),
        _clause(item, "ON UPDATE {}", "on update"),
        _clause(item, "ON DELETE {}", "on delete"),
        "NO INHERIT" if "inherit" in parts else "",
        _deferrable(item),
        "NOT ENFORCED" if "enforced" in parts else "",
        "NOT VALID" if "validated" in parts else "",
    ]
    return [" ".join(filter(None, clauses)), *commented(item)]


def _deferrable(item: SchemaObject) -> str:
    if item.kind == "exclusion" or "deferrable" not in item.parts:
        return ""  # in the definition
    text = item.parts["deferrable"]
    return text.upper() if text == "deferrable" else f"DEFERRABLE {text.upper()}"


def index(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make an index."""
    parts = item.parts
    clauses = [
        f"CREATE {'UNIQUE ' if 'unique' in parts else ''}INDEX {own_name(item)}",
        f"ON {sql_name(item.table)}",
        _clause(item, "USING {}", "method"),
        f"({parts['columns']})",
        *_shape(item),
        _clause(item, "WHERE {}", "predicate"),
    ]
    return [" ".join(filter(None, clauses)), *commented(item)]


def drop(item: SchemaObject) -> list[str]:
    """Return the statement that drops a constraint."""
    return [f"ALTER TABLE {sql_name(item.table)} DROP CONSTRAINT IF EXISTS {own_name(item)}"]


def alter_constraint(change: Change) -> list[str]:
    """Return the statement that validates a constraint; none where a new one is needed."""
    if change.parts.keys() == {"validated"} and change.parts["validated"][0]:
        item = change.object
        return [f"ALTER TABLE {sql_name(item.table)} VALIDATE CONSTRAINT {own_name(item)}"]
    return []


def alter_index(change: Change) -> list[str]:
    """Return the statements that set an index's options; none where a new one is needed."""
    if change.parts.keys() != {"options"}:
        return []
    actions = storage_options(*change.parts["options"])
    return [f"ALTER INDEX {beside(change.object)} {action}" for action in actions]
