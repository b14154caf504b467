"""Which version runs on a database that is about to be migrated, and what it needs, by its receipt."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bootctl.boot.receipts.needs import Needs
from bootctl.boot.receipts.receipt import Receipt
from bootctl.ledger import receipts
from bootctl.migrate.inspection import Database
from bootctl.output import log
from bootctl.values import frozen
from bootctl.verify.breaks import why_not

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.locking.lock import Lock

_NAMED = 3


@frozen
class Running:
    """A version that was verified on the database, and may run."""

    needs: Needs
    at: str
    """When it was verified: RFC 3339, UTC."""

    def __str__(self) -> str:
        version = self.needs.code_version
        return f"version {version} (verified {self.at})" if version else f"the version of {self.at}"


def running_on(held: "Lock", databases: Sequence[Database]) -> Mapping[str, Sequence[Running]]:
    """Return the versions that may run on each of ``databases``, by its URL, where any is known.

    Of which that is not known is logged.
    """
    unread = [str(item.url) for item in databases if item.snapshot is None]
    if unread:
        unseen(f"the schema of {_listed(unread)} is not read, as with verify.mode=off")
    found = {str(item.url): _read(held, item) for item in databases if item.snapshot}
    without = [url for url, own in found.items() if not own]
    if without:
        unseen(f"no receipt in {_listed(without)} says what it needs")
    comparable = {
        str(item.url): [*_comparable(found[str(item.url)], item)]
        for item in databases
        if item.snapshot
    }
    return {url: own for url, own in comparable.items() if own}


def unseen(why: str, level: str = "INFO") -> None:
    """Say why it is not known whether the version that runs can go on."""
    message = f"whether the version that runs can go on is not known: {why}"
    log.event("migrate.running_unknown", message, level=level, why=why)


def _comparable(found: Sequence[Running], database: Database) -> Iterator[Running]:
    assert database.snapshot is not None  # it was read
    for item in found:
        if why := why_not(item.needs.catalog, database.snapshot.live):
            unseen(f"{item}: {why}")
        else:
            yield item


def _read(held: "Lock", database: Database) -> list[Running]:
    """Return the version of each service on the database that was verified last."""
    found: dict[str, Running] = {}
    with suppress(Exception):  # whatever the driver raises: there is no ledger, or no receipt
        for item in held.run(database.url, lambda c: receipts.beside(_Plain(c))):
            with suppress(ValueError):  # of another release
                table = str(Receipt.of(item.receipt).table)
                found.setdefault(table, Running(Needs.of(item.text), item.at))
    return [*found.values()]


def _listed(urls: Sequence[str]) -> str:
    more = f" and {len(urls) - _NAMED} more" if len(urls) > _NAMED else ""
    return f"{', '.join(urls[:_NAMED])}{more}"


class _Plain:
    """A connection of SQLAlchemy's as a plain one."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self.dialect = connection.dialect.name.replace("mariadb", "mysql")

    def rows(self, statement: str) -> Sequence[Any]:
        as_it_is = {"no_parameters": True}
        return self._connection.exec_driver_sql(statement, execution_options=as_it_is).all()

    def close(self) -> None:
        """Leave it to who has opened it."""
