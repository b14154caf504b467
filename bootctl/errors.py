"""Every way a boot can end: the exit codes, and one exception for each failure.

Nothing else in the package chooses a number. A failure carries one sentence that says what
is wrong, a hint that says what to do next, and flat fields for the log.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, ClassVar, Self


class ExitCode(IntEnum):
    """The exit codes users script against; 128+N (ended by signal N) is computed."""

    DONE = 0
    BUG = 1
    USAGE = 2
    SETTINGS = 3
    UNDETECTED = 10
    NOT_READY = 11
    REFUSED = 12
    LOCKED = 13
    MIGRATION_FAILED = 14
    AHEAD = 15
    HISTORY_BROKEN = 16
    DIRTY = 17
    PENDING = 18
    DRIFT = 20
    CANNOT_RUN = 126
    NOT_FOUND = 127

    @property
    def meaning(self) -> str:
        """Return one line for the table of exit codes."""
        return _MEANINGS[self]

    @property
    def retryable(self) -> bool:
        """Return whether running the same command again later can succeed."""
        return may_heal(self)


_MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.BUG: "a bug in bootctl (traceback logged)",
    ExitCode.USAGE: "usage",
    ExitCode.SETTINGS: "a setting is missing or invalid",
    ExitCode.UNDETECTED: "no ORM found, or the evidence is ambiguous",
    ExitCode.NOT_READY: "a dependency was not ready before the deadline",
    ExitCode.REFUSED: "a dependency refused us: credentials, unknown database, TLS, permission",
    ExitCode.LOCKED: "the migration lock was not free before the deadline",
    ExitCode.MIGRATION_FAILED: "a migration failed (rolled back where the database can)",
    ExitCode.AHEAD: "the database is ahead of or diverged from the code",
    ExitCode.HISTORY_BROKEN: "the migration history itself is broken",
    ExitCode.DIRTY: "the database is dirty",
    ExitCode.PENDING: "migrations are pending, and the command was to tell, not to apply them",
    ExitCode.DRIFT: "schema drift",
    ExitCode.CANNOT_RUN: "the server command cannot be run",
    ExitCode.NOT_FOUND: "the server command is not found",
}


class BootError(Exception):
    """A failure with its exit code, what to do next, and fields for the log.

    ``message`` is one sentence. ``hint`` says what to do next. ``fields`` are flat and
    JSON-serialisable. Secrets are removed where the verdict is written, not here.
    """

    code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, message: str, *, hint: str, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.brief = ""
        """The message without what it names of ``differences``, for who lists these; or nothing."""
        self.fields = fields

    @property
    def exit_code(self) -> int:
        """Return the status the process ends with."""
        return int(self.code)

    def briefly(self, message: str) -> Self:
        """Return this failure, which says so in short where its ``differences`` are listed."""
        self.brief = message
        return self

    def add(self, sentence: str, **fields: Any) -> None:
        """Say more about this failure, learned after it was raised."""
        self.message = f"{self.message}; {sentence}"
        self.brief = self.brief and f"{self.brief}; {sentence}"
        self.fields |= fields


class UsageError(BootError):
    """The command line is wrong."""

    code = ExitCode.USAGE


class SettingsError(BootError):
    """A setting, a URL or a configuration file is missing or invalid."""

    code = ExitCode.SETTINGS


class DetectError(BootError):
    """No ORM was found, or two have equal evidence."""

    code = ExitCode.UNDETECTED


class NotReadyError(BootError):
    """A dependency was not ready before the deadline."""

    code = ExitCode.NOT_READY


class RefusedError(BootError):
    """A dependency answered, and refused us for a reason that waiting does not heal."""

    code = ExitCode.REFUSED


class LockedError(BootError):
    """The migration lock was not free before the deadline, or was lost."""

    code = ExitCode.LOCKED


class MigrationError(BootError):
    """A migration failed while it was applied."""

    code = ExitCode.MIGRATION_FAILED


class LockTimeoutError(MigrationError):
    """A migration gave up waiting for a lock that another session holds."""


class DirectionError(BootError):
    """The database knows revisions that the code does not."""

    code = ExitCode.AHEAD


class HistoryError(BootError):
    """The migration files or their environment cannot be used."""

    code = ExitCode.HISTORY_BROKEN


class DirtyError(BootError):
    """A migration is half applied, or applied and not recorded."""

    code = ExitCode.DIRTY


class PendingError(BootError):
    """Migrations are pending where a command is to tell, and not to apply them."""

    code = ExitCode.PENDING


class DriftError(BootError):
    """The schema is not what the models say, or could not be proved to be."""

    code = ExitCode.DRIFT


class TenantsError(BootError):
    """Tenants failed: of their exit codes it has one that says what the whole needs."""

    def __init__(self, codes: Iterable[int], message: str, *, hint: str, **fields: Any) -> None:
        super().__init__(message, hint=hint, **fields)
        self._exit_code = min(codes, key=lambda code: (may_heal(code), code))

    @property
    def exit_code(self) -> int:
        """Return the smallest of those that retrying cannot help; if there is none, the smallest of all."""
        return self._exit_code


def may_heal(code: int) -> bool:
    """Return whether the same command can succeed later: what a signal ended is started again too."""
    return code in (ExitCode.NOT_READY, ExitCode.LOCKED) or code > _SIGNALS


_SIGNALS = 128
"""What is added to a signal's number."""


class CannotRunError(BootError):
    """The server command exists but cannot be run."""

    code = ExitCode.CANNOT_RUN


class NotFoundError(BootError):
    """The server command does not exist."""

    code = ExitCode.NOT_FOUND


class Interrupted(SystemExit):
    """A signal asked the process to end. No ``Exception``: user code must not swallow it.

    A ``SystemExit``, because asyncio swallows any other one that is raised in a callback.
    """

    def __init__(self, signum: int) -> None:
        self.signum = signum
        self.exit_code = 128 + signum
        """As shells report it."""
        super().__init__(self.exit_code)
