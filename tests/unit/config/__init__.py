"""Units of ``bootctl.config``."""
