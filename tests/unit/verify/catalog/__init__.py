"""Units of ``bootctl.verify.catalog``."""
