"""What a database refuses, and the codes by which its server or driver says so.

Sources: PostgreSQL's appendix A (SQLSTATE), MariaDB's error code reference, SQLite's result codes.
"""

from bootctl.values import frozen


@frozen
class Failure:
    """A driver's error, named. ``refused``: waiting does not heal it."""

    kind: str
    refused: bool

    @property
    def is_lock_timeout(self) -> bool:
        """Return whether nothing but a lock was not had in time."""
        return self == LOCK_TIMEOUT

    @property
    def is_pooler(self) -> bool:
        """Return whether a pooler has lent another session of the server than before."""
        return self == POOLED

    @property
    def is_absence(self) -> bool:
        """Return whether the database cannot be reached, whatever it was asked."""
        return self in (STARTING, TOO_MANY, LOST, UNREACHABLE)


CREDENTIALS = Failure("credentials", True)
UNKNOWN_DATABASE = Failure("unknown database", True)
PERMISSION = Failure("permission", True)
NOT_ALLOWED = ("permission", "read-only")
"""The kinds of what a role, or a server that only reads, may not do, and another one may."""
STARTING = Failure("starting", False)
TOO_MANY = Failure("too many connections", False)
LOST = Failure("connection lost", False)
UNREACHABLE = Failure("refused connection", False)
READ_ONLY = Failure("read-only", True)
DISK_FULL = Failure("disk full", False)
RESOURCES = Failure("resources", False)
DEADLOCK = Failure("deadlock", False)
POOLED = Failure("pooler", False)
"""A statement that was prepared is not there, or another's is: it was in another session."""
LOCK_TIMEOUT = Failure("lock timeout", False)
STATEMENT_TIMEOUT = Failure("statement timeout", False)

SQLSTATES = {
    "28P01": CREDENTIALS,
    "28000": CREDENTIALS,
    "3D000": UNKNOWN_DATABASE,
    "42501": PERMISSION,
    "25006": READ_ONLY,
    "26000": POOLED,
    "42P05": POOLED,
    "40P01": DEADLOCK,
    "53000": RESOURCES,
    "53100": DISK_FULL,
    "53200": RESOURCES,
    "53400": RESOURCES,  # temp_file_limit
    "55P03": LOCK_TIMEOUT,
    # Either statement_timeout or whoever may cancel it: the code is the same.
    "57014": Failure("canceled", False),
    "57P03": STARTING,
    "53300": TOO_MANY,
    "57P01": LOST,
    "57P02": LOST,
    "08000": LOST,
    "08003": LOST,
    "08006": LOST,
    "08001": UNREACHABLE,
    "08004": UNREACHABLE,
}

MYSQL_NUMBERS = {
    1045: CREDENTIALS,
    1698: CREDENTIALS,
    1044: PERMISSION,
    1142: PERMISSION,
    1227: PERMISSION,
    1130: Failure("host not allowed", True),
    1049: UNKNOWN_DATABASE,
    1290: READ_ONLY,
    1792: READ_ONLY,
    1205: LOCK_TIMEOUT,
    1213: DEADLOCK,
    3572: LOCK_TIMEOUT,  # of NOWAIT
    1969: STATEMENT_TIMEOUT,
    3024: STATEMENT_TIMEOUT,
    1040: TOO_MANY,
    1203: TOO_MANY,
    1226: TOO_MANY,
    1037: RESOURCES,
    1041: RESOURCES,
    1206: RESOURCES,  # of locks
    1021: DISK_FULL,
    1114: DISK_FULL,
    1053: STARTING,
    2002: UNREACHABLE,
    2003: UNREACHABLE,
    2006: LOST,
    2013: LOST,
    1927: LOST,  # killed
}

LIBPQ = {
    "too many": TOO_MANY,
    "connection slots": TOO_MANY,
    "authentication": CREDENTIALS,
    "no password supplied": CREDENTIALS,
    "out of shared memory": RESOURCES,
    "out of memory": RESOURCES,
    "the database system": STARTING,  # or shutting down, or in recovery
    "FATAL": Failure("refused", True),
    "could not connect": UNREACHABLE,
    "connection to server": UNREACHABLE,
}
"""What libpq's texts mean, by what they contain; the first that fits.

It has no code for what the server answers to a login, nor where it could not connect.
"""

SQLITE_NAMES = {
    "SQLITE_FULL": DISK_FULL,
    "SQLITE_IOERR_SHMSIZE": DISK_FULL,
    "SQLITE_IOERR": Failure("disk error", False),
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": Failure("cannot open the file", True),
    "SQLITE_PERM": PERMISSION,
    "SQLITE_AUTH": PERMISSION,
    "SQLITE_NOTADB": Failure("not a database", True),
    "SQLITE_BUSY": Failure("locked", False),
}
