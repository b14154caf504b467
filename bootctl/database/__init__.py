"""What every room knows of a database: its URL, a session, its state, and what its errors mean."""

__all__ = [
    "connecting",
    "connector",
    "driver_errors",
    "engine_timeouts",
    "fingerprint",
    "hosts",
    "invalid_indexes",
    "migration_target",
    "postgresql_options",
    "secret_names",
    "session",
    "session_limits",
    "session_settings",
    "sqlalchemy_internals",
    "sqlite_file",
    "state",
    "statement_count",
    "timeouts",
    "transactions",
    "url",
]
