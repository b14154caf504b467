"""Alembic: its configuration, its migration files, and what is wrong with them."""
