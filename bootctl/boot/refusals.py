"""The errors for databases that must not be migrated or served, each with what to do next."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bootctl.database.state import Difference, Direction, Revision
from bootctl.errors import DirectionError, DirtyError, DriftError, HistoryError, PendingError
from bootctl.ledger.wording import by_hand
from bootctl.migrate.inspection import Comparison, Database, Inspection
from bootctl.migrate.protocol import Backend
from bootctl.verify.lock_file import COMMAND
from bootctl.verify.policy import Verdict

if TYPE_CHECKING:
    from bootctl.ledger.recovery import RecoveryPlan

_NAMED_IN_MESSAGE = 5
_FILES_NAMED = 3


def altered(database: Database) -> HistoryError:
    """Return the error for a database of which an applied migration's file is another now."""
    found = [*database.edited, *database.vanished]
    files = " ".join(dict.fromkeys(item.file for item in found[:_FILES_NAMED]))
    statements = " ".join(f"{item.accept};" for item in found[:_FILES_NAMED])
    commands = dict.fromkeys(f"`bootctl resolve --accept {item.revision}`" for item in found)
    names = _listed([*commands], ", ", _FILES_NAMED)
    edited = [f"{item} was edited" for item in database.edited]
    vanished = [f"{item} is gone" for item in database.vanished]
    said = _listed([*edited, *vanished], ", ", _FILES_NAMED)
    return HistoryError(
        f"migration files are not what was applied to {database.url}: {said}",
        hint=f"Restore what was applied from version control: `git log -- {files}`. Or, if the "
        f"change is meant and asks nothing of this database, accept it there: {names}, or by hand: "
        f"{statements}",
        revision=found[0].revision,
        file=found[0].file,
        edited=[item.revision for item in database.edited],
        vanished=[item.revision for item in database.vanished],
        accept=[item.accept for item in found],
        target=str(database.url),
    )


def dirty(database: Database, plan: "RecoveryPlan") -> DirtyError:
    """Return the error for a dirty database, with what leads out as far as that is known."""
    revision = database.pending[0]
    return DirtyError(
        f"{database.url} is dirty: {database.reason}",
        hint=f"{_ways_out_of_dirty(plan, revision)} Then start again.",
        revision=revision.id,
        file=revision.path,
        forward=list(plan.forward),
        back=list(plan.back),
        target=str(database.url),
    )


def _ways_out_of_dirty(plan: "RecoveryPlan", revision: Revision) -> str:
    """Return what is known, and the commands that do it; where nothing is, what is to be done by hand."""
    known = [way for way, sql in (("forward", plan.forward), ("back", plan.back)) if sql]
    if not known:
        return by_hand(revision.id)
    commands = (f"`bootctl resolve --{way} {revision.id}`" for way in known)
    return f"{plan} ({revision.path}). By name: {' or '.join(commands)}."


def unknown(database: Database, found: Sequence[Difference]) -> DirectionError:
    """Return the error for revisions that the code does not know; it names what ``found`` differs."""
    ahead = database.direction is Direction.AHEAD
    return _unknown(
        database,
        f"; it has {_listed(found, ', ')}" if found else "",
        ", or restore their files."
        + ahead * " To run older code where it can: BOOTCTL__MIGRATE__ON_AHEAD=compatible.",
    )


def incompatible(database: Database, why: Sequence[str]) -> DirectionError:
    """Return the error for a database that is ahead, and on which older code cannot work."""
    if database.differences is None:
        return _unknown(
            database,
            ", and it was not compared with the models",
            ", or set BOOTCTL__VERIFY__MODE to anything but off: migrate.on_ahead=compatible "
            "needs the comparison.",
        )
    return _unknown(
        database,
        f"; the code cannot run on it: {_listed(why, '; ')}",
        ". Next time make such a change in two steps: what older code needs goes, and what it "
        "does not write is required, once no older code runs.",
        incompatible=list(why),
    )


def drift(backend: Backend, comparison: Comparison, where: str = "") -> DriftError:
    """Return the error for differences that count; ``where`` ends its sentence."""
    found = comparison.differences
    if not backend.history().revisions:
        command = backend.new_migration("initial", comparison.apps)
        hint = f"Make the first one, review and commit it: {command}"
        return _drift(found, "; the project has no migrations", hint)
    return _drift(found, where, _sentences([*_ways_out(backend, comparison)]))


def _sentences(ways: Sequence[str]) -> str:
    """Return ``ways`` after each other; a command ends with no full stop where nothing follows."""
    return " ".join([*(f"{way.rstrip('.')}." for way in ways[:-1]), *ways[-1:]])


def intolerable(
    backend: Backend, comparison: Comparison, why: Sequence[str], where: str
) -> DriftError:
    """Return the error for differences with which the code is not shown to work, each with ``why``."""
    return DriftError(
        f"schema drift that is not shown to be harmless: {_listed(why, '; ')}{where}",
        hint=drift(backend, comparison).hint,
        differences=[str(item) for item in comparison.differences],
        incompatible=list(why),
    )


def _ways_out(backend: Backend, comparison: Comparison) -> Iterator[str]:
    """Yield what leads out of each kind of difference, in sentences."""
    by_hand = [item for item in comparison.differences if _is_by_hand(item)]
    if by_hand:
        yield _taken_back(by_hand)
    found = [item for item in comparison.differences if item not in by_hand]
    if not found:
        return
    tables = [item.name for item in found if item.kind == "unexpected table"]
    invalid = [item.name.partition(".")[2] for item in found if item.kind == "invalid index"]
    others = [
        item
        for item in found
        if item.kind not in ("unexpected table", "invalid index")
        and not item.name.startswith(tuple(f"{name}." for name in tables))
    ]
    if others and comparison.unmigrated == ():
        yield (
            "The migration files make what the models say, so the database was changed by other "
            "means, or a migration file was: undo that, or write a migration for it."
        )
        if backend.name == "tortoise" and any(i.kind == "missing constraint" for i in others):
            yield (
                "Tortoise's CreateModel makes none of Meta.constraints: add them with "
                "ops.AddConstraint in a migration that `tortoise makemigrations --empty` makes."
            )
    elif others or not (tables or invalid):
        command = backend.new_migration("what changed", comparison.apps)
        yield f"Correct the models, or make, review and commit a migration: {command}"
    if tables:
        yield _leave_out(backend, tables)
    if invalid:
        statements = " ".join(f"REINDEX INDEX CONCURRENTLY {name};" for name in invalid)
        yield f"Build the invalid indexes again: {statements}"


def _is_by_hand(item: Difference) -> bool:
    """Return whether somebody has changed what the migrations had made; a table may be another's."""
    return item.wrong == "database" and item.kind not in ("unexpected table", "invalid index")


def _taken_back(found: Sequence[Difference]) -> str:
    """Return the way out for what somebody has changed by hand."""
    since = next((f" after {item.since}" for item in found if item.since), "")
    safe = [statement for item in found for statement in item.fix if not item.destructive]
    is_short = len(found) == len(safe) == 1 and "\n" not in safe[0]
    undo = f": {safe[0]}" if is_short else ", with what `bootctl check` prints"
    return (
        f"No migration has made it: the database was changed by other means{since}. Take it "
        f"back{undo}; or, where it is to stay, write a migration that makes it, or accept it with "
        "verify.ignore or verify.baseline."
    )


def _leave_out(backend: Backend, tables: Sequence[str]) -> str:
    """Return the way out for tables that the models do not have, and that may be another's."""
    patterns = ",".join(pattern for name in tables for pattern in (name, f"{name}.*"))
    alembic = backend.name == "alembic"
    return (
        f"Leave tables of others out of the comparison: BOOTCTL__VERIFY__IGNORE={patterns}"
        f"{', or include_object in env.py' * alembic}. Those that the models had until now need a "
        f"migration that drops them{'; --autogenerate drops all of them' * alembic}."
    )


def unmigrated(backend: Backend, found: tuple[Difference, ...]) -> DriftError:
    """Return the error for migration files that do not make what the models say."""
    command = backend.new_migration("what changed")
    hint = f"Make, review and commit a migration: {command}"
    return _drift(found, " in the migration files, compared with the models", hint)


def unreplayed(backend: Backend, verdict: Verdict, comparison: Comparison) -> DriftError:
    """Return the error for migrations that, replayed, do not make what the models or the lock say."""
    found = verdict.differences
    kinds = {item.kind.partition(": ")[0] if ": " in item.kind else "" for item in found}
    if kinds == {""} and not backend.history().revisions:
        return drift(backend, replace(comparison, differences=found))
    hints = []
    if "" in kinds:
        command = backend.new_migration("what changed", comparison.apps)
        hints.append(f"Correct the models, or make, review and commit a migration: {command}")
    if "stale lock" in kinds:
        hints.append(f"Write schema.lock anew, and review what changes in it: `{COMMAND}`.")
    if "round trip" in kinds:
        hints.append(
            "Correct downgrade() of the migrations that are named to undo their upgrade()."
        )
    if "breaks running" in kinds:
        hints.append(
            "Release it in two steps: what the released image needs goes once it runs no more."
        )
    return _drift(found, ", on an empty database that was migrated", " ".join(hints))


def unclean(verdict: Verdict) -> DriftError:
    """Return the error for a database that differs, and has migrations that may mend that."""
    differs = (
        f"the database is {verdict.direction}; pending: {', '.join(verdict.pending)}; "
        "until they are applied it differs"
    )
    return DriftError(
        f"{differs}: {_listed(verdict.differences, ', ')}",
        hint="Run `bootctl migrate`, then check again.",
        differences=[str(item) for item in verdict.differences],
        pending=list(verdict.pending),
    ).briefly(differs)


def behind(inspection: Inspection) -> PendingError:
    """Return the error for a question whether any migration is pending, where one is."""
    pending = [item.id for item in inspection.pending]
    return PendingError(
        f"the database is {inspection.direction}; pending: {', '.join(pending)}",
        hint="Run `bootctl migrate`.",
        direction=str(inspection.direction),
        pending=pending,
    )


def pending(revisions: Collection[str]) -> DriftError:
    """Return the error for migrations that are pending where nothing is to migrate."""
    return DriftError(
        f"migrate.mode is off, and these migrations are pending: {', '.join(revisions)}",
        hint="Run `bootctl migrate` first, or set BOOTCTL__MIGRATE__MODE=apply.",
        pending=list(revisions),
    )


def _unknown(database: Database, said: str, hint: str, **fields: list[str]) -> DirectionError:
    return DirectionError(
        f"{database.url} is {database.direction}: it knows {', '.join(database.unknown)}, "
        f"which the code does not{said}",
        hint=f"Deploy the image that has these migrations{hint}",
        direction=str(database.direction),
        unknown=list(database.unknown),
        target=str(database.url),
        **fields,
    )


def _drift(found: tuple[Difference, ...], where: str, hint: str) -> DriftError:
    return DriftError(
        f"schema drift: {_listed(found, ', ')}{where}",
        hint=hint,
        differences=[str(item) for item in found],
    ).briefly(f"schema drift{where}")


def _listed(items: Sequence[object], separator: str, most: int = _NAMED_IN_MESSAGE) -> str:
    named = separator.join(map(str, items[:most]))
    return f"{named} and {len(items) - most} more" if len(items) > most else named
