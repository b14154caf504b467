"""Units of ``bootctl.project``."""
