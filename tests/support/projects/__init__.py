"""Projects as users have them: Alembic, Aerich, Tortoise, robyn-config."""
