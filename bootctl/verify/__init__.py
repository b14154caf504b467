"""Whether a schema is what the models say: it is read, compared, and the difference is judged."""

__all__ = [
    "compare",
    "compatible",
    "metadata",
    "policy",
    "scratch",
]
