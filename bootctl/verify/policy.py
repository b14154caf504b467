"""From differences to a verdict: which of them count."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from bootctl.config.files import read_text
from bootctl.config.settings import Verify
from bootctl.database.state import Difference, Direction, History
from bootctl.errors import DriftError, SettingsError
from bootctl.migrate.inspection import Inspection

_NAMED_IN_MESSAGE = 5


@dataclass(frozen=True)
class Verdict:
    """What a check found."""

    direction: Direction | None
    """``None`` where no database was read."""
    differences: tuple[Difference, ...]
    accepted: tuple[Difference, ...]
    """Differences that ``verify.ignore`` or ``verify.baseline`` accept."""
    pending: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether the schema is what the models say."""
        return not self.differences


class Judge:
    """Knows what is accepted, by the settings. Raises ``SettingsError`` for a bad baseline."""

    def __init__(self, settings: Verify) -> None:
        self._ignore = settings.ignore
        self._baseline = _read(settings.baseline) if settings.baseline else frozenset()

    def split(
        self, found: Iterable[Difference]
    ) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
        """The differences that count, and those that are accepted."""
        counted: list[Difference] = []
        accepted: list[Difference] = []
        for item in found:
            (accepted if self._accepts(item) else counted).append(item)
        return tuple(counted), tuple(accepted)

    def verdict(self, inspection: Inspection) -> Verdict:
        """The verdict on databases that were compared."""
        counted, accepted = self.split(inspection.differences or ())
        pending = tuple(item.id for item in inspection.pending)
        return Verdict(inspection.direction, counted, accepted, pending)

    def judged(self, unmigrated: tuple[Difference, ...]) -> Verdict:
        """The verdict on models and migration files, without a database."""
        counted, accepted = self.split(unmigrated)
        return Verdict(None, counted, accepted, ())

    def _accepts(self, item: Difference) -> bool:
        named = any(fnmatchcase(item.name, pattern) for pattern in self._ignore)
        return named or item in self._baseline


class Migrated(Protocol):
    """What a verdict needs to know of the migrations."""

    def history(self) -> History:
        """The migrations in the code."""

    def unmigrated(self) -> tuple[Difference, ...] | None:
        """What they lack of the models, or have too much; ``None`` where they do not say."""

    def new_migration(self, message: str) -> str:
        """The command that makes one."""


def refuse_drift(migrations: Migrated, found: tuple[Difference, ...], where: str = "") -> None:
    """Raise ``DriftError`` for differences that count, if there are any.

    ``where`` ends its sentence.
    """
    if not found:
        return
    if not migrations.history().revisions:
        command = migrations.new_migration("initial")
        hint = f"Make the first one, review and commit it: {command}"
        raise _error(found, "; the project has no migrations", hint)
    if migrations.unmigrated() == ():
        raise _error(
            found,
            where,
            "The migration files make what the models say, so the database was changed by other "
            "means, or a migration file was: undo that, or write a migration for it.",
        )
    command = migrations.new_migration("what changed")
    hint = f"Correct the models, or make, review and commit a migration: {command}"
    raise _error(found, where, hint)


def refuse_unmigrated(migrations: Migrated, found: tuple[Difference, ...]) -> None:
    """Raise ``DriftError`` where the migration files do not make what the models say."""
    if found:
        command = migrations.new_migration("what changed")
        hint = f"Make, review and commit a migration: {command}"
        raise _error(found, " in the migration files, compared with the models", hint)


def refuse_verdict(migrations: Migrated, verdict: Verdict) -> None:
    """Raise ``DriftError`` where the verdict of a check is drift."""
    if verdict.pending and not verdict.clean:
        where = f"; pending: {', '.join(verdict.pending)}"
        raise _error(verdict.differences, where, "Run `bootctl migrate`, then check again.")
    refuse_drift(migrations, verdict.differences)


def _error(found: tuple[Difference, ...], where: str, hint: str) -> DriftError:
    names = ", ".join(str(item) for item in found[:_NAMED_IN_MESSAGE])
    more = len(found) - _NAMED_IN_MESSAGE
    return DriftError(
        f"schema drift: {names}{f' and {more} more' if more > 0 else ''}{where}",
        hint=hint,
        differences=[str(item) for item in found],
    )


def _read(path: Path) -> frozenset[Difference]:
    try:
        document = json.loads(read_text(path))
        return frozenset(Difference(**item) for item in document["differences"])
    except (ValueError, KeyError, TypeError):
        raise SettingsError(
            f"verify.baseline {path} is not a report of `bootctl check --format json`",
            hint="Write it with `bootctl check --format json > FILE`.",
            file=str(path),
        ) from None
