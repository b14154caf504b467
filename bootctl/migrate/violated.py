"""Which constraint rows do not keep, as the server says it when it refuses a migration."""

from bootctl.database import causes, driver_errors

_UNIQUE, _NOT_NULL = "a UNIQUE constraint", "a NOT NULL constraint"
_CHECK, _FOREIGN_KEY = "a CHECK constraint", "a foreign key"

_SQLSTATES = {
    "23502": _NOT_NULL,
    "23503": _FOREIGN_KEY,
    "23505": _UNIQUE,
    "23514": _CHECK,
    "23P01": "an exclusion constraint",
}
"""PostgreSQL's; its class 23 has nothing else that rows are refused for."""
_NUMBERS = {
    1048: _NOT_NULL,
    1138: _NOT_NULL,  # of ALTER TABLE
    1265: "the type of a column, or its NOT NULL",  # MariaDB's ALTER TABLE has no other for NULLs
    1062: _UNIQUE,
    1586: _UNIQUE,
    1216: _FOREIGN_KEY,
    1217: _FOREIGN_KEY,
    1451: _FOREIGN_KEY,
    1452: _FOREIGN_KEY,
    3819: _CHECK,
    4025: _CHECK,  # MariaDB
}
_SQLITE_NAMES = {
    "SQLITE_CONSTRAINT_NOTNULL": _NOT_NULL,
    "SQLITE_CONSTRAINT_FOREIGNKEY": _FOREIGN_KEY,
    "SQLITE_CONSTRAINT_UNIQUE": _UNIQUE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": _UNIQUE,
    "SQLITE_CONSTRAINT_CHECK": _CHECK,
}


def violated(error: BaseException) -> str:
    """Return the kind of constraint for which ``error`` refuses rows; empty where it is about nothing of it."""
    for number in driver_errors.mysql_numbers(error):
        if number in _NUMBERS:
            return _NUMBERS[number]
    names = (getattr(item, "sqlite_errorname", "") for item in causes.chain(error))
    by_name = next((_SQLITE_NAMES[name] for name in names if name in _SQLITE_NAMES), "")
    return by_name or _SQLSTATES.get(driver_errors.sqlstate(error) or "", "")
