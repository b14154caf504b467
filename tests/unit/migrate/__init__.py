"""Units of ``bootctl.migrate``."""
