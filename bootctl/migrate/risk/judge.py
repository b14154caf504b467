"""From statements to risks: what a rule finds, weighed by the table as it is now."""

from collections.abc import Callable, Iterator, Sequence

from bootctl.database.risks import Risk, RiskKind
from bootctl.database.state import Revision
from bootctl.ledger.executed import statement
from bootctl.migrate.risk import squawk
from bootctl.migrate.risk.effects import Effects
from bootctl.migrate.risk.finding import Finding, rewriting
from bootctl.migrate.risk.linting import Lint, altered_table, merged, table_of
from bootctl.migrate.risk.rules import mysql, postgresql, sqlite
from bootctl.migrate.risk.tables import LiveTables
from bootctl.migrate.risk.words import Reader, statements, words

_SHOWN = 200
"""Characters of a statement that are shown."""
_RULES: dict[str, Callable[[Reader], Iterator[Finding]]] = {
    "postgresql": postgresql.findings,
    "sqlite": sqlite.findings,
}
_LINTED = frozenset(["ALTER", "CREATE", "DROP", "TRUNCATE", "REINDEX", "VACUUM", "CLUSTER"])
"""First words."""
_OPAQUE = frozenset(["CALL", "DO", "EXECUTE"])
"""First words of statements that execute others, which they do not show."""
_REBUILDS = "SQLite copies all rows into a new table, while others wait: do it while the service is stopped."


class Judge:
    """Judges statements in the order of their execution, whatever migration they are of."""

    def __init__(self, live: LiveTables, lint: Lint | None) -> None:
        self._effects = Effects(live)
        self._lint = lint
        self.has_lacked_linter = False
        """Whether a statement of PostgreSQL's was judged without a linter."""
        self.unread: list[str] = []
        """What else was not looked at, and why."""

    def judge(self, revision: Revision, scheme: str, scripts: Sequence[str]) -> list[Risk]:
        """Return the risks of one migration's ``scripts``, in their order."""
        texts = [text for script in scripts for text in statements(script)]
        found = [self._found(scheme, text) for text in texts]
        said = self._linted(scheme, texts, found)
        self.unread += [
            f"what {found[0].upper} executes in revision {revision.id}, by code that the server has"
            for found in map(words, texts)
            if found[0].upper in _OPAQUE
        ]
        return [
            self._risk(revision, shown(text), item)
            for text, own, linted in zip(texts, found, said, strict=True)
            for item in self._counting(scheme, text, own, linted)
        ]

    def _found(self, scheme: str, text: str) -> list[Finding]:
        """Return what the rules find: nothing is asked of what alters a table that the migrations have made."""
        if self._effects.is_made(altered_table(text)):
            return []
        rules = _RULES.get(scheme, mysql.findings)
        return list(rules(Reader(words(text))))

    def rebuilt(self, revision: Revision, table: str) -> list[Risk]:
        """Return the risk of a ``table`` that is copied by statements that are not known."""
        finding = rewriting("table-copy", table, _REBUILDS)
        return (
            [self._risk(revision, f"-- copies {table}", finding)] if self._counts(finding) else []
        )

    def _linted(
        self, scheme: str, texts: Sequence[str], own: Sequence[Sequence[Finding]]
    ) -> Sequence[Sequence[squawk.Linted] | None]:
        found: list[Sequence[squawk.Linted] | None] = [None] * len(texts)
        if self._lint is None:
            return found
        linted = [
            at
            for at, text in enumerate(texts)
            if _is_linted(scheme, text) and not self._is_of_new_tables(text, own[at])
        ]
        if not linted:
            return found
        try:
            said = self._lint([texts[at] for at in linted])
        except squawk.LinterError as error:
            self.unread.append(str(error))
            return found
        for at, one in zip(linted, said, strict=True):
            found[at] = one
        return found

    def _is_of_new_tables(self, text: str, own: Sequence[Finding]) -> bool:
        """Return whether whatever could be said is of tables that the migrations have made, and does not count.

        Each question to the linter is a process, and a long history has a thousand such statements.
        """
        return all(map(self._effects.is_made, {table_of(text), *(item.table for item in own)}))

    def _counting(
        self, scheme: str, text: str, own: list[Finding], said: Sequence[squawk.Linted] | None
    ) -> list[Finding]:
        """Return what counts in the next statement, which is noted as executed."""
        if self._lint is None and _is_linted(scheme, text):
            self.has_lacked_linter |= not self._effects.is_made(table_of(text))
        found = merged(text, self._effects.refined(text, own), said)
        counting = [item for item in found if self._counts(item)]
        self._effects.follow(text)
        return list(dict.fromkeys(counting))

    def _counts(self, finding: Finding) -> bool:
        """Return whether it matters for the table as it is: data that is lost matters at any size."""
        if self._effects.is_made(finding.table):
            return False
        if finding.table and self._effects.is_nowhere(finding.table):
            return False
        if finding.kind is RiskKind.DESTRUCTIVE:
            return True
        live = self._effects.table(finding.table)
        if live is None:
            return True
        return live.rows != 0 if finding.any_row else not live.is_small

    def _risk(self, revision: Revision, shown: str, finding: Finding) -> Risk:
        live = self._effects.table(finding.table)
        return Risk(
            revision=revision.id,
            file=revision.path,
            statement=shown,
            kind=finding.kind,
            rule=finding.rule,
            by=finding.by,
            table=finding.table,
            rows=live.rows if live else None,
            bytes=live.bytes if live else None,
            advice=finding.advice,
        )


def _is_linted(scheme: str, text: str) -> bool:
    """Return whether the linter is about such a statement: rows, queries and new tables are none of its."""
    first, *more = [word.upper for word in words(text)[:3]]
    is_new = first == "CREATE" and "INDEX" not in more
    return scheme == "postgresql" and first in _LINTED and not is_new


def shown(text: str) -> str:
    """Return a statement as it may be read: masked first, so that no secret is cut in two."""
    told = " ".join(statement(text, commits=False).text.split()).rstrip("; ")
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]} ..."
