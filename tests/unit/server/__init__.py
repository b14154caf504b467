"""Units of ``bootctl.server``."""
