"""Where settings come from, strongest first, and which source each value was taken from."""

import keyword
import os
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bootctl.config import plain
from bootctl.config.dotenv import read_dotenv
from bootctl.config.files import flattened, is_there, read_text, read_toml
from bootctl.config.pydantic_internals import without_plugins
from bootctl.config.secret import Secret
from bootctl.config.settings import PREFIX, Settings, keys, variable
from bootctl.database import url as urls
from bootctl.database.url import MASK
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor
from bootctl.values import frozen

Flat = dict[str, Any]
"""Values by their dotted key, such as ``wait.timeout``."""


@frozen
class Loaded:
    """The settings, and for each dotted key the source its value came from."""

    settings: Settings
    origins: Mapping[str, str]
    dotenv: Mapping[str, str]
    """Everything in the project's ``.env``: the service reads its own settings from it."""
    flags: Mapping[str, Any]
    """What the command line sets, as it is written there."""


def load(
    root: Path, flags: Flat | None = None, *, without: Collection[str] = frozenset()
) -> Loaded:
    """Merge flags, environment, ``.env``, secret files, ``pyproject.toml`` and defaults.

    What ``without`` names, of ``.env`` and of ``pyproject.toml``, is left out.

    Raises ``SettingsError`` for an unknown key, an invalid value or a file that cannot be read.
    """
    dotenv = _less(read_dotenv(root / ".env"), without)
    redactor.add_environment(dotenv)
    table = dict(_less(_pyproject_table(root / "pyproject.toml"), without))
    _refuse_unknown(flags or {}, dotenv, table)
    secrets = _secret_files(flags or {}, dotenv, table)

    def merged(environment: Flat, of_dotenv: Flat) -> tuple[Flat, dict[str, str]]:
        layers = {
            "pyproject.toml": table,
            "secrets": secrets,
            ".env": of_dotenv,
            "environment": environment,
            "flag": flags or {},
        }
        return _merged(layers)

    values, origins = merged(plain.variables(os.environ), plain.variables(dotenv))
    settings = plain.settings(values)
    if settings is None:
        with without_plugins():
            from bootctl.config import model
        values, origins = merged(model.variables(), model.variables(dotenv))
        settings = model.settings(values, origins)
    _know_secrets(settings)
    return Loaded(settings, origins, dotenv, flags or {})


def _merged(layers: Mapping[str, Flat]) -> tuple[Flat, dict[str, str]]:
    """Return the values of the strongest source, which is the last, and what that is for each key."""
    known = [key for key, _ in keys()]
    values: Flat = {}
    origins = dict.fromkeys(known, "default")
    for origin, found in layers.items():
        for key in found.keys() & known:
            values[key], origins[key] = found[key], origin
    return values, origins


def _less(values: Mapping[str, Any], without: Collection[str]) -> Mapping[str, Any]:
    return {key: value for key, value in values.items() if key not in without}


def shown(settings: Settings, key: str) -> Any:
    """Return the value of a dotted key as it may be printed."""
    value: Any = settings
    for part in key.split("."):
        value = getattr(value, f"{part}_" if keyword.iskeyword(part) else part)
    if isinstance(value, Secret):
        return _masked(value.get_secret_value())
    if isinstance(value, tuple):
        return [_masked(item) if "://" in item else item for item in map(str, value)]
    return str(value) if isinstance(value, Path) else value


def _masked(text: str) -> str:
    try:
        return str(urls.parse(text))
    except SettingsError:
        return MASK


def _refuse_unknown(flags: Flat, dotenv: Mapping[str, str], table: Flat) -> None:
    known = [key for key, _ in keys()]
    variables = [variable(key) for key in known]
    variables += [f"{variable(key)}_FILE" for key in _secret_keys()]
    for key in flags:
        if key not in known:
            raise _unknown(key, "the command line", key, known)
    for where, names in (("the environment", os.environ), (".env", dotenv)):
        for name in names:
            if name.upper().startswith(PREFIX) and name.upper() not in variables:
                raise _unknown(name, where, name.upper(), variables)
    for key in table:
        if key not in known:
            raise _unknown(key, "[tool.bootctl] in pyproject.toml", key, known)


def _unknown(key: str, where: str, like: str, known: list[str]) -> SettingsError:
    import difflib

    nearest = difflib.get_close_matches(like, known, n=1, cutoff=0.0)[0]
    return SettingsError(
        f"{where} has the unknown setting {key}",
        hint=f"Did you mean {nearest}? `bootctl config` lists every setting.",
        setting=key,
        nearest=nearest,
    )


@cache
def _secret_keys() -> tuple[str, ...]:
    return tuple(key for key, setting in keys() if setting.type is Secret)


def _secret_files(flags: Flat, dotenv: Mapping[str, str], table: Flat) -> Flat:
    """Secrets named by a ``..._FILE`` variable, or by their file's name in ``secrets_dir``."""
    named = {key.upper(): value for key, value in (*dotenv.items(), *os.environ.items()) if value}
    chosen = flags.get("secrets_dir") or named.get(variable("secrets_dir"))
    directory = Path(chosen or table.get("secrets_dir") or Settings.secrets_dir)
    flat: Flat = {}
    for key in _secret_keys():
        file = named.get(f"{variable(key)}_FILE")
        path = Path(file) if file else directory / variable(key).lower()
        if file or is_there(path):
            flat[key] = urls.trimmed(read_text(path))
    return flat


def _pyproject_table(path: Path) -> Flat:
    document = read_toml(path)
    tool = document.get("tool", {})
    table = tool.get("bootctl", {}) if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        raise SettingsError(
            f"{path.name} has no table where [tool.bootctl] belongs",
            hint="Write the settings as [tool.bootctl] and keys below it.",
            file=str(path),
        )
    return flattened(table)


def _know_secrets(settings: Settings) -> None:
    for key in _secret_keys():
        group, name = key.split(".")
        secret = getattr(getattr(settings, group), name)
        if secret is not None:
            redactor.add_url_text(secret.get_secret_value(), source=key)
            urls.parse(secret.get_secret_value(), name=key)
    for target in settings.wait.targets:
        redactor.add_url_text(target)
    for words in (settings.alembic.x, settings.server.command, settings.tenants.command):
        redactor.add_words(words)
