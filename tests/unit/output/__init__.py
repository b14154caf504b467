"""Units of ``bootctl.output``."""
