"""Alembic's environment: the service's own engine and tables."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from app.infrastructure.database import Base, engine


def migrate(connection: Connection) -> None:
    """Run what Alembic asks for on ``connection``."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Connect, and migrate."""
    async with engine().connect() as connection:
        await connection.run_sync(migrate)
    await engine().dispose()


asyncio.run(main())
