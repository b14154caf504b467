"""What the statements before have done to the tables: which are new, renamed, copied."""

from bootctl.migrate.risk.finding import Finding, destructive, rewriting
from bootctl.migrate.risk.rules.common import added_column
from bootctl.migrate.risk.tables import LiveTable, LiveTables
from bootctl.migrate.risk.types import keeps_rows, type_of
from bootctl.migrate.risk.words import Reader, words

_COPY = (
    "Others wait until all rows are copied: do it while the service is stopped, or the table small."
)
_LOST = "Keep a copy of the column, and drop it once no running code uses it."
_FILL = "Fill the rows in batches, each in a transaction of its own, outside of the migration."
_OVERWRITE = "Say with WHERE which rows are meant, and keep a copy of what is overwritten."


class Effects:
    """Follows the statements in the order of their execution."""

    def __init__(self, live: LiveTables) -> None:
        self._live = live
        self._made: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._added: set[tuple[str, str]] = set()
        self._copied: dict[str, set[str]] = {}
        """The words of the query that has copied a table into a new one."""

    def table(self, name: str) -> LiveTable | None:
        """Return the live table that is called ``name`` by now."""
        return self._live.get(self._renamed.get(name.lower(), name))

    def is_nowhere(self, name: str) -> bool:
        """Return whether there is no such table: a statement that needs it loses nothing."""
        return name.lower() not in self._renamed and self._live.is_nowhere(name)

    def is_made(self, name: str) -> bool:
        """Return whether the pending migrations themselves have made the table."""
        return name.lower() in self._made

    def refined(self, text: str, found: list[Finding]) -> list[Finding]:
        """Return ``found`` in a statement, with what only those before it and the live table tell."""
        reader = Reader(words(text))
        if reader.take("UPDATE"):
            return [*found, *self._updated(reader)]
        refined = []
        for item in found:
            if item.rule == "drop-table" and item.table.lower() in self._copied:
                refined += self._replaced(item.table)
            elif item.rule != "column-type" or not self._keeps_rows(text, item.table):
                refined.append(item)
        return refined

    def follow(self, text: str) -> None:
        """Note what a statement does to the tables."""
        reader = Reader(words(text))
        if reader.take("CREATE"):
            reader.skip("OR REPLACE", "GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "UNLOGGED")
            if reader.take("TABLE"):
                only_if_missing = reader.take("IF NOT EXISTS")
                name = reader.name()
                if not (only_if_missing and self.table(name)):
                    self._made.add(name.lower())
        elif reader.take("INSERT INTO"):
            self._inserted(reader)
        elif reader.take("ALTER TABLE"):
            reader.skip("IF EXISTS", "ONLY")
            self._altered(reader.name(), reader)

    def _altered(self, table: str, reader: Reader) -> None:
        for action in reader.split():
            if action.take("ADD") and added_column(action):
                self._added.add((table.lower(), action.name().lower()))
            elif action.take("RENAME TO") or action.take("RENAME AS"):
                self._rename(table, _with_schema(table, action.name()))

    def _rename(self, old: str, new: str) -> None:
        if self.is_made(old) and new.lower() in self._copied:
            return  # the copy takes the place of the table, with its rows
        if self.is_made(old):
            self._made.add(new.lower())
        elif self.table(old):
            self._renamed[new.lower()] = self._renamed.get(old.lower(), old)

    def _inserted(self, reader: Reader) -> None:
        into = reader.name()
        if not (self.is_made(into) and reader.skip_to("SELECT")) or reader.has("WHERE"):
            return
        read = {word.text.lower() for word in reader.rest}
        if reader.skip_to("FROM"):
            self._copied[reader.name().lower()] = read

    def _replaced(self, table: str) -> list[Finding]:
        """Return what it is that a table is dropped whose rows were copied into a new one."""
        found = [rewriting("table-copy", table, _COPY)]
        live, read = self.table(table), self._copied[table.lower()]
        if live and any(column.lower() not in read for column in live.columns):
            found.append(destructive("drop-column", table, _LOST))
        return found

    def _updated(self, reader: Reader) -> list[Finding]:
        reader.skip("LOW_PRIORITY", "IGNORE", "ONLY")
        table = reader.name()
        if reader.has("WHERE") or not reader.skip_to("SET"):
            return []
        columns = [part.name().lower() for part in reader.split()]
        if all((table.lower(), column) in self._added for column in columns):
            return [rewriting("update-without-where", table, _FILL)]
        return [destructive("update-without-where", table, _OVERWRITE)]

    def _keeps_rows(self, text: str, table: str) -> bool:
        """Return whether no ALTER COLUMN TYPE of a statement of PostgreSQL's writes rows anew."""
        live, reader = self.table(table), Reader(words(text))
        if live is None or not reader.skip_to("TABLE"):
            return False
        reader.skip("IF EXISTS", "ONLY")
        reader.name()
        types = {column.lower(): old for column, old in live.columns.items()}
        return all(_keeps(action, types) for action in reader.split())


def _keeps(action: Reader, types: dict[str, str]) -> bool:
    if not action.take("ALTER"):
        return not (action.take("MODIFY") or action.take("CHANGE"))
    action.skip("COLUMN")
    column = action.name().lower()
    if not (action.take("TYPE") or action.take("SET DATA TYPE")):
        return True
    if action.has("USING"):
        return False
    new = type_of([word.text for word in action.rest])
    return column in types and keeps_rows(types[column], new)


def _with_schema(old: str, new: str) -> str:
    schema, dot, _ = old.rpartition(".")
    return f"{schema}{dot}{new}"
