"""Running a migration's code for what it prints, where it must do nothing else."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bootctl.database.state import Revision
from bootctl.errors import BootError, Interrupted, MigrationError
from bootctl.migrate.direct_connections import no_direct_connections
from bootctl.output.exits import children_ended
from bootctl.output.process_state import surroundings_kept
from bootctl.project.faults import at, describe, location


@contextmanager
def only_printing() -> Iterator[None]:
    """Let code inside neither connect by itself, nor start a program, nor change this process."""
    with ExitStack() as around:
        for part in (no_direct_connections, surroundings_kept, children_ended):
            around.enter_context(part())
        yield


@contextmanager
def printed_alone(revision: Revision, root: Path) -> Iterator[None]:
    """Do so, and raise a typed error where ``revision`` cannot be printed for what its code does."""
    try:
        with only_printing():
            yield
    except (BootError, Interrupted):
        raise
    except (Exception, SystemExit) as error:  # whatever a migration raises
        place = location(error, root)
        raise MigrationError(
            f"{revision} cannot be printed: {describe(error)}{at(place)}; nothing was executed",
            hint="Where its code asks the database, or does more than to execute statements, only "
            "applying it tells them: `bootctl migrate --plan` lists what is pending.",
            revision=revision.id,
            error=type(error).__name__,
            **place,
        ) from error
