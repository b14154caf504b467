"""What every room knows of a database: its URL, a session, its state, and what its errors mean."""

__all__ = [
    "driver_errors",
    "engine_timeouts",
    "fingerprint",
    "invalid_indexes",
    "migration_target",
    "secret_names",
    "session",
    "session_settings",
    "sqlalchemy_internals",
    "sqlite_file",
    "state",
    "statement_count",
    "timeouts",
    "transactions",
    "url",
]
