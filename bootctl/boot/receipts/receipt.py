"""A receipt: what a full verification found clean, and all that this depended on."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bootctl.boot.receipts.inputs import Digests, Names
from bootctl.database.url import Url
from bootctl.ledger.receipts import Table
from bootctl.values import frozen

_FORMAT = 1


@frozen
class Effective:
    """What the settings come to that a boot needs after its verification; none is a secret."""

    needs_settings: bool
    """Whether the rest of the boot needs all settings, as to wait for more than the database."""
    processes: int | None
    workers: int | None
    app: str | None
    mode: str
    stop_timeout: float
    log_level: str
    log_format: str


@frozen
class Receipt:
    """See above."""

    backend: str
    salt: str
    """Random bytes, in hexadecimal, which its digests begin with."""
    table: Table
    state: str
    """The hash of the database as it was before the verification, and after it."""
    database: str
    """The digest of the URL."""
    names: Names
    digests: Digests
    effective: Effective

    def text(self) -> str:
        """Return it as it is kept."""
        document = {"format": _FORMAT, **asdict(self)}
        packed = zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 9)
        return base64.b64encode(packed).decode()

    @classmethod
    def of(cls, text: str) -> "Receipt":
        """Return the receipt of that text. Raises ``ValueError`` where it is none of this release."""
        try:
            document = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
            return _receipt(document)
        except (KeyError, TypeError, AttributeError, zlib.error) as error:
            raise ValueError("no receipt") from error


def _receipt(document: Mapping[str, Any]) -> Receipt:
    values = dict(document)
    if values.pop("format") != _FORMAT:
        raise ValueError("a receipt of another release")
    names: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in values.pop("names").items()
    }
    return Receipt(
        table=Table(**values.pop("table")),
        names=Names(**names),
        effective=Effective(**values.pop("effective")),
        **values,
    )


def url_parts(url: Url) -> tuple[str, ...]:
    """Return what of a URL makes it lead to the same database, in the same way; not the driver."""
    scheme = {"postgres": "postgresql", "mariadb": "mysql"}.get(url.scheme, url.scheme)
    hosts = (f"{host or ''}:{port or ''}" for host, port in url.hosts)
    query = (f"{key}={value}" for key, value in sorted(url.query.items()))
    return scheme, url.path, url.user or "", url.password or "", *hosts, *query
