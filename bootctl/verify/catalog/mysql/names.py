"""Names as the server writes them, and without the schema that they are in."""

import re

_STRING_OR_PATH = re.compile(
    r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`(?:[^`]|``)+`(?:\.`(?:[^`]|``)+`)*", re.DOTALL
)


def quoted(name: str) -> str:
    """Return ``name`` as an identifier."""
    return "`" + name.replace("`", "``") + "`"


def literal(value: str) -> str:
    """Return ``value`` as a string."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def listed(names: list[str]) -> str:
    """Return identifiers with commas between them."""
    return ", ".join(quoted(name) for name in names)


def unqualified(sql: str, schema: str) -> str:
    """Return ``sql`` as the server would render it without naming ``schema``.

    A view names the schema of each table and function, its own too, in its text.
    """
    own = quoted(schema) + "."
    return _STRING_OR_PATH.sub(lambda match: match.group().removeprefix(own), sql)


class Scope:
    """How objects of one schema are called."""

    def __init__(self, schema: str, default: str) -> None:
        self.schema = schema
        self._prefix = "" if schema == default else f"{schema}."
        self._default = default

    @property
    def title(self) -> str:
        """Return what verdicts call the schema itself."""
        return self.schema if self._prefix else "the default schema"

    def of(self, name: str) -> str:
        """Return what verdicts call a table or a view, and all that no table has."""
        return self._prefix + name

    def within(self, table: str, name: str) -> str:
        """Return what verdicts call something of a table."""
        return f"{self._prefix}{table}.{name}"

    def target(self, schema: str, table: str) -> str:
        """Return a table that a foreign key refers to, as SQL."""
        return quoted(table) if schema == self._default else f"{quoted(schema)}.{quoted(table)}"
