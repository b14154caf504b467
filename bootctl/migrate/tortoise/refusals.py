"""What is said of a project without migrations, and of a database that is dirty."""

from bootctl.database.state import Difference, Direction
from bootctl.errors import BootError, DirtyError, DriftError
from bootctl.migrate.inspection import Inspection


def no_files(command: str, found: tuple[Difference, ...]) -> DriftError:
    """Return the error for a project without migration files."""
    return DriftError(
        f"schema drift: {', '.join(str(item) for item in found[:5])}; "
        "the project has no migration files",
        hint=f"Make the first migration, review and commit it: `{command}`, then `git add -A && "
        'git commit -m "First migration"`. Tables that generate_schemas() makes when the service '
        "starts never get what is added to their models later.",
        differences=[str(item) for item in found],
    )


def dirty(inspection: Inspection, path: str) -> BootError | None:
    """Return the error for the first database that is dirty, if there is one.

    ``path`` begins a command that must find the project's modules.
    """
    for database in inspection.databases:
        if database.direction is Direction.DIRTY and database.incomplete is None:
            revision = database.pending[0]
            app, _, name = revision.id.partition(".")
            return DirtyError(
                f"{database.url} is dirty: {database.reason}",
                hint=f"Compare it with {revision.path}. If all of it is in place, its data too, record it: "
                f"`{path}tortoise migrate {app} {name} --fake`, or {record(app, name)}. If not, "
                "finish it by hand and record it, or undo what there is of it; then start again. By name: "
                f"`bootctl resolve --forward {revision.id}` or `bootctl resolve --back {revision.id}`.",
                target=str(database.url),
                revision=revision.id,
                file=revision.path,
            )
    return None


def record(app: str, name: str) -> str:
    """Return the statement that records a migration as applied."""
    return (
        "INSERT INTO tortoise_migrations (app, name, applied_at) "
        f"VALUES ('{app}', '{name}', CURRENT_TIMESTAMP)"
    )


def deletion(app: str, name: str) -> str:
    """Return the statement after which a migration is not recorded."""
    return f"DELETE FROM tortoise_migrations WHERE app = '{app}' AND name = '{name}'"
