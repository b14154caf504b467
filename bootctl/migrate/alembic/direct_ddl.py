"""DDL of a migration, sent to PostgreSQL as it is.

SQLAlchemy has asyncpg prepare each statement, execute it and, some time later, close it: for each of these
messages a long history waits a thousand times, and nothing of what is prepared is ever used again.
"""

from typing import Any

from bootctl.database.sqlalchemy_internals import executed_directly
from bootctl.database.transactions import takes_scripts


def executing_directly(_: Any, statement: str, parameters: Any, context: Any) -> bool:
    """Listen to SQLAlchemy's ``do_execute`` of an engine with asyncpg; return whether it is done.

    Of several statements in one text the server prepares none: that stays the error that it is.
    """
    if not context.isddl or parameters or ";" in statement:
        return False
    if not takes_scripts(context.root_connection):  # SQLAlchemy begins a transaction with the first
        return False
    executed_directly(context.root_connection, statement)
    return True
