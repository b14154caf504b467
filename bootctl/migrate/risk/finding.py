"""One thing that a rule finds in one statement."""

from bootctl.database.risks import RiskKind
from bootctl.values import frozen


@frozen
class Finding:
    """What a statement does, whatever the table has in it."""

    kind: RiskKind
    rule: str
    table: str
    """As the statement has it, without quotes; with its schema where that is named."""
    advice: str
    by: str = "bootctl"
    any_row: bool = False
    """One row is enough for it to hurt: size does not matter."""


def destructive(rule: str, table: str, advice: str) -> Finding:
    """Return what loses data, or a name that is used."""
    return Finding(RiskKind.DESTRUCTIVE, rule, table, advice)


def locking(rule: str, table: str, advice: str, *, any_row: bool = False) -> Finding:
    """Return what makes others wait."""
    return Finding(RiskKind.LOCKING, rule, table, advice, any_row=any_row)


def rewriting(rule: str, table: str, advice: str) -> Finding:
    """Return what writes every row anew."""
    return Finding(RiskKind.REWRITING, rule, table, advice)
