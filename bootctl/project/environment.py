"""What the project's code lacks in the environment, and whether its ``.env`` has it.

Nothing of ``.env`` is put into the environment: code that does not read the file would then migrate
another database than the one that the service, started without bootctl, connects to.
"""

import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bootctl.database import causes
from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.project.faults import at, is_own, raised_by
from bootctl.project.source_files import python_files

_READERS = {"decouple", "environ", "environs"}
"""Libraries whose own exceptions say that a variable is missing, or is not what it must be."""
_OF_NONE = re.compile(r"\bNone(Type)?\b|option values must be strings")
"""What a library says of the value that a variable does not have."""


def environment_fault(
    error: BaseException, place: Mapping[str, Any], root: Path
) -> SettingsError | None:
    """Return the typed error for ``error`` where it says that the environment lacks a variable.

    Of pydantic's errors only fields and kinds are told: their texts quote the values.
    """
    if raised_by("pydantic_settings/main.py", error) and hasattr(error, "errors"):
        found = [f"{'.'.join(map(str, item['loc']))} ({item['type']})" for item in error.errors()]
        missing = [str(item["loc"][0]) for item in error.errors() if item["type"] == "missing"]
        said = f"the project's settings are not valid: {', '.join(found)}"
        return _fault(said, place, _ending(missing, root))
    name = _unset_variable(error)
    if name:
        said = f"the environment variable {name} is not set"
        return _fault(said, place, [name] if name in _unread(root) else [], variable=name)
    module = type(error).__module__.partition(".")[0]
    if module in _READERS or raised_by("starlette/config.py", error):
        return _fault(causes.root_message(error), place)
    return none_fault(root, place, error) if _OF_NONE.search(causes.said(error)) else None


def none_fault(
    root: Path, place: Mapping[str, Any], error: BaseException | None = None
) -> SettingsError | None:
    """Return the typed error for a value that is ``None``, where the code names a variable of ``.env``."""
    names = list(_asked_for(error, root))
    if not names:
        return None
    said = f"the environment variable {names[0]} is not set"
    return _fault(said, place, names, variable=names[0])


def unset_in_url(url: Url, root: Path) -> SettingsError | None:
    """Return the typed error for a URL that the code has made with the text of a ``None``."""
    if "None" not in (url.host, url.path.strip("/")):
        return None
    said = f"{url} has None in it: a variable that the code reads is not set"
    return none_fault(root, {}) or _fault(said, {})


def _fault(
    message: str, place: Mapping[str, Any], unread: list[str] | None = None, **fields: str
) -> SettingsError:
    hint = (
        "Set it in the environment of this process as the service has it, or correct the "
        "code that reads it."
    )
    if unread:
        are = "is" if len(unread) == 1 else "are"
        message += f"; {', '.join(unread)} {are} in .env, which the code does not read"
        hint = (
            "Start with what is in .env as the service is started, such as by `set -a; . ./.env; "
            "set +a` or docker's --env-file; or read the file in that code: "
            "from dotenv import load_dotenv; load_dotenv()."
        )
    return SettingsError(message + at(place), hint=hint, **fields, **place)


def _unset_variable(error: BaseException) -> str | None:
    """Return the name that ``os.environ`` does not have."""
    frames = traceback.extract_tb(error.__traceback__)
    by_environ = frames and frames[-1].filename in (os.__file__, "<frozen os>")
    return str(error.args[0]) if isinstance(error, KeyError) and by_environ else None


def _unread(root: Path) -> list[str]:
    """Return the variables in ``.env`` that the environment does not have."""
    path = root / ".env"
    if not path.is_file():
        return []
    from dotenv import dotenv_values  # where something is missing

    values = dotenv_values(path)
    return [name for name, value in values.items() if value is not None and name not in os.environ]


def _ending(fields: list[str], root: Path) -> list[str]:
    """Return the variables in ``.env`` that may be meant by the names of these fields."""
    endings = tuple(field.upper() for field in fields)
    return [name for name in _unread(root) if endings and name.upper().endswith(endings)]


def _asked_for(error: BaseException | None, root: Path) -> Iterator[str]:
    """Yield the variables in ``.env`` that the code names in full: what ran, or was imported."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    files = [frame.filename for frame in frames]
    files += [getattr(module, "__file__", None) or "" for module in [*sys.modules.values()]]
    # Alembic keeps no module of it.
    files += [str(path) for path in python_files(root) if path.name == "env.py"]
    texts = []
    for file in dict.fromkeys(files):
        if is_own(file, root):
            with suppress(OSError):
                texts.append(Path(file).read_text(errors="replace"))
    for name in _unread(root):
        if any(re.search(rf"[\"']{re.escape(name)}[\"']", text) for text in texts):
            yield name
