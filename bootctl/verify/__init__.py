"""Whether a schema is what the models say: it is read, compared, and the difference is judged."""

__all__ = [
    "baseline",
    "built",
    "catalog",
    "column_comparison",
    "compare",
    "compatible",
    "differences",
    "keys",
    "layers",
    "live",
    "lock_file",
    "models",
    "other_tables",
    "policy",
    "record",
    "scratch",
    "scratch_databases",
    "scratch_files",
    "strict_comparison",
]
