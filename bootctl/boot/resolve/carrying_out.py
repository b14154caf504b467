"""Takes a way out, under the lock, and keeps in the ledger who did so."""

import getpass
import json
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bootctl.boot.resolve import refusals
from bootctl.boot.resolve.asking import asked
from bootctl.boot.resolve.resolution import Resolution, Way
from bootctl.database.timeouts import Timeouts
from bootctl.errors import BootError
from bootctl.ledger.executed import without_secrets
from bootctl.ledger.ledger import Ledger
from bootctl.ledger.resuming import Resumption, executed, transaction, units
from bootctl.output import interruption

if TYPE_CHECKING:
    from bootctl.locking.lock import Lock


def carry_out(resolution: Resolution, ledger: Ledger, held: "Lock", timeouts: Timeouts) -> None:
    """Execute its statements, record it, and note it. Raises the typed error for what fails."""
    interruption.check()
    held.check()

    def done(connection: Connection) -> None:
        if command := timeouts.command(connection.dialect.name):
            executed(connection, (command,))
        _done(resolution, ledger, held, connection)

    try:
        asked(resolution.target, done, writes=True)
    except BootError:
        raise
    except Exception as error:  # whatever the driver raises
        raise refusals.failed(resolution, error) from error


def _done(resolution: Resolution, ledger: Ledger, held: "Lock", connection: Connection) -> None:
    schema = _schema(resolution)

    def execute(text: str) -> object:
        return connection.exec_driver_sql(text).scalar()

    def keep(connection: Connection, journal: str | None) -> None:
        if resolution.is_journaled:
            entry = resolution.entry
            if journal is None:
                ledger.forget(connection, entry, schema)
            else:
                ledger.begin(connection, entry, journal, schema)

    if connection.dialect.name != "sqlite":
        held.mark(resolution.target.url, execute)
    ledger.prepare(connection, schema)
    *earlier, last = units(resolution.statements, connection.dialect.name)
    _execute_alone(connection, resolution.beside)
    undoes = resolution.way is Way.BACK
    resumption = Resumption(connection, resolution.ran, keep, undoes=undoes)
    for unit in earlier:
        held.check()
        resumption.execute(unit)
    with transaction(connection):
        executed(connection, last.texts)
        if resolution.records:
            ledger.record(connection, resolution.entry, schema)
        ledger.note(connection, resolution.entry, _note(resolution), schema)


def _execute_alone(connection: Connection, texts: tuple[str, ...]) -> None:
    for text in texts:
        connection.rollback()  # of SQLAlchemy's own: some may be in no transaction
        executed(connection, (text,))


def _schema(resolution: Resolution) -> str | None:
    table = resolution.database.version_table
    return table.schema if table else None


def _note(resolution: Resolution) -> str:
    """Return what the ledger keeps: who has done what, without secrets."""
    return json.dumps(
        {
            "resolved": str(resolution.way),
            "revision": resolution.revision,
            "by": by(),
            "before": resolution.before,
            "statements": [without_secrets(text) for text in resolution.all_statements],
        }
    )


def by() -> str:
    """Return the user and the host of this process."""
    user = ""
    with suppress(OSError, KeyError):  # a uid without a name
        user = getpass.getuser()
    return f"{user or 'uid unknown'}@{socket.gethostname()}"
