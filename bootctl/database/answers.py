"""Whether an error of a driver is what the database itself has said of a statement."""

from bootctl.database.causes import chain
from bootctl.database.driver_errors import classify, sqlstate


def is_answer(error: BaseException) -> bool:
    """Return whether PostgreSQL or SQLite has refused a whole statement with ``error``, and the session goes on.

    SQLite keeps rows of one that fails by a constraint, where that says ``ON CONFLICT FAIL``:
    https://sqlite.org/lang_conflict.html.
    """
    if (failure := classify(error)) is not None and failure.is_absence:
        return False
    names = (getattr(cause, "sqlite_errorname", "") for cause in chain(error))
    return any(map(_WHOLE_OF_SQLITE.__contains__, names)) or sqlstate(error) is not None


_WHOLE_OF_SQLITE = frozenset(("SQLITE_ERROR", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_READONLY"))
