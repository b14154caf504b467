"""Whether a tenant's database is as it was verified: asked with its receipt, by the driver alone."""

from contextlib import suppress

from bootctl.boot.receipts import cached, raw_settings
from bootctl.boot.receipts.cached import Started
from bootctl.boot.tenants import single
from bootctl.boot.tenants.task import MIGRATE
from bootctl.config.invocation import Invocation
from bootctl.database.url import Url


class Looking:
    """Looks at tenants' databases; what their receipts have in common is read once. For any thread."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        self._settings = raw_settings.read(invocation.root, invocation.environ)
        first = Started(invocation.root, invocation.environ, MIGRATE.words(invocation.root))
        self._digester = first.digester(Url("postgresql"))
        self._is_wanted = invocation.loaded.settings.verify.mode == "cached"

    def is_as_verified(self, tenant: str, url: Url) -> bool:
        """Return whether the tenant's database, at ``url``, has a receipt that holds."""
        if not self._is_wanted:
            return False
        with suppress(Exception):  # whatever a driver raises: who migrates will say it
            environ = single.environ_of(self._invocation, tenant)
            digester = self._digester.beside(environ, cached.own_files(url))
            cached.find_at(url, self._settings, digester, of_tenant=True)
            return True
        return False
