"""Where a tenant's database is, and what of the settings is another one's for it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from bootctl.boot.receipts import candidates
from bootctl.config.secret import Secret
from bootctl.config.settings import Settings
from bootctl.config.sources import Loaded
from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor

PLACE = "{tenant}"
"""What a tenant's name takes the place of."""
_SCHEMES = ("postgresql", "postgres", "asyncpg", "psycopg")


def base_of(root: Path, loaded: Loaded, environ: Mapping[str, str]) -> Url | None:
    """Return the database of the service itself; ``None`` where only its code names it."""
    database = loaded.settings.database
    secret = database.migration_url or database.url
    given = secret.get_secret_value() if secret else None
    return candidates.candidate(root, environ, loaded.dotenv, given)


def template(root: Path, loaded: Loaded, environ: Mapping[str, str]) -> str:
    """Return the URL of a tenant's database, with a place for the name.

    Raises ``SettingsError`` where the settings do not say it.
    """
    settings = loaded.settings.tenants
    if settings.url and settings.search_path:
        raise _wrong("tenants.url and tenants.search_path exclude each other", "tenants.url")
    if settings.url:
        text = settings.url.get_secret_value()
        if PLACE not in text:
            raise _wrong(f"tenants.url has no {PLACE} in it", "tenants.url")
        return text
    if settings.search_path:
        base = base_of(root, loaded, environ)
        if base is None:
            raise _wrong(
                "tenants.search_path is set, and no setting names the database", "database.url"
            )
        return _with_path(base, settings.search_path)
    raise _wrong("no setting says where a tenant's database is", "tenants.url")


def url_of(text: str, tenant: str) -> str:
    """Return a tenant's URL: ``text`` with its name in it."""
    return text.replace(PLACE, quote(tenant, safe=""))


def parsed(text: str) -> Url:
    """Return the URL of a tenant's database as a receipt has it, and keep its secrets."""
    url = candidates.placed(text)
    redactor.add_url(url)
    return url


def settings_of(loaded: Loaded, tenant: str, url: str) -> Settings:
    """Return the settings of a tenant's database."""
    settings = loaded.settings
    x = settings.alembic.x
    own = x if any(item.startswith("tenant=") for item in x) else (*x, f"tenant={tenant}")
    secret = Secret(url)
    return replace(
        settings,
        # Code that connects by itself is refused the second; the first it may pass over.
        database=replace(settings.database, url=secret, migration_url=secret),
        alembic=replace(settings.alembic, x=own),
    )


def of_one_of_many(settings: Settings) -> Settings:
    """Return the settings of a process that another one has started, which tells what it says."""
    return replace(
        settings,
        log=replace(settings.log, file=None, metrics=None, format="json"),
        server=replace(settings.server, startup_health=None),
    )


def _with_path(base: Url, path: str) -> str:
    """Return the URL of the database with the schemas as what a session begins with."""
    names = [name.strip() for name in path.split(",")]
    if PLACE not in names[0] or not all(names) or '"' in path or "\\" in path or " " in names[0]:
        raise _wrong(
            f"tenants.search_path is no list of schemas with {PLACE} in the first",
            "tenants.search_path",
        )
    if base.scheme not in _SCHEMES:
        raise _wrong(
            f"tenants.search_path is for PostgreSQL, and the database is {base}",
            "tenants.search_path",
        )
    schemas = ",".join(f'"{name}"' for name in names)
    options = f"{base.query.get('options', '')} -csearch_path={schemas}".strip()
    text = replace(base, query={**base.query, "options": options}).plain(base.kind)
    return text.replace(quote(PLACE), PLACE)


def _wrong(message: str, setting: str) -> SettingsError:
    return SettingsError(
        message,
        hint=f"Set tenants.url to the URL of a tenant's database, with {PLACE} in it; or, for a schema "
        f"each in database.url on PostgreSQL, tenants.search_path to {PLACE}.",
        setting=setting,
    )
