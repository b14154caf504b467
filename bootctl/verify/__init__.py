"""Whether a schema is what the models say: it is read, compared, and the difference is judged."""

__all__ = [
    "catalog",
    "compare",
    "compatible",
    "lock_file",
    "metadata",
    "policy",
    "record",
    "scratch",
    "scratch_databases",
    "scratch_files",
]
