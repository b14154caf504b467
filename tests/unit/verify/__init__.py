"""Units of ``bootctl.verify``."""
