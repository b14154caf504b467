"""Why a way out cannot be taken, each with what to do instead."""

import difflib
from collections.abc import Sequence

from bootctl.boot.resolve.resolution import Resolution, Wanted, Way, at
from bootctl.database.causes import root_message
from bootctl.database.driver_errors import classify, fault
from bootctl.database.state import Difference, History
from bootctl.errors import (
    BootError,
    DirtyError,
    DriftError,
    LockedError,
    MigrationError,
    UsageError,
)
from bootctl.ledger.executed import without_secrets
from bootctl.migrate.inspection import Database

_NAMED = 5
_OTHER = {Way.FORWARD: Way.BACK, Way.BACK: Way.FORWARD}


def unknown(given: str, history: History) -> UsageError:
    """Return the error for what is no revision of the code."""
    ids = [item.id for item in history.revisions]
    nearest = difflib.get_close_matches(given, ids, n=1, cutoff=0.0)
    return UsageError(
        f"{given} is no revision of the code",
        hint=f"Did you mean {nearest[0]}? `bootctl status` lists them."
        if nearest
        else "The project has no migrations.",
    )


def ambiguous(given: str, found: Sequence[str]) -> UsageError:
    """Return the error for the beginning of several revisions."""
    return UsageError(
        f"{given} is the beginning of {len(found)} revisions: {', '.join(found[:_NAMED])}",
        hint="Write more of it.",
    )


def other_revision(wanted: Wanted, database: Database, revision: str) -> UsageError:
    """Return the error for a database that is dirty by another revision."""
    return UsageError(
        f"{database.url} is dirty by {revision}, not by {wanted.revision}: {database.reason}",
        hint=f"`bootctl resolve --{wanted.way} {revision}`",
    )


def not_half_applied(way: Way, revision: str) -> UsageError:
    """Return the error for a migration of which nothing is half done."""
    if way is Way.FORWARD:
        return UsageError(
            f"nothing of {revision} is half applied: it is pending",
            hint="`bootctl migrate` applies it. Where all of it was done by other means, the ORM's own "
            "command records it, such as `alembic stamp`; a database that was made without any "
            f"migration is adopted by `bootctl resolve --baseline {revision}`.",
        )
    return UsageError(
        f"{revision} is applied, and nothing of it is half done",
        hint="To undo an applied migration, use the ORM's own command for a downgrade.",
    )


def same_database(database: Database) -> UsageError:
    """Return the error for version tables that cannot be told apart from outside of ``env.py``."""
    return UsageError(
        f"env.py migrates {database.url} several times, each by a setting of its session",
        hint="Do by hand what `bootctl status` prints, with the same setting.",
        target=str(database.url),
    )


def no_way(way: Way, revision: str, database: Database) -> DirtyError:
    """Return the error where what leads one way is not known."""
    return _dirty(
        database,
        revision,
        f"what leads {way} is not known: {database.reason}",
        f"Take the other way: `bootctl resolve --{_OTHER[way]} {revision}`; or compare the "
        "database with the file by hand.",
    )


def half_there(
    way: Way, revision: str, database: Database, there: Sequence[object], missing: Sequence[object]
) -> DirtyError:
    """Return the error where somebody has done a part of what is left by hand."""
    todo = f"make what is missing ({_listed(missing)}) and what else the file does"
    if way is Way.BACK:
        todo = f"undo what is there ({_listed(there)})"
    return _dirty(
        database,
        revision,
        f"of what {revision} makes, {_listed(there)} is there, and {_listed(missing)} is not",
        f"By hand, {todo}; then the same command again.",
        there=list(map(str, there)),
        missing=list(map(str, missing)),
    )


def still_there(revision: str, database: Database, there: Sequence[object]) -> DirtyError:
    """Return the error where a migration is not undone, and what undoes it is not known."""
    return _dirty(
        database,
        revision,
        f"{revision} is not undone: there is {_listed(there)}",
        "Undo by hand what is there; then the same command again.",
        there=list(map(str, there)),
    )


def still_half(revision: str, database: Database, left: Sequence[object]) -> DirtyError:
    """Return the error where a migration is to be recorded, and something of it is half done."""
    return _dirty(
        database,
        revision,
        f"{revision} is not finished: there is {_listed(left)}",
        "Finish by hand what is half done; then the same command again. Or undo the migration: "
        f"`bootctl resolve --back {revision}`.",
        there=list(map(str, left)),
    )


def unrecorded(way: Way, revision: str, database: Database) -> DirtyError:
    """Return the error for a migration whose tables show that it is not wholly there, or undone."""
    todo = "finish" if way is Way.FORWARD else "undo"
    return _dirty(
        database,
        revision,
        f"{database.reason}",
        f"By hand, {todo} what is half there: what is left is not known to bootctl. Then the same "
        "command again.",
    )


def has_version(wanted: Wanted, database: Database) -> UsageError:
    """Return the error for a database that is not to be adopted, because it has been."""
    return UsageError(
        f"{database.url} has a version already: it is {at(database)}",
        hint="A baseline is for a database that was made without migrations. `bootctl migrate` "
        "applies what is pending.",
        target=str(database.url),
        current=list(database.current),
    )


def is_empty(database: Database) -> DriftError:
    """Return the error for a database without tables, which has nothing to adopt."""
    return DriftError(
        f"{database.url} has no tables: no migration has made it, and nothing else has",
        hint="`bootctl migrate` makes all of it.",
        target=str(database.url),
    )


def differs(database: Database, found: Sequence[Difference]) -> DriftError:
    """Return the error for a database that is not what the models say at the head."""
    return DriftError(
        f"{database.url} is not what the models say: {_listed(found)}",
        hint="`bootctl check` prints what mends it. Or name the revision that it is at, and "
        "`bootctl migrate` applies the rest; or accept what differs with verify.ignore or "
        "verify.baseline.",
        target=str(database.url),
        differences=[str(item) for item in found],
    )


def changed() -> LockedError:
    """Return the error where it is not any more what was shown."""
    return LockedError(
        "the database has changed since this was shown, so nothing was done",
        hint="Another process migrates it, or resolves the same: look again.",
    )


def failed(resolution: Resolution, error: Exception) -> BootError:
    """Return the error for a statement that the database has refused."""
    notes = getattr(error, "__notes__", ())
    statement = {"statement": without_secrets(notes[-1])[:500]} if notes else {}
    place = {"target": str(resolution.database.url), "revision": resolution.revision, **statement}
    failure = classify(error)
    if failure and (failure.refused or failure.is_absence):
        return fault(error, failure, place)
    what = f"`{statement['statement']}`" if statement else f"resolving {resolution.revision}"
    return MigrationError(
        f"{what} failed: {root_message(error)}",
        hint="Mend its cause, and give the same command again: it goes on from where it is.",
        **place,
    )


def unproved(resolution: Resolution, database: Database) -> MigrationError:
    """Return the error where the database does not show afterwards what was done."""
    why = f": {database.reason}" if database.reason else ""
    return MigrationError(
        f"every statement was executed, and {database.url} is {database.direction}, {at(database)}"
        f"{why}, not {resolution.after}",
        hint="See `bootctl status`: env.py may connect to another schema than it names.",
        target=str(database.url),
        revision=resolution.revision,
    )


def _dirty(
    database: Database, revision: str, said: str, hint: str, **fields: list[str]
) -> DirtyError:
    return DirtyError(said, hint=hint, target=str(database.url), revision=revision, **fields)


def _listed(items: Sequence[object]) -> str:
    named = ", ".join(map(str, items[:_NAMED]))
    return f"{named} and {len(items) - _NAMED} more" if len(items) > _NAMED else named
