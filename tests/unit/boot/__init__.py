"""Units of ``bootctl.boot``."""
