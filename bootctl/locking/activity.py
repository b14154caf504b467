"""What the session does that migrates, and who it waits for, asked of the server."""

from dataclasses import replace

from sqlalchemy import Connection

from bootctl.database.activity import Activity
from bootctl.database.activity import activity as of_session
from bootctl.database.migration_target import Writer
from bootctl.locking.blockers import blockers

_ANSWER_SECONDS = 5.0


def activity(writer: Writer) -> Activity | None:
    """Return it; ``None`` where no session migrates. Raises what the driver raises."""

    def read(connection: Connection) -> Activity | None:
        pid = writer.pid(connection)
        found = None if pid is None else of_session(connection, pid)
        if pid is None or found is None:
            return None
        return replace(found, blockers=tuple(map(str, blockers(connection, pid))))

    return writer.observer.run(read, timeout=_ANSWER_SECONDS)
