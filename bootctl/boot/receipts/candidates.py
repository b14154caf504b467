"""Which database a receipt may be in, guessed without the project's code.

A wrong guess finds no receipt that is of its URL.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bootctl.boot.receipts.raw_settings import RawSettings
from bootctl.config.files import is_there, read_text
from bootctl.config.service import Service
from bootctl.database.url import Url, parse

_OF_ALEMBIC = re.compile(r"(?m)^sqlalchemy\.url[ \t]*[=:][ \t]*(\S+)[ \t]*$")
_NAMES_CONFIG = re.compile(r"""(?m)^tortoise_orm[ \t]*=[ \t]*["']([\w.]+)["']""")
"""In ``pyproject.toml``: of Aerich, or of Tortoise."""
_OF_TORTOISE = re.compile(
    r"""["']\w+["']\s*:\s*["']((?:postgres|asyncpg|psycopg|mysql|sqlite)\w*://[^"'{}\s]+)["']"""
)
"""A connection that is a URL, and no expression."""


def guessed(root: Path, environ: Mapping[str, str], settings: RawSettings) -> Url | None:
    """Return the URL that is named as for ``candidate``, or as a plain text by Tortoise's configuration.

    Raises ``SettingsError`` for what is no URL.
    """
    found = candidate(root, environ, settings.dotenv, settings.database)
    return found or _in_tortoise_config(root, environ, settings)


def candidate(
    root: Path, environ: Mapping[str, str], dotenv: Mapping[str, str], override: str | None
) -> Url | None:
    """Return the URL that the settings, the variables or ``alembic.ini`` name; ``None`` where none does.

    ``override`` is what bootctl's own settings name. Raises ``SettingsError`` for what is no URL.
    """
    if override:
        return placed(override)
    found = Service(root, environ, dotenv).own_database()
    if found is not None:
        text = {**dotenv, **environ}.get(found.source, "")
        return _placed(found.url, text)
    text = _in_alembic_ini(root / "alembic.ini")
    return placed(text) if text else None


def _in_alembic_ini(path: Path) -> str:
    found = _OF_ALEMBIC.search(read_text(path)) if is_there(path) else None
    text = found[1].replace("%%", "%") if found else ""
    return "" if text.startswith("driver://") or "%(" in text else text


def _in_tortoise_config(
    root: Path, environ: Mapping[str, str], settings: RawSettings
) -> Url | None:
    given = settings.values.get("tortoise.config") or environ.get("TORTOISE_ORM")
    module = str(given or _config_in_pyproject(root / "pyproject.toml")).split(".")[:-1]
    for base in (root, root / "src"):
        path = base.joinpath(*module).with_suffix(".py")
        if module and is_there(path):
            urls = {*_OF_TORTOISE.findall(read_text(path))}
            return placed(urls.pop()) if len(urls) == 1 else None
    return None


def _config_in_pyproject(path: Path) -> str:
    found = _NAMES_CONFIG.search(read_text(path)) if is_there(path) else None
    return found[1] if found else ""


def placed(text: str) -> Url:
    """Return the URL that ``text`` is. Raises ``SettingsError`` where it is none."""
    return _placed(parse(text), text)


def _placed(url: Url, text: str) -> Url:
    """Return an SQLite URL as SQLAlchemy has it, where the text has its file as Tortoise does.

    https://tortoise.github.io/databases.html: ``sqlite://FILE``, relative or not.
    """
    if url.scheme != "sqlite" or Path(url.database).is_file():
        return url
    file = text.partition("://")[2]
    return replace(url, host=None, path=f"/{file}") if Path(file).is_file() else url
