"""What the project's own files say: which ORM, which databases, which models and migrations."""

__all__ = [
    "aerich",
    "alembic",
    "code",
    "detect",
    "downgrades",
    "environment",
    "faults",
    "late_patterns",
    "places",
    "revision_names",
    "source_files",
    "syntax",
    "tortoise",
    "unimported",
]
