"""The table, and its rows: what each applied migration's file was."""

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from bootctl.ledger.autogenerate import LEDGER
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Table

_MEDIUM = (1 << 22) - 1
"""As many characters of four bytes as a MEDIUMTEXT has, which is what MySQL makes of it."""
MYSQL = ("mysql", "mariadb")
_OF_MYSQL: Mapping[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_row_format": "DYNAMIC",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}
"""For these SQLAlchemy imports all of that dialect."""


@frozen
class Altered:
    """An applied migration whose file is not what was applied, by the ledger."""

    revision: str
    file: str
    applied_at: datetime
    """In UTC."""
    code_version: str
    """The project's version that applied it; empty where it states none."""
    accept: str
    """The statement that accepts it."""

    def __str__(self) -> str:
        by = f" by version {self.code_version}" if self.code_version else ""
        return f"{self.revision} ({self.file}, applied {self.applied_at.isoformat()}Z{by})"


@frozen
class Entry:
    """One row: an applied migration."""

    scope: str
    """The version table with its schema; for a tool that keeps several apps in it, the app too."""
    revision: str
    """As the version table has it."""
    parents: tuple[str, ...]
    file: str
    """Relative to the project."""
    checksum: str
    duration_ms: int
    code_version: str = ""
    """The project's own version, where ``pyproject.toml`` states one."""
    applied_at: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    )
    """In UTC."""

    def altered(self, revision: str, accept: str) -> Altered:
        """Return the value for the applied ``revision``; the statement ``accept`` accepts it."""
        return Altered(revision, self.file, self.applied_at, self.code_version, accept)


MEANINGS = {
    "scope": "the version table with its schema; where a tool keeps several apps in it, the app too",
    "revision": "the migration, as the version table has it",
    "parents": "the revisions that it follows, as JSON",
    "file": "its file, relative to the project",
    "checksum": "a digest of the file's text",
    "duration_ms": "the milliseconds it took",
    "code_version": "`version` under `[project]` in `pyproject.toml`; empty where there is none",
    "bootctl_version": "bootctl's version",
    "applied_at": "when it was applied, in UTC; NULL while it is half applied",
    "statements": "the journal of one that is half applied; of the last one, what the upgrade made of the schema",
}
"""What each column holds, of a migration that is applied. A receipt is a row of the same form."""


@cache
def ledger_table(schema: str | None, dialect: str = "") -> "Table":
    """Return the table as it is in ``schema``; ``None``: the connection's default one.

    ``dialect``, by SQLAlchemy's name: with what that one is told of it where it is created.
    """
    from sqlalchemy import BigInteger, Column, DateTime, MetaData, String, Table, Text

    # Keys of 255 characters of four bytes fit what InnoDB's dynamic rows allow.
    return Table(
        LEDGER,
        MetaData(),
        Column("scope", String(255), primary_key=True),
        Column("revision", String(255), primary_key=True),
        Column("parents", Text, nullable=False),
        Column("file", Text, nullable=False),
        Column("checksum", String(64), nullable=False),
        Column("duration_ms", BigInteger, nullable=False),
        Column("code_version", Text, nullable=False),
        Column("bootctl_version", String(64), nullable=False),
        Column("applied_at", DateTime),
        Column("statements", Text().with_variant(Text(_MEDIUM), "mysql", "mariadb")),
        schema=schema,
        **(_OF_MYSQL if dialect in MYSQL else {}),
    )


def row_of(table: "Table", entry: Entry) -> tuple[Any, ...]:
    """Return the conditions that the row of ``entry`` meets, and no other."""
    return table.c.scope == entry.scope, table.c.revision == entry.revision
