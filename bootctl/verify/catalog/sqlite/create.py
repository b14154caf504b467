"""The SQL that makes an object, from what the catalog says of it."""

from collections.abc import Sequence

from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.sqlite.tokens import identifier


def own_name(item: SchemaObject) -> str:
    """Return what an object is called within its table."""
    return item.name.removeprefix(f"{item.table}.")


def path(name: str, schemas: Sequence[str]) -> str:
    """Return the identifier of a table or view, which may be in an attached one of ``schemas``."""
    schema, _, rest = name.partition(".")
    is_attached = schema in schemas and rest
    return f"{identifier(schema)}.{identifier(rest)}" if is_attached else identifier(name)


def column(item: SchemaObject) -> str:
    """Return the definition of a column."""
    parts = item.parts
    words = [identifier(own_name(item)), parts.get("type", "")]
    if parts["nullable"] == "no":
        words.append(f"NOT NULL{_on_conflict(item)}")
    if "default" in parts:
        words.append(f"DEFAULT ({parts['default']})" if _is_computed(item) else _default(item))
    if "collation" in parts:
        words.append(f"COLLATE {parts['collation']}")
    if "generated" in parts:
        expression, _, kind = parts["generated"].rpartition(" ")
        words.append(f"GENERATED ALWAYS AS {expression} {kind.upper()}")
    return " ".join(filter(None, words))


def _default(item: SchemaObject) -> str:
    return f"DEFAULT {item.parts['default']}"


def _is_computed(item: SchemaObject) -> bool:
    text = item.parts["default"]
    return not (text.startswith("'") or text.lstrip("+-").replace(".", "", 1).isalnum())


def _on_conflict(item: SchemaObject) -> str:
    return f" ON CONFLICT {item.parts['on conflict']}" if "on conflict" in item.parts else ""


def can_be_added(item: SchemaObject) -> bool:
    """Return whether ALTER TABLE adds this column (https://sqlite.org/lang_altertable.html, 4)."""
    parts = item.parts
    if parts.get("generated", "").endswith("stored"):
        return False
    text = parts.get("default", "")
    is_constant = not text or not (_is_computed(item) or text.upper().startswith("CURRENT_"))
    return is_constant and (parts["nullable"] == "yes" or bool(text) or "generated" in parts)


def table(item: SchemaObject, catalog: Catalog, name: str) -> str:
    """Return the statement that makes a table, with all its constraints."""
    if "virtual" in item.parts:
        return f"CREATE VIRTUAL TABLE {name} USING {item.parts['virtual']}"
    own = [i for i in catalog.objects if i.table == item.name]
    columns = sorted((i for i in own if i.kind == "column"), key=lambda i: i.position)
    key = next((i for i in own if i.kind == "primary key"), None)
    lines = [_column(i, key) + _inline(i, key) for i in columns]
    lines += [constraint(i) for i in own if i.kind in ("constraint", "check", "foreign key")]
    if key and not any(_inline(i, key) for i in columns):
        lines.append(f"{_called(key)}PRIMARY KEY ({key.parts['columns']}){_on_conflict(key)}")
    options = [word.upper() for word in ("without rowid", "strict") if word in item.parts]
    listed = ",\n".join(lines)  # by which SQLAlchemy tells constraints apart
    return f"CREATE TABLE {name} (\n{listed}\n) {', '.join(options)}".rstrip()


def _column(item: SchemaObject, key: SchemaObject | None) -> str:
    """Return the definition of a column, which as INTEGER would be the number of its row."""
    text = column(item)
    if key and "rowid" in key.parts and key.parts["columns"].strip('"') == own_name(item):
        return text.replace(" INTEGER", " INT", 1)
    return text


def _inline(item: SchemaObject, key: SchemaObject | None) -> str:
    """Return the primary key where AUTOINCREMENT makes it a part of its column."""
    if key is None or "autoincrement" not in key.parts:
        return ""
    is_own = key.parts["columns"].strip('"') == own_name(item)
    return f" {_called(key)}PRIMARY KEY{_on_conflict(key)} AUTOINCREMENT" if is_own else ""


def _called(item: SchemaObject) -> str:
    return f"CONSTRAINT {identifier(item.given_name)} " if item.given_name else ""


def constraint(item: SchemaObject) -> str:
    """Return a constraint as a table has it."""
    parts = item.parts
    if item.kind == "constraint":
        return f"{_called(item)}UNIQUE ({parts['columns']}){_on_conflict(item)}"
    if item.kind == "check":
        name = own_name(item)
        called = "" if name.startswith("(") else f"CONSTRAINT {identifier(name)} "
        return f"{called}CHECK ({parts['definition']})"
    words = [f"{_called(item)}FOREIGN KEY ({parts['columns']}) REFERENCES {parts['target']}"]
    words += [f"{on.upper()} {parts[on]}" for on in ("on update", "on delete") if on in parts]
    words += ["DEFERRABLE INITIALLY DEFERRED"] if "deferrable" in parts else []
    return " ".join(words)


def index(item: SchemaObject, schemas: Sequence[str]) -> str:
    """Return the statement that makes an index."""
    parts = item.parts
    unique = "UNIQUE " if "unique" in parts else ""
    where = f" WHERE {parts['predicate']}" if "predicate" in parts else ""
    schema, _, table_name = item.table.rpartition(".")
    name = path(f"{schema}.{own_name(item)}" if schema else own_name(item), schemas)
    table_name = table_name if schema in schemas else item.table
    return f"CREATE {unique}INDEX {name} ON {identifier(table_name)} ({parts['columns']}){where}"


def view(item: SchemaObject, schemas: Sequence[str]) -> str:
    """Return the statement that makes a view."""
    columns = f" ({item.parts['columns']})" if "columns" in item.parts else ""
    return f"CREATE VIEW {path(item.name, schemas)}{columns} AS {item.parts['definition']}"


def trigger(item: SchemaObject, schemas: Sequence[str]) -> str:
    """Return the statement that makes a trigger."""
    parts = item.parts
    when = f" WHEN {parts['when']}" if "when" in parts else ""
    schema, _, table_name = item.table.rpartition(".")
    is_attached = schema in schemas
    name = path(f"{schema}.{own_name(item)}" if is_attached else own_name(item), schemas)
    on = identifier(table_name if is_attached else item.table)
    return f"CREATE TRIGGER {name} {parts['timing']} ON {on}{when} {parts['definition']}"
