"""What the migrations have made of the schema, kept in the ledger from one upgrade to the next.

It stands in the row of the last migration, in the column that had its journal while it ran. The text
is compressed: that of a thousand tables is a megabyte.
"""

import base64
import json
import zlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from bootctl.database.driver_connection import execute
from bootctl.ledger.access import is_there, named, savepoint, scoped
from bootctl.ledger.table import ledger_table
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection


@frozen
class RecordedCatalog:
    """A catalog as text, the revisions that had made it, and when that was."""

    text: str
    heads: tuple[str, ...]
    at: str
    """RFC 3339, UTC."""


def write(
    connection: "Connection",
    scopes: Collection[str],
    revision: str,
    found: RecordedCatalog,
    schema: str | None = None,
) -> None:
    """Keep ``found`` with the row of ``revision``, and with no other one of ``scopes``."""
    from sqlalchemy import update

    table = ledger_table(schema)
    applied = (table.c.scope.in_(scopes), table.c.applied_at.is_not(None))
    packed = base64.b64encode(zlib.compress(found.text.encode(), 9)).decode()
    text = json.dumps({"at": found.at, "heads": found.heads, "catalog": packed})
    others = (table.c.revision != revision, table.c.statements.is_not(None))
    connection.execute(update(table).where(*applied, *others).values(statements=None))
    connection.execute(
        update(table).where(*applied, table.c.revision == revision).values(statements=text)
    )


def read(
    connection: "Connection", scopes: Collection[str], schema: str | None = None
) -> RecordedCatalog | None:
    """Return what there is; ``None`` where there is none. Raises ``ValueError`` for what is no catalog."""
    if not is_there(connection, schema):
        return None
    mine, values = scoped(scopes)
    query = (
        f"SELECT statements FROM {named(connection, schema)} "
        f"WHERE {mine} AND applied_at IS NOT NULL AND statements IS NOT NULL"
    )
    with savepoint(connection):
        text = execute(connection, query, values).scalars().first()
    if text is None:
        return None
    try:
        document = json.loads(text)
        unpacked = zlib.decompress(base64.b64decode(document["catalog"])).decode()
        return RecordedCatalog(unpacked, tuple(document["heads"]), document["at"])
    except (KeyError, TypeError, zlib.error) as error:
        raise ValueError("the ledger's catalog cannot be read") from error
