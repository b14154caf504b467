"""What a linter says, in the place of our own rules that are about the same."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bootctl.database.risks import RiskKind
from bootctl.migrate.risk import squawk
from bootctl.migrate.risk.finding import Finding
from bootctl.migrate.risk.words import Reader, words

Lint = Callable[[Sequence[str]], list[list[squawk.Linted] | None]]
"""Returns what a linter says of each statement; ``None`` for one that it cannot read."""

_SAME = {
    "add-check": ("constraint-missing-not-valid",),
    "add-column-computed": ("adding-field-with-default",),
    "add-column-default": ("adding-field-with-default",),
    "add-column-required": ("adding-required-field",),
    "add-foreign-key": ("adding-foreign-key-constraint", "constraint-missing-not-valid"),
    "add-primary-key": ("adding-serial-primary-key-field", "constraint-missing-not-valid"),
    "add-unique": ("disallowed-unique-constraint", "constraint-missing-not-valid"),
    "column-type": ("changing-column-type",),
    "create-index": ("require-concurrent-index-creation",),
    "drop-column": ("ban-drop-column",),
    "drop-database": ("ban-drop-database",),
    "drop-schema": ("ban-drop-schema",),
    "drop-table": ("ban-drop-table",),
    "drop-type": ("ban-drop-type", "ban-drop-domain"),
    "reindex": ("require-concurrent-reindex",),
    "rename-column": ("renaming-column",),
    "rename-table": ("renaming-table",),
    "set-not-null": ("adding-not-nullable-field",),
    "truncate": ("ban-truncate-cascade",),
}
"""Our rules, and squawk's for the same, the best first."""
_SILENCE_COUNTS = frozenset(
    [
        *("add-column-required", "add-foreign-key", "column-type", "create-index", "drop-column"),
        *("drop-table", "rename-column", "rename-table", "set-not-null", "add-column-default"),
    ]
)
"""Where squawk, whatever its version, says nothing, a comment or the project's `.squawk.toml` says so."""
_ONLY_WITH_OURS = frozenset(["changing-column-type", "adding-field-with-default"])
"""Squawk does not know the live column, nor every function; where ours finds nothing, there is nothing."""


def merged(text: str, own: list[Finding], said: Sequence[squawk.Linted] | None) -> list[Finding]:
    """Return ``own`` findings in a statement together with what squawk has ``said`` of it."""
    if said is None:
        return own
    by_rule = {item.rule: item for item in said}
    found = [item for finding in own for item in _linted(finding, by_rule)]
    same = {rule for finding in own for rule in _SAME.get(finding.rule, ())}
    more = [item for item in said if item.rule not in same | _ONLY_WITH_OURS]
    return found + [_finding(item, text) for item in more]


def _linted(finding: Finding, by_rule: dict[str, squawk.Linted]) -> list[Finding]:
    rules = _SAME.get(finding.rule, ())
    rule = next((rule for rule in rules if rule in by_rule), None)
    if rule is None:
        return [] if finding.rule in _SILENCE_COUNTS else [finding]
    advice = by_rule[rule].help or finding.advice
    return [replace(finding, rule=rule, by=squawk.NAME, advice=advice)]


def _finding(item: squawk.Linted, text: str) -> Finding:
    any_row = item.kind is not RiskKind.DESTRUCTIVE and item.rule == "adding-required-field"
    advice = item.help or "https://squawkhq.com/docs/rules says what is safer."
    return Finding(item.kind, item.rule, table_of(text), advice, squawk.NAME, any_row)


def table_of(text: str) -> str:
    """Return the table that a statement is about; empty where that is not known."""
    reader = Reader(words(text))
    is_table = reader.take("ALTER TABLE") or reader.take("DROP TABLE")
    if not (is_table or (reader.has("INDEX") and reader.skip_to("ON"))):
        return ""
    return _table(reader)


def altered_table(text: str) -> str:
    """Return the table of an ALTER TABLE; empty of any other statement."""
    reader = Reader(words(text))
    return _table(reader) if reader.take("ALTER TABLE") else ""


def _table(reader: Reader) -> str:
    reader.skip("IF EXISTS", "ONLY")
    return reader.name()
