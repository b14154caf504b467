"""The pipeline, from settings to exec: the only room that knows the order of the stages."""

__all__ = [
    "doctor",
    "find_orm",
    "looks",
    "pipeline",
    "receipts",
    "resolve",
    "scratch",
    "tenants",
]
