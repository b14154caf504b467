"""Rules for SQLite, where whatever writes keeps every other writer of the file waiting."""

from collections.abc import Iterator

from bootctl.migrate.risk.finding import Finding, locking, rewriting
from bootctl.migrate.risk.rules import common
from bootctl.migrate.risk.words import Reader

_QUIET = "Nobody else can write meanwhile: do it while the service is stopped."


def findings(reader: Reader) -> Iterator[Finding]:
    """Yield what a statement does."""
    if reader.take("ALTER TABLE"):
        yield from common.alter_table(reader, _action)
    elif reader.take("CREATE"):
        reader.skip("UNIQUE")
        if reader.take("INDEX") and reader.skip_to("ON"):
            yield locking("create-index", reader.name(), _QUIET)
    elif reader.take("VACUUM"):
        yield rewriting("vacuum", "", _QUIET)
    elif reader.take("REINDEX"):
        yield locking("reindex", reader.name(), _QUIET)
    else:
        yield from common.plain(reader)


def _action(table: str, action: Reader) -> Iterator[Finding]:
    if action.take("ADD") and common.added_column(action):
        action.name()
        yield from common.required(table, action)
        if action.has("CHECK"):
            yield locking("add-check", table, _QUIET)
