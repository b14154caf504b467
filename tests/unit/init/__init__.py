"""Units of ``bootctl.init``."""
