"""bootctl's side table: which files were applied, what a migration did, what leads out of half of one."""

__all__ = [
    "access",
    "autogenerate",
    "catalogs",
    "executed",
    "half_applied",
    "incomplete",
    "journal",
    "ledger",
    "leftovers",
    "named",
    "planned",
    "receipts",
    "recovery",
    "resuming",
    "statements",
    "table",
    "wording",
]
