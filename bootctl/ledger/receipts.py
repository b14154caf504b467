"""Receipts of verification: rows of the ledger's table that are of no migration.

Their scope is none that a version table has, so that whoever reads the rows of a scope does not meet
them. They are read and written by the driver alone: a boot that finds its receipt imports no ORM.
"""

import json
from collections.abc import Sequence
from hashlib import sha256

from bootctl import __version__
from bootctl.database import catalog_hash, postgresql_hash
from bootctl.database.plain_connection import PlainConnection
from bootctl.ledger.autogenerate import LEDGER
from bootctl.values import frozen

SLOTS = 8
"""How many receipts there are at most: of an old and a new image, and of what each is started as."""
_SCOPE = "receipt:"
_COLUMNS = (
    *("scope", "revision", "parents", "file", "checksum", "duration_ms", "code_version"),
    *("bootctl_version", "applied_at", "statements"),
)
_OWN = f"substr(scope, 1, {len(_SCOPE)}) = '{_SCOPE}'"
_OTHERS = f"substr(scope, 1, {len(_SCOPE)}) <> '{_SCOPE}'"
_AND = "."
"""What is between a receipt and what is kept beside it: no letter of either."""
_RECEIPT = {
    "postgresql": f"split_part(statements, '{_AND}', 1)",
    "mysql": f"SUBSTRING_INDEX(statements, '{_AND}', 1)",
    "sqlite": f"substr(statements, 1, instr(statements || '{_AND}', '{_AND}') - 1)",
}


@frozen
class Row:
    """A receipt as it is kept."""

    slot: str
    checksum: str
    """Of its text."""
    at: str
    """When it was written: RFC 3339, UTC."""
    text: str

    @property
    def is_whole(self) -> bool:
        """Return whether it is as it was written. Whoever edits it on purpose can make it so."""
        return checksum(self.text) == self.checksum


@frozen
class Beside:
    """What is kept beside a receipt, and read by nobody who looks for one."""

    at: str
    """When the receipt was written."""
    text: str
    receipt: str
    """The receipt's own text."""


@frozen
class Table:
    """A version table, as it is named."""

    schema: str | None
    name: str

    def quoted(self, dialect: str) -> str:
        """Return its name in SQL."""
        quote = "`" if dialect == "mysql" else '"'
        parts = [part for part in (self.schema, self.name) if part]
        return ".".join(f"{quote}{part.replace(quote, quote * 2)}{quote}" for part in parts)


def checksum(text: str) -> str:
    """Return what tells whether ``text`` was changed."""
    return sha256(text.encode()).hexdigest()


def read(connection: PlainConnection) -> list[Row]:
    """Return the receipts, newest first. Raises what the driver raises, as where there is no ledger."""
    text = _RECEIPT[connection.dialect]
    rows = connection.rows(f"SELECT revision, checksum, file, {text} FROM {LEDGER} WHERE {_OWN}")
    found = [Row(*map(str, row)) for row in rows]
    return sorted(found, key=lambda row: row.at, reverse=True)


def beside(connection: PlainConnection) -> list[Beside]:
    """Return what is kept beside the receipts, newest first, where it is as it was written."""
    rows = connection.rows(f"SELECT file, statements FROM {LEDGER} WHERE {_OWN}")
    found = []
    for at, statements in rows:
        receipt, text, told = (*str(statements).split(_AND), "", "")[:3]
        if text and told == checksum(text):
            found.append(Beside(str(at), text, receipt))
    return sorted(found, key=lambda item: item.at, reverse=True)


def state(
    connection: PlainConnection, table: Table | None = None, *, of_tenant: bool = False
) -> tuple[str, str]:
    """Return a hash of the catalog and of the ledger's own rows, and one of the version ``table``.

    ``of_tenant``: of one of many, which on PostgreSQL is what is in ``search_path``. What is in other
    databases of the server changes nothing, nor do its other users.
    Raises what the driver raises.
    """
    if connection.dialect == "postgresql":
        return _postgresql(connection, table, of_tenant=of_tenant)
    return (_sqlite if connection.dialect == "sqlite" else _mysql)(connection, table)


def revisions(connection: PlainConnection, table: Table, columns: Sequence[str]) -> set[str]:
    """Return what a version ``table`` has in ``columns``, joined by dots."""
    rows = connection.rows(f"SELECT {', '.join(columns)} FROM {table.quoted(connection.dialect)}")
    return {".".join(map(str, row)) for row in rows}


def path(connection: PlainConnection) -> tuple[str, ...]:
    """Return the schemas of ``search_path`` that are there, on PostgreSQL; the first is the default one."""
    if connection.dialect != "postgresql":
        return ()
    [(found,)] = connection.rows("SELECT array_to_json(current_schemas(false))::text")
    return tuple(json.loads(found))


def are_the_only(connection: PlainConnection, table: Table) -> bool:
    """Return whether no schema has another ledger, or version table, of these names.

    Code that sets ``search_path`` may mean those of another schema than this connection does.
    """
    if connection.dialect != "postgresql":
        return True
    names = sorted([LEDGER, table.name])
    quoted = ", ".join(map(_literal, names))
    rows = connection.rows(
        f"SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relname IN ({quoted}) "
        "ORDER BY relname"
    )
    return [str(name) for (name,) in rows] == names


def write(
    connection: PlainConnection, rows: Sequence[Row], text: str, beside: str, at: str
) -> None:
    """Write a receipt in one statement, in the place of the oldest of ``rows`` where there is no more.

    ``beside`` is kept with it. Both are base64.
    Where another process has written there since ``rows`` were read, nothing is written.
    """
    slot, before = _slot(rows)
    values = {
        "scope": _SCOPE,
        "revision": slot,
        "parents": "[]",
        "file": at,
        "checksum": checksum(text),
        "duration_ms": "0",
        "code_version": "",
        "bootctl_version": __version__,
        "applied_at": at.replace("T", " ").partition(".")[0].removesuffix("Z"),
        "statements": _AND.join([text, beside, checksum(beside)]),
    }
    insert = f"INSERT INTO {LEDGER} ({', '.join(values)}) VALUES ({', '.join(map(_literal, values.values()))})"
    connection.rows(f"{insert} {_replacing(connection.dialect, list(values), before)}")


def _slot(rows: Sequence[Row]) -> tuple[str, str]:
    """Return which slot to write, and the checksum of what is there."""
    taken = {row.slot for row in rows}
    free = next((str(slot) for slot in range(SLOTS) if str(slot) not in taken), None)
    return (rows[-1].slot, rows[-1].checksum) if free is None else (free, "")


def _replacing(dialect: str, columns: Sequence[str], before: str) -> str:
    changed = [name for name in columns if name not in ("scope", "revision", "checksum")]
    if dialect == "mysql":  # it assigns in this order
        sets = (
            f"{name} = IF(checksum = {_literal(before)}, VALUES({name}), {name})"
            for name in [*changed, "checksum"]
        )
        return f"ON DUPLICATE KEY UPDATE {', '.join(sets)}"
    sets = (f"{name} = excluded.{name}" for name in [*changed, "checksum"])
    return (
        f"ON CONFLICT (scope, revision) DO UPDATE SET {', '.join(sets)} "
        f"WHERE {LEDGER}.checksum = {_literal(before)}"
    )


def _literal(text: str) -> str:
    if not text.isascii() or set(text) & set("'\\%"):
        raise ValueError("no text of a receipt")
    return f"'{text}'"


def _postgresql(
    connection: PlainConnection, table: Table | None, *, of_tenant: bool
) -> tuple[str, str]:
    versions = _rows_of(table.quoted("postgresql"), "true") if table else "''"
    catalog = postgresql_hash.expression(of_tenant=of_tenant)
    [row] = connection.rows(f"SELECT {catalog}, {_rows_of(LEDGER, _OTHERS)}, {versions}")
    return f"{row[0]} {row[1]}", str(row[2])


def _rows_of(table: str, where: str) -> str:
    return f"(SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t WHERE {where})"


def _mysql(connection: PlainConnection, table: Table | None) -> tuple[str, str]:
    ledger = catalog_hash.hashed(", ".join(_COLUMNS), f"{LEDGER} WHERE {_OTHERS}")
    [(catalog, names, own)] = connection.rows(f"SELECT {catalog_hash.mariadb()}, {ledger}")
    found = [
        *(catalog, own),
        *(_sequence(connection, name) for name in sorted(json.loads(names or "[]"))),
    ]
    return " ".join(found), _versions(connection, table)


def _sequence(connection: PlainConnection, name: str) -> str:
    table = Table(None, name).quoted("mysql")
    return _hashed(connection.rows(f"SELECT {catalog_hash.SEQUENCE} FROM {table}"))


def _sqlite(connection: PlainConnection, table: Table | None) -> tuple[str, str]:
    found = (_hashed(connection.rows(query)) for query in catalog_hash.SQLITE)
    return " ".join([*found, _ledger(connection)]), _versions(connection, table)


def _ledger(connection: PlainConnection) -> str:
    return _hashed(connection.rows(f"SELECT * FROM {LEDGER} WHERE {_OTHERS}"))


def _versions(connection: PlainConnection, table: Table | None) -> str:
    if table is None:
        return ""
    return _hashed(connection.rows(f"SELECT * FROM {table.quoted(connection.dialect)}"))


def _hashed(rows: Sequence[Sequence[object]]) -> str:
    value = sha256()
    for row in sorted(repr(tuple(row)) for row in rows):
        value.update(f"{row}\n".encode(errors="backslashreplace"))
    return value.hexdigest()
