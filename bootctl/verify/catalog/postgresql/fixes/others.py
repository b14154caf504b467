"""Publications, text search, operators, casts, collations and foreign servers."""

from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.catalog.postgresql.fixes.names import address, command, commented, literal

_METHODS = {"none": "WITHOUT FUNCTION", "input and output": "WITH INOUT"}
_OPERATOR = ("commutator", "negator", "restrict", "join")


def publication(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a publication."""
    parts = item.parts
    places = [
        "ALL TABLES" if "all tables" in parts else "",
        f"TABLE {parts['tables']}" if "tables" in parts else "",
        f"TABLES IN SCHEMA {parts['schemas']}" if "schemas" in parts else "",
    ]
    where = f" FOR {', '.join(filter(None, places))}" if any(places) else ""
    root = ", publish_via_partition_root = true" if "by root" in parts else ""
    return _made(item, f"{where} WITH (publish = '{parts.get('publish', '')}'{root})")


def configuration(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a text search configuration."""
    alter = f"ALTER {command(item.kind)} {address(item)} ADD MAPPING FOR"
    lines = item.parts.get("mappings", "").splitlines()
    return [
        *_made(item, f" (PARSER = {item.parts['parser']})"),
        *(f"{alter} {line}" for line in lines),
    ]


def dictionary(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a text search dictionary."""
    options = f", {item.parts['options']}" if "options" in item.parts else ""
    return _made(item, f" (TEMPLATE = {item.parts['template']}{options})")


def operator(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make an operator."""
    parts, called = item.parts, address(item)
    name, _bracket, arguments = called.rpartition(" (")
    sides = zip(("LEFTARG", "RIGHTARG"), arguments.rstrip(")").split(", "), strict=True)
    words = [f"{side} = {kind}" for side, kind in sides if kind != "NONE"]
    words += [f"FUNCTION = {parts['function']}"] if "function" in parts else []
    words += [f"{part.upper()} = {parts[part]}" for part in _OPERATOR if part in parts]
    words += [part.upper() for part in ("hashes", "merges") if part in parts]
    return [f"CREATE OPERATOR {name} ({', '.join(words)})", *commented(item)]


def cast(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a cast."""
    parts = item.parts
    how = _METHODS.get(parts.get("method", "")) or f"WITH FUNCTION {parts.get('function')}"
    when = f" AS {parts['context'].upper()}" if "context" in parts else ""
    return _made(item, f" {how}{when}")


def collation(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a collation."""
    parts = item.parts
    words = [f"provider = {parts['provider']}", f"locale = {literal(parts.get('locale', ''))}"]
    words += ["deterministic = false"] if "deterministic" in parts else []
    words += [f"rules = {literal(parts['rules'])}"] if "rules" in parts else []
    return _made(item, f" ({', '.join(words)})")


def server(item: SchemaObject, _: Catalog) -> list[str]:
    """Return the statements that make a foreign server."""
    parts = item.parts
    words = [
        f"TYPE {literal(parts['type'])}" if "type" in parts else "",
        f"VERSION {literal(parts['version'])}" if "version" in parts else "",
        f"FOREIGN DATA WRAPPER {parts['wrapper']}",
        f"OPTIONS ({_options(parts['options'])})" if "options" in parts else "",
    ]
    return _made(item, f" {' '.join(filter(None, words))}")


def _options(text: str) -> str:
    pairs = (option.partition("=") for option in text.split(", "))
    return ", ".join(f"{name} {literal(value)}" for name, _, value in pairs)


def _made(item: SchemaObject, rest: str) -> list[str]:
    return [f"CREATE {command(item.kind)} {address(item)}{rest}", *commented(item)]
