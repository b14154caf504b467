"""What went wrong in a Tortoise project's code or database, as a typed error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bootctl.database import driver_errors
from bootctl.errors import BootError, HistoryError, Interrupted, SettingsError
from bootctl.output.system import exhaustion, system_fault
from bootctl.project.environment import environment_fault
from bootctl.project.faults import at, describe, driver_fault, location
from bootctl.project.tls import tls_fault


@contextmanager
def user_code(root: Path, what: str) -> Iterator[None]:
    """Whatever the project's code raises inside is a typed error, whose sentence begins with ``what``."""
    try:
        yield
    except (BootError, Interrupted):
        raise
    except BaseException as error:  # whatever it raises
        raise project_fault(error, root, what) from error


def project_fault(
    error: BaseException, root: Path, what: str, targets: Mapping[str, str] | None = None
) -> BootError:
    """Return the typed error for ``error``, raised outside of any migration.

    ``targets`` is a field that names its databases, where they are known.
    """
    if isinstance(error, BootError):
        return error
    missing = _unimported(error)
    error = missing or error
    place = location(error, root)
    configuration = driver_fault(error, place) or environment_fault(error, place, root)
    configuration = configuration or tls_fault(error, place)
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
    if missing or _is_configuration(error):
        said = describe(error) if missing else error
        return SettingsError(
            f"{what}: {said}" + at(place),
            hint="Correct TORTOISE_ORM or the models that it names, or install what they import.",
            **place,
        )
    return HistoryError(
        f"{what}: {describe(error)}" + at(place),
        hint="Correct the file named.",
        error=type(error).__name__,
        **place,
    )


def _is_configuration(error: BaseException) -> bool:
    return type(error).__name__ == "ConfigurationError"  # Tortoise's own


def _unimported(error: BaseException) -> ImportError | None:
    """Return what a module of models could not import, where Tortoise says that it is not found itself."""
    cause = error.__cause__ or error.__context__
    if not _is_configuration(error) or not isinstance(cause, ImportError):
        return None
    itself = cause.name is not None and f'"{cause.name}' in str(error)
    return None if itself and isinstance(cause, ModuleNotFoundError) else cause
