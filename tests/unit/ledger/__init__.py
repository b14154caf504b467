"""Units of ``bootctl.ledger``."""
