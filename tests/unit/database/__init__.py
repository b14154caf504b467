"""Units of ``bootctl.database``."""
