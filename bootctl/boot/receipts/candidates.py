"""Which database a receipt may be in, guessed without the project's code.

A wrong guess finds no receipt that is of its URL.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bootctl.config.files import is_there, read_text
from bootctl.config.service import Service
from bootctl.database.url import Url, parse

_OF_ALEMBIC = re.compile(r"(?m)^sqlalchemy\.url[ \t]*[=:][ \t]*(\S+)[ \t]*$")


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
