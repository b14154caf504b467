"""The SQL that makes an object, from what the catalog says of it."""

import re
from collections.abc import Callable

from bootctl.verify.catalog.mysql.names import listed, literal, quoted
from bootctl.verify.catalog.objects import Catalog, Parts, SchemaObject

_OPTION = re.compile(r"(`[^`]+`|\w+)=('(?:[^']|'')*'|\"[^\"]*\"|\S+)")


def own_name(item: SchemaObject) -> str:
    """Return what an object is called within its table."""
    return item.given_name or item.name.removeprefix(f"{item.table}.")


def path(name: str, schemas: tuple[str, ...]) -> str:
    """Return the identifier of a table or view, which may be in another one of ``schemas``."""
    schema, _, rest = name.partition(".")
    return f"{quoted(schema)}.{quoted(rest)}" if schema in schemas and rest else quoted(name)


def column(item: SchemaObject) -> str:
    """Return the definition of a column."""
    parts = item.parts
    words = [quoted(own_name(item)), parts["type"]]
    if "collation" in parts:
        words.append(f"COLLATE {parts['collation']}")
    is_row = parts.get("generated", "").startswith("ROW ")
    if "generated" in parts:
        words.append(_generated(parts["generated"]))
    if not is_row and parts["nullable"] == "no":
        words.append("NOT NULL")
    elif "generated" not in parts:
        words.append("NULL")
    if "default" in parts:
        words.append(f"DEFAULT {parts['default']}")
    words += [text.format(parts[part]) for part, text in _COLUMN_WORDS.items() if part in parts]
    if "comment" in parts:
        words.append(f"COMMENT {literal(parts['comment'])}")
    if "check" in parts:
        words.append(f"CHECK ({parts['check']})")
    return " ".join(words)


_COLUMN_WORDS = {
    "on update": "ON UPDATE {}",
    "identity": "AUTO_INCREMENT",
    "invisible": "INVISIBLE",
    "versioning": "WITHOUT SYSTEM VERSIONING",
    "srid": "SRID {}",
}


def _generated(text: str) -> str:
    if text.startswith("ROW "):
        return f"GENERATED ALWAYS AS {text}"
    expression, _, kind = text.rpartition(" ")
    return f"GENERATED ALWAYS AS {expression} {kind.upper()}"


_KINDS = ("FULLTEXT", "SPATIAL", "VECTOR")


def index(item: SchemaObject) -> str:
    """Return the definition of an index or a primary key."""
    parts = item.parts
    if item.kind == "primary key":
        return f"PRIMARY KEY ({parts['columns']})"
    method = parts.get("method", "")
    kind = method if method in _KINDS else "UNIQUE" if "unique" in parts else ""
    words = [f"{kind} KEY {quoted(own_name(item))} ({parts['columns']})".strip()]
    if method and kind != method:
        words.append(f"USING {method}")
    if "parser" in parts:
        words.append(f"WITH PARSER {parts['parser']}")
    if "comment" in parts:
        words.append(f"COMMENT {literal(parts['comment'])}")
    words += [word.upper() for word in ("ignored", "invisible") if word in parts]
    return " ".join(words)


def foreign_key(item: SchemaObject) -> str:
    """Return the definition of a foreign key."""
    parts = item.parts
    actions = "".join(
        f" {part.upper()} {parts[part]}" for part in ("on update", "on delete") if part in parts
    )
    columns, target = parts["columns"], parts["target"]
    return f"{_constraint(item)}FOREIGN KEY ({columns}) REFERENCES {target}{actions}"


def check(item: SchemaObject) -> str:
    """Return the definition of a CHECK constraint."""
    enforced = " NOT ENFORCED" if "enforced" in item.parts else ""
    return f"{_constraint(item)}CHECK ({item.parts['definition']}){enforced}"


def _constraint(item: SchemaObject) -> str:
    return "" if item.given_name else f"CONSTRAINT {quoted(own_name(item))} "


def options(parts: Parts, before: Parts | None = None) -> list[str]:
    """Return the options of a table, those that differ from ``before`` where it is given."""
    old = before or {}
    found = []
    for part, text in _TABLE_WORDS.items():
        if parts.get(part, "") != old.get(part, ""):
            found.append(text(parts.get(part, "")))
    wanted, had = _named(parts), _named(old)
    found += [f"{name}={value}" for name, value in wanted.items() if had.get(name) != value]
    found += [f"{name}={_unset(name)}" for name in had if name not in wanted]
    return found


def _unset(name: str) -> str:
    has_default = name.startswith(("`", "stats_", "pack_keys"))
    return "DEFAULT" if has_default else "0"


def _named(parts: Parts) -> dict[str, str]:
    return dict(_OPTION.findall(parts.get("options", "")))


_TABLE_WORDS: dict[str, Callable[[str], str]] = {
    "engine": lambda text: f"ENGINE={text}",
    "collation": lambda text: f"DEFAULT COLLATE {text}",
    "row format": lambda text: f"ROW_FORMAT={text or 'DEFAULT'}",
    "comment": lambda text: f"COMMENT={literal(text)}",
}


def partitioning(table: SchemaObject, catalog: Catalog) -> str:
    """Return how a table is partitioned; empty where it is not, or as nobody can tell."""
    key = table.parts.get("partition key", "")
    own = [i for i in catalog.objects if i.kind == "partition" and i.table == table.name]
    if not key or not own:
        return ""
    in_order = sorted(own, key=lambda item: item.position)
    return f"PARTITION BY {key} ({', '.join(_partition(item) for item in in_order)})"


def _partition(item: SchemaObject) -> str:
    comment = item.parts.get("comment")
    words = [f"PARTITION {quoted(own_name(item))}", item.parts.get("bound", "")]
    return " ".join([*filter(None, words), *([f"COMMENT {literal(comment)}"] if comment else [])])


def table(item: SchemaObject, catalog: Catalog, name: str) -> str:
    """Return the CREATE TABLE of a table, without foreign keys and triggers."""
    own = [i for i in catalog.objects if i.table == item.name]
    columns = sorted((i for i in own if i.kind == "column"), key=lambda i: i.position)
    lines = [column(i) for i in columns]
    lines += [index(i) for i in own if i.kind in ("primary key", "index")]
    lines += [check(i) for i in own if i.kind == "check"]
    lines += _period(columns)
    versioning = ["WITH SYSTEM VERSIONING"] if "versioning" in item.parts else []
    words = [*options(item.parts), *versioning, partitioning(item, catalog)]
    return f"CREATE TABLE {name} ({', '.join(lines)}) {' '.join(filter(None, words))}"


def _period(columns: list[SchemaObject]) -> list[str]:
    rows = {i.parts.get("generated"): own_name(i) for i in columns}
    if "ROW START" not in rows:
        return []
    return [f"PERIOD FOR SYSTEM_TIME ({listed([rows['ROW START'], rows['ROW END']])})"]
