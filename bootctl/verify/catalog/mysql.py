"""The catalog of a database of MySQL or MariaDB."""

from sqlalchemy import Connection

from bootctl.verify.catalog.objects import Catalog


def read(connection: Connection, schemas: tuple[str, ...]) -> Catalog:
    """See ``bootctl.verify.catalog.read.read``."""
    raise NotImplementedError
