"""What went wrong in ``env.py`` or Alembic's configuration, as a typed error."""

import configparser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bootctl.database import driver_errors
from bootctl.errors import BootError, HistoryError, SettingsError
from bootctl.output.system import exhaustion, system_fault
from bootctl.project.environment import environment_fault
from bootctl.project.faults import (
    at,
    describe,
    driver_fault,
    location,
    raised_by,
)
from bootctl.project.tls import tls_fault


def project_fault(
    error: BaseException, root: Path, what: str, targets: Mapping[str, str] | None = None
) -> BootError:
    """Return the typed error for ``error``, raised by the project's code outside of any migration.

    ``targets`` is a field that names its databases, where they are known.
    """
    if isinstance(error, BootError):
        return error
    place = location(error, root)
    configuration = (
        driver_fault(error, place)
        or environment_fault(error, place, root)
        or tls_fault(error, place)
        or _interpolation_fault(error, place)
        or _url_fault(error, place)
    )
    if configuration:
        return configuration
    failure = None if exhaustion(error) else driver_errors.classify(error)
    if failure:
        return driver_errors.fault(error, failure, {**place, **(targets or {})})
    refused = system_fault(error)
    if refused:
        refused.message += at(place)
        refused.fields |= place
        return refused
    return HistoryError(
        f"{what}: {describe(error)}" + at(place),
        hint="Correct the file named; `alembic current` runs the same code.",
        error=type(error).__name__,
        **place,
    )


def _interpolation_fault(error: BaseException, place: dict[str, Any]) -> SettingsError | None:
    """Return the typed error for a '%' that configparser takes for a reference."""
    if isinstance(error, configparser.InterpolationMissingOptionError):
        return SettingsError(
            f"alembic.ini refers to %({error.reference})s, which it does not have",
            hint=f"Give alembic.ini the option {error.reference}, or write '%%' for a plain '%'.",
        )
    if isinstance(error, configparser.InterpolationError):
        return SettingsError(
            "alembic.ini has a bare '%' in a value",
            hint="Write every '%' in alembic.ini as '%%', also in sqlalchemy.url.",
        )
    if isinstance(error, ValueError) and raised_by("configparser.py", error):
        # Its text quotes the value, whose part the password is.
        return SettingsError(
            "a value that is set in Alembic's configuration has a bare '%'" + at(place),
            hint="Write '%%' for '%', as in "
            'config.set_main_option("sqlalchemy.url", url.replace("%", "%%")).',
            **place,
        )
    return None


def _url_fault(error: BaseException, place: dict[str, Any]) -> SettingsError | None:
    """Return the typed error for a URL, or its options, that SQLAlchemy cannot make an engine of."""
    if isinstance(error, NoSuchModuleError):
        return SettingsError(
            f"the database URL has an unknown scheme: {error}" + at(place),
            hint="Use a scheme such as postgresql+asyncpg, mysql+aiomysql or sqlite+aiosqlite.",
            **place,
        )
    if isinstance(error, ArgumentError | ValueError) and raised_by(
        "sqlalchemy/engine/url.py", error
    ):
        # Its text may quote a part of the password.
        why = ": its port is not a number" if "invalid literal for int()" in str(error) else ""
        return SettingsError(
            f"the database URL that env.py builds does not parse{why}" + at(place),
            hint="Percent-encode special characters in the password, "
            "or build the URL with sqlalchemy.URL.create().",
            **place,
        )
    if isinstance(error, ArgumentError | ValueError) and raised_by(
        "sqlalchemy/engine/create.py", error
    ):
        return SettingsError(
            f"the database URL that env.py builds has an option of no use: {describe(error)}"
            + at(place),
            hint="Correct the query of the URL, or the arguments of create_engine().",
            **place,
        )
    return None
