"""What went wrong in an upgrade, as a typed error."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootctl.database import causes, driver_errors
from bootctl.database.state import Revision
from bootctl.errors import BootError, LockTimeoutError, MigrationError, SettingsError
from bootctl.migrate.hints import known_way_out
from bootctl.migrate.progress import Progress
from bootctl.output.system import exhaustion, system_fault
from bootctl.project.faults import at, describe, location, original


def upgrade_fault(
    error: BaseException, progress: Progress, root: Path, backend: str
) -> BootError | None:
    """Return the typed error for ``error``, raised by an upgrade with ``backend``.

    ``None`` where it was raised outside of any migration, and is not about its timeouts either.
    """
    if isinstance(error, BootError):
        return error
    revision = progress.current
    place = _place(error, revision, root)
    what = f"migration {revision}" if revision else "the upgrade"
    failure = None if exhaustion(error) else driver_errors.classify(error, network=False)
    if failure and failure.kind in _GAVE_UP:
        message = f"{what} {_GAVE_UP[failure.kind]}: {describe(error)}" + at(place)
        return _timeout_fault(message, failure.kind, place)
    if revision is None:
        return _pooler_fault(error)
    if failure and (failure.refused or failure.is_absence):
        fault = driver_errors.fault(error, failure, place)
        fault.add(f"it was applying {what}" + at(place))
        return fault
    general = driver_errors.hint(failure) if failure else _hint(error)
    return MigrationError(
        f"{what} failed: {describe(error)}" + at(place),
        hint=known_way_out(error, backend, place) or general,
        **({"cause": failure.kind} if failure else {}),
        **place,
    )


def _hint(error: BaseException) -> str:
    refused = system_fault(error)
    return refused.hint if refused else "Correct the migration and start again."


_GAVE_UP = {
    "lock timeout": "failed by a lock timeout",
    "locked": "failed by a lock timeout",
    "deadlock": "failed by a deadlock",
    "statement timeout": "failed by a statement timeout",
    "canceled": "was canceled",
}
"""What a database's giving up is called, by the kind of failure."""


def _timeout_fault(message: str, kind: str, place: Mapping[str, Any]) -> MigrationError:
    if kind == "deadlock":
        hint = "Each waited for a lock of the other: start again, when less is going on."
        return LockTimeoutError(message, hint=hint, cause=kind, **place)
    if kind in ("lock timeout", "locked"):
        hint = "End the session that holds the lock, or start again when it has ended."
        return LockTimeoutError(message, hint=hint, cause=kind, **place)
    unless = "Unless somebody canceled it: r" if kind == "canceled" else "R"
    hint = (
        f"{unless}aise BOOTCTL__MIGRATE__STATEMENT_TIMEOUT, or let the migration do less at once."
    )
    return MigrationError(message, hint=hint, cause=kind, **place)


def _pooler_fault(error: BaseException) -> SettingsError | None:
    said = causes.root_message(error)
    if "unsupported startup parameter" not in said:  # PgBouncer's words; libpq gives no code
        return None
    return SettingsError(
        f"a pooler does not pass the timeouts of the migration on: {said}",
        hint="Set BOOTCTL__DATABASE__MIGRATION_URL to a URL that leads to the server itself, or "
        "unset BOOTCTL__MIGRATE__LOCK_TIMEOUT and BOOTCTL__MIGRATE__STATEMENT_TIMEOUT.",
        setting="database.migration_url",
    )


def _place(error: BaseException, revision: Revision | None, root: Path) -> dict[str, Any]:
    """Return where ``error`` comes from: its migration, file, line and statement, and its kind."""
    named: dict[str, Any] = {"revision": revision.id} if revision else {}
    file = {"file": revision.path} if revision else {}
    # Alembic's own statement is about the revision, and not about env.py, which only calls Alembic.
    its_own = "version_num" in str(getattr(error, "statement", ""))
    code = {} if its_own else location(error, root) or getattr(error, "place", None)
    place = {**named, **(code or file)}
    statement = getattr(error, "statement", None)
    if isinstance(statement, str):
        place["statement"] = " ".join(statement.split())[:500]
    return {**place, "error": type(original(error)).__name__}
