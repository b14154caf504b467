"""The service's own settings, as far as they say what the service will connect to."""

from collections.abc import Mapping

from bootctl.settings import Settings
from bootctl.url import Url, parse

_PREFIX = "SETTINGS__DATABASE__"


def database_url(
    settings: Settings, environ: Mapping[str, str], dotenv: Mapping[str, str]
) -> Url | None:
    """The service's database as settings and environment name it; ``None`` where only code does.

    ``SETTINGS__DATABASE__*`` are the settings of a project made by robyn-config; its SQLite file
    is placed by its code.
    """
    if settings.database.url is not None:
        return parse(settings.database.url.get_secret_value(), name="database.url")
    known = {**dotenv, **environ}
    scheme, _, driver = known.get(f"{_PREFIX}DRIVER", "sqlite").partition("+")
    if scheme != "sqlite":
        port = known.get(f"{_PREFIX}PORT", "")
        return Url(
            scheme=scheme,
            driver=driver,
            user=known.get(f"{_PREFIX}USER"),
            password=known.get(f"{_PREFIX}PASSWORD"),
            host=known.get(f"{_PREFIX}HOST", "database"),
            port=int(port) if port.isdigit() else None,
            path="/" + known.get(f"{_PREFIX}NAME", "database"),
        )
    if known.get("DATABASE_URL"):
        return parse(known["DATABASE_URL"], name="DATABASE_URL")
    return None
