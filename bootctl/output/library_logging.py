"""Python's own ``logging``, which libraries and projects configure: led to one handler."""

import logging

# What Alembic and SQLAlchemy say at INFO is bookkeeping, and at DEBUG it is the user's data.
_QUIET = ("alembic.runtime.plugins", "alembic.runtime.setup", "alembic.autogenerate", "sqlalchemy")


def lead_to(handler: logging.Handler, *, debug: bool, alembic: int) -> None:
    """Have every logger of this process write to ``handler``, and only there.

    ``alembic`` is the level of Alembic's own records, unless ``debug`` has all that are not secret.
    """
    logging.disable(logging.NOTSET)
    root = logging.getLogger()
    for logger in [root, *logging.root.manager.loggerDict.values()]:
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.disabled = False
            logger.propagate = True
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.INFO if debug else alembic)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def message(record: logging.LogRecord) -> str:
    """Return what a record says; one whose arguments do not fit its format is still a record."""
    try:
        return record.getMessage().strip()
    except Exception:
        return str(record.msg).strip()
