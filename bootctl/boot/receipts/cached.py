"""A boot that finds the receipt of a verification: it is compared, and nothing is imported for more.

Any doubt is a miss, and a miss costs a full verification, no more.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from bootctl.boot.receipts import candidates, raw_settings
from bootctl.boot.receipts.inputs import KINDS, Digester
from bootctl.boot.receipts.raw_settings import RawSettings
from bootctl.boot.receipts.receipt import Receipt, url_parts
from bootctl.database.plain_connection import PlainConnection, connect
from bootctl.database.url import Url
from bootctl.ledger import receipts
from bootctl.ledger.receipts import Row, Table
from bootctl.output.redact import redactor
from bootctl.values import frozen

_SECONDS = 3.0
"""How long connecting, or a statement, may take before the boot goes on without."""
_PATH = tuple(sys.path)
"""Where modules were found when this process began."""


class MissError(Exception):
    """There is no receipt that holds, and why: a phrase for the log."""


@frozen
class Started:
    """How this process was started: what the answer may depend on besides files and the database."""

    root: Path
    environ: Mapping[str, str]
    words: tuple[str, ...]
    """The command line."""

    def digester(self, url: Url) -> Digester:
        """Return what makes digests for a boot that was started so."""
        return Digester(self.root, self.environ, (*_PATH, *self.words), own_files(url))


def own_files(url: Url) -> str:
    """Return what the names of a database's own files begin with; empty where a server has them."""
    return Path(url.database).name if url.scheme == "sqlite" else ""


@frozen
class Hit:
    """A receipt that holds: a full verification would find again what it found then."""

    receipt: Receipt
    at: str
    url: Url
    settings: RawSettings
    read: int
    """How many files were read to be compared."""


def find(started: Started) -> Hit:
    """Return the receipt that holds. Raises ``MissError``, or what reading raises."""
    settings = raw_settings.read(started.root, started.environ)
    if refusal := settings.refusal():
        raise MissError(refusal)
    redactor.add_environment(settings.dotenv)
    url = candidates.guessed(started.root, started.environ, settings)
    if url is None:
        raise MissError("only the project's code names the database")
    redactor.add_url(url)
    return find_at(url, settings, started.digester(url))


def find_at(url: Url, settings: RawSettings, digester: Digester, *, of_tenant: bool = False) -> Hit:
    """Return the receipt that holds, of the database at ``url``, or of its ``search_path`` alone.

    Raises ``MissError``, or what the driver raises.
    """
    connection = connect(url, _SECONDS)
    try:
        return _held(settings, url, connection, digester, of_tenant=of_tenant)
    finally:
        connection.close()


def digest_of(url: Url, salt: str) -> str:
    """Return the digest of a URL without its password, which could be guessed from it."""
    parts = url_parts(replace(url, password=None))
    return sha256("\0".join((salt, *parts)).encode(errors="surrogatepass")).hexdigest()


def _held(
    settings: RawSettings,
    url: Url,
    connection: PlainConnection,
    digester: Digester,
    *,
    of_tenant: bool,
) -> Hit:
    rows = receipts.read(connection)
    why = "there is no receipt" if not rows else "each receipt is of something else"
    states = dict[Table, str]()
    for row in rows:
        receipt = readable(row)
        if receipt is None:
            why = "a receipt was edited, or is of another release"
            continue
        if kinds := changed(receipt, digester, url):
            why = f"{', '.join(kinds)} changed since the receipt of {row.at}"
            continue
        if receipt.table not in states:
            states[receipt.table] = " ".join(
                receipts.state(connection, receipt.table, of_tenant=of_tenant)
            )
        if states[receipt.table] == receipt.state:
            return Hit(receipt, row.at, url, settings, digester.read)
        why = f"the database changed since the receipt of {row.at}"
    raise MissError(why)


def readable(row: Row) -> Receipt | None:
    """Return the receipt of a row; ``None`` where it was edited, or is of another release."""
    try:
        return Receipt.of(row.text) if row.is_whole else None
    except ValueError:
        return None


def changed(receipt: Receipt, digester: Digester, url: Url) -> Sequence[str]:
    """Return, in words, what of all that a receipt is of is not as it was."""
    if receipt.database != digest_of(url, receipt.salt):
        return ["the database's URL"]
    found = digester.digests(receipt.names, receipt.salt)
    return [
        KINDS.get(kind, kind)
        for kind in {**receipt.digests, **found}
        if receipt.digests.get(kind) != found.get(kind)
    ]
