"""One log, loguru's: what libraries log the standard way goes into it as well."""

import logging
import sys
from typing import TYPE_CHECKING

from loguru import logger

from app.config import ROOT, settings

from .middlewares.tracing import request_id

if TYPE_CHECKING:
    from loguru import Record

_CHATTY = (
    "aiosqlite",
    "alembic",
    "sqlalchemy.engine",
    "tortoise.db_client",
    "robyn",
    "actix_server",
)
"""Log every statement, or every route; they may where ``SETTINGS__DEBUG`` is true."""


def configure() -> None:
    """Write to standard error, and to a file that is rotated and compressed."""
    known = settings.logging
    logger.remove()
    logger.configure(patcher=_name_request)
    # Without ``diagnose``: it writes the values of variables, and some are secrets.
    logger.add(sys.stderr, level=known.level, format=known.format, diagnose=False)
    if known.file:
        logger.add(
            ROOT / known.file,
            level=known.level,
            format=known.format,
            rotation=known.rotation,
            retention=known.retention,
            compression=known.compression,
            diagnose=False,
        )
    _take_over_standard_logging()


class _ToLoguru(logging.Handler):
    """Hands the records of the standard library's logging on."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log ``record`` at the same level."""
        level = record.levelname if record.levelname in _LEVELS else record.levelno
        logger.opt(exception=record.exc_info).log(level, record.getMessage())


_LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}


def _take_over_standard_logging() -> None:
    logging.basicConfig(handlers=[_ToLoguru()], level=_level(), force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(_level() if settings.debug else logging.WARNING)


def _level() -> int:
    return logging.DEBUG if settings.debug else logging.INFO


def _name_request(record: "Record") -> None:
    record["extra"]["request_id"] = request_id()
