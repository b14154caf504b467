"""Units of ``bootctl.migrate.risk``."""
