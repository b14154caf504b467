"""One tenant's database, as if the service had no other: the variable ``BOOTCTL_TENANT`` names it.

Any command takes it. One with ``--tenants`` starts itself with it, once for each tenant with which
there is something to do: what the project's code does to its process, another tenant does not meet.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from bootctl.boot.receipts import keeping
from bootctl.boot.receipts.keeping import Keeper
from bootctl.boot.tenants import place
from bootctl.boot.tenants.names import refuse_unusable
from bootctl.config.invocation import TENANT, Invocation
from bootctl.config.settings import PREFIX, variable
from bootctl.config.sources import Loaded

_ONE_OF_MANY = "BOOTCTL_ONE_OF_MANY"
"""Set for a process that was started to go through all of them."""
_OF_ALL = tuple(
    f"{PREFIX}{name}"
    for name in (
        *("TENANTS__NAMES", "TENANTS__FILE", "TENANTS__QUERY", "TENANTS__COMMAND"),
        *("TENANTS__CONCURRENCY", "TENANTS__ON_FAILURE"),
        *("LOG__FILE", "LOG__METRICS", "SERVER__STARTUP_HEALTH"),
    )
)
"""Variables that say nothing of one tenant: a tenant that is added changes nothing for another."""


def loaded(root: Path, given: Loaded, environ: Mapping[str, str]) -> Loaded:
    """Return the settings for the tenant that the environment names.

    Raises ``SettingsError`` where its name, or where its database is, cannot be used.
    """
    tenant = environ[TENANT]
    refuse_unusable(tenant, TENANT)
    url = place.url_of(place.template(root, given, environ), tenant)
    place.parsed(url)
    settings = place.settings_of(given, tenant, url)
    if _ONE_OF_MANY in environ:
        settings = place.of_one_of_many(settings)
    origins = {**given.origins, "database.url": TENANT, "database.migration_url": TENANT}
    return replace(given, settings=settings, origins=origins)


def keeper(invocation: Invocation) -> AbstractContextManager[Keeper]:
    """Return who keeps a receipt of the tenant's database, of what is verified inside."""
    url = invocation.loaded.settings.database.url
    assert url is not None  # as ``loaded`` has it
    why = "no receipt holds" if _ONE_OF_MANY in invocation.environ else ""
    return keeping.keeper(invocation, why, place.parsed(url.get_secret_value()))


def environ_of(invocation: Invocation, tenant: str) -> dict[str, str]:
    """Return the environment of the process for a tenant: flags are variables there."""
    flags = {variable(key): str(value) for key, value in invocation.loaded.flags.items()}
    level = "debug" if invocation.loaded.settings.log.level == "debug" else "info"
    given = {**invocation.environ, **flags}
    return {
        **{name: value for name, value in given.items() if name.upper() not in _OF_ALL},
        TENANT: tenant,
        _ONE_OF_MANY: "1",
        variable("log.level"): level,
        variable("log.format"): "json",
        variable("log.termination_message"): os.devnull,
    }


def program() -> list[str]:
    """Return what starts that process: Python as this one was started, with the same script."""
    options = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv)]
    script = "bootctl" if options[-1:] == ["-m"] else str(sys.modules["__main__"].__file__)
    return [sys.executable, *options, script]
