"""The parts of Tortoise's own migrations that are not public, and why no public one serves.

Tried with Tortoise ORM 1.1.0 to 1.1.9.
"""

from typing import TYPE_CHECKING, Any

from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from tortoise.migrations.executor import MigrationExecutor


class Recorder(MigrationRecorder):
    """Tortoise's own, whose placeholders psycopg does not know."""

    def _placeholder(self, pos: int) -> str:
        psycopg = "psycopg" in type(self.connection).__module__
        return "%s" if psycopg else super()._placeholder(pos)


def schema_editor(executor: "MigrationExecutor", **options: bool) -> Any:
    """Return what executes a migration's operations, or collects their SQL.

    ``migrate()`` makes one for itself, and records after its transaction.
    """
    return executor._schema_editor(**options)


async def state_after(executor: "MigrationExecutor", applied: set[MigrationKey]) -> Any:
    """Return the models as the ``applied`` migrations leave them. Nothing public computes them."""
    return await executor._project_state(applied)


def version_table_sql(editor: Any) -> str:
    """Return the statement that makes Tortoise's version table, which ``--sql`` does not print."""
    recorder = MigrationRecorder(editor.client)
    statement: str = editor._get_model_sql_data(recorder.model).table_sql
    return statement.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)
