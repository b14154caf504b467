"""What a set of migration files is to the pipeline, whoever applies it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol

from bootctl.database.state import Difference, History, Revision
from bootctl.errors import BootError
from bootctl.migrate.inspection import Inspection, Unrecorded
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bootctl.migrate.tortoise_common.connection import Live


class IrreversibleError(Exception):
    """A migration cannot be undone; nothing of it was."""


@frozen
class Step:
    """One migration file, as its tool knows it."""

    revision: Revision
    app: str
    connection: str
    """The app's own."""
    key: str
    """The file as the version table has it."""
    atomic: bool
    """Whether it may run in a transaction."""


@frozen
class Printed:
    """What applying a migration would execute."""

    statements: list[str]
    record: str
    """The statement that records it."""
    complete: bool
    """Whether the statements are all it does."""


class Migrations(Protocol):
    """What Aerich's and Tortoise's own migrations do differently."""

    name: str
    table: str
    """The version table."""
    begins_anyway: bool
    """Whether a file runs in a transaction even where DDL commits it."""
    makes_table: bool
    """Whether the first file makes the version table."""
    steps: tuple[Step, ...]
    """The migrations in the code, in the order of their application."""

    def history(self) -> History:
        """Return the same, as the pipeline has it."""

    def id(self, app: str, key: str) -> str:
        """Return the revision that a row of the version table stands for."""

    def recorded_in(self, app: str) -> str:
        """Return the connection whose version table has the rows of ``app``."""

    def rows(self, connection: "Connection") -> list[tuple[str, str]]:
        """Return every row of the version table, oldest first: app and key."""

    async def prepare(self, client: Any) -> None:
        """Make the version table, where the migrations themselves do not."""

    async def apply(
        self, step: Step, client: Any, recording: AbstractAsyncContextManager[Any]
    ) -> None:
        """Apply ``step`` with Tortoise's ``client``, and record it inside ``recording``.

        That gives the client to record it with, and is entered once.
        """

    async def sql(self, step: Step, client: Any) -> Printed:
        """Return what ``apply`` would execute; no connection executes anything meanwhile."""

    def record(self, step: Step, client: Any) -> str:
        """Return the statement that records ``step``."""

    def table_sql(self, client: Any) -> str:
        """Return the statement that makes the version table, if it is not there."""

    async def undo(self, step: Step, client: Any) -> list[str]:
        """Return what a downgrade of ``step`` would execute; no connection executes anything meanwhile.

        Raises where there is none, or where it cannot be told.
        """

    def irreversible(self, step: Step) -> str:
        """Return why ``step`` cannot be undone; empty where it may be."""

    async def revert(self, step: Step, live: "Live") -> None:
        """Undo ``step``, which was applied last, as its tool does, and record that.

        Raises ``IrreversibleError`` where there is nothing that would undo it.
        """

    def forget(self, app: str, key: str) -> str:
        """Return the statement that removes a row of the version table."""

    async def unrecorded(
        self, live: "Live", rows: Mapping[str, list[str]], first: Revision
    ) -> Unrecorded | None:
        """Return why ``live`` is dirty: what it has of ``first``, the first that is pending."""

    async def unmigrated(self) -> tuple[Difference, ...] | None:
        """Return what the models have and the files have not, or the reverse; ``None``: they do not say."""

    def accepts(self, live: "Live", difference: Difference) -> bool:
        """Return whether the tool's own files lead to ``difference``, so that it is no drift."""

    def refusal(self, inspection: Inspection, found: tuple[Difference, ...]) -> BootError | None:
        """Return the backend's own refusal: see ``bootctl.migrate.protocol.Backend``."""

    def new_migration(self, message: str, apps: Sequence[str]) -> str:
        """Return the command that makes a migration of what the models have and the database lacks."""
