"""Tortoise's own migrations, since 1.0: its files, applied by its own schema editor."""
