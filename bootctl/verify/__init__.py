"""Whether a schema is what the models say: it is read, compared, and the difference is judged."""

__all__ = [
    "baseline",
    "built",
    "catalog",
    "compare",
    "compatible",
    "filters",
    "layers",
    "live",
    "lock_file",
    "metadata",
    "models",
    "policy",
    "record",
    "scratch",
    "scratch_databases",
    "scratch_files",
]
