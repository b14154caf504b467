"""One small sibling for each protocol, behind ``Probe``."""

from bootctl.errors import SettingsError
from bootctl.probes.probe import Probe
from bootctl.url import Url


def create(url: Url) -> Probe:
    """The probe for ``url``. Raises ``SettingsError`` for a scheme that none is for."""
    if url.scheme in ("postgresql", "postgres"):
        from bootctl.probes.postgresql import PostgreSQL

        return PostgreSQL(url)
    if url.scheme in ("mysql", "mariadb"):
        from bootctl.probes.mysql import MySQL

        return MySQL(url)
    if url.scheme == "sqlite":
        from bootctl.probes.sqlite import SQLite

        return SQLite(url)
    if url.scheme == "tcp":
        from bootctl.probes.tcp import Tcp

        return Tcp(url)
    raise SettingsError(
        f"nothing is known about how to wait for {url.scheme}://",
        hint="Use postgresql, mysql, mariadb or sqlite, or tcp://HOST:PORT for any other server.",
        target=str(url),
    )
