"""What the project's own files say: which ORM, which databases, which models and migrations."""

__all__ = [
    "aerich",
    "alembic",
    "code",
    "detect",
    "environment",
    "faults",
    "places",
    "source_files",
    "tortoise",
]
