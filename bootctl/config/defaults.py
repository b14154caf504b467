"""Whether every setting has its default, found out without the model of the settings."""

import os

_PREFIX = "BOOTCTL__"
_SECRETS = "/run/secrets"
_FORM = "BOOTCTL__LOG__FORMAT"
_FORMS = ("json", "console", "auto")


def are_in_force() -> bool:
    """Return whether nothing is set for the project here, but how lines of the log are written.

    A file that may say something, or cannot be read, is doubt enough.
    """
    try:
        os.scandir(".").close()
        return not (_of_variables() or _of_secrets() or os.path.lexists(".env") or _of_pyproject())
    except Exception:  # the ordinary way of reading them says what it is
        return False


def form() -> str:
    """Return how lines of the log are to be written: ``json`` or ``console``."""
    chosen = os.environ.get(_FORM) or "auto"
    return chosen if chosen != "auto" else "console" if os.isatty(2) else "json"


def _of_variables() -> bool:
    named = (name for name in os.environ if name.upper().startswith(_PREFIX))
    return any(name != _FORM or os.environ[name] not in _FORMS for name in named)


def _of_secrets() -> bool:
    if not os.path.isdir(_SECRETS) or not os.access(_SECRETS, os.R_OK):
        return os.path.lexists(_SECRETS)
    return any(name.lower().startswith(_PREFIX.lower()) for name in os.listdir(_SECRETS))


def _of_pyproject() -> bool:
    if not os.path.lexists("pyproject.toml"):
        return False
    from pathlib import Path

    from bootctl.config.files import read_toml

    tool = read_toml(Path("pyproject.toml")).get("tool", {})
    return "bootctl" in tool
