"""What SQLAlchemy asks a server about itself, for a dialect that several engines have.

The first of them that connects asks, and the others do not wait for the answer: where it is slow, and
another attempt is made meanwhile on another thread, that one would go on with half of it.
"""

from sqlalchemy import Connection, Dialect, Engine

_connecting: list[Dialect] = []
"""Those that an engine connects with now: more than once where several do."""


def connect(engine: Engine) -> Connection:
    """Connect, with a dialect that knows all that it has to know of the server.

    Raises what connecting raises.
    """
    dialect = engine.dialect
    is_alone = dialect not in _connecting
    _connecting.append(dialect)
    try:
        connection = engine.connect()
        is_alone = is_alone and _connecting.count(dialect) == 1
    finally:
        _connecting.remove(dialect)
    if not is_alone:
        try:
            dialect.initialize(connection)
            connection.rollback()
        except BaseException:
            connection.close()
            raise
    return connection
