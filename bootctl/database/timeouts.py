"""The timeouts of the sessions that migrate, in each database's own terms."""

import math
import os

from bootctl.values import frozen


@frozen
class Timeouts:
    """Seconds that a statement may wait for a lock, and run; ``None``: as the database has it."""

    lock: float | None
    statement: float | None

    def __bool__(self) -> bool:
        return self.lock is not None or self.statement is not None

    @property
    def postgresql(self) -> dict[str, str]:
        """Return PostgreSQL's parameters. Given at the start of a session they are what RESET returns to."""
        seconds = {"lock_timeout": self.lock, "statement_timeout": self.statement}
        return {name: str(_milliseconds(item)) for name, item in seconds.items() if item}

    @property
    def busy(self) -> int | None:
        """Return SQLite's ``busy_timeout``, in milliseconds; ``None``: as it is."""
        return _milliseconds(self.lock) if self.lock else None

    def libpq(self, own: str | None) -> str:
        """Return what libpq takes as ``options``: ``own``, or those of the environment, and these."""
        words = [own or os.environ.get("PGOPTIONS", "")]
        words += [f"-c {name}={value}" for name, value in self.postgresql.items()]
        return " ".join(words).strip()

    def command(self, database: str) -> str:
        """Return the command that sets them in a session of ``database``; empty where there is none."""
        commands = {"postgresql": self._set_config, "sqlite": self._pragma}
        return commands.get(database, self._set_session)()

    def _set_config(self) -> str:
        calls = (f"set_config('{name}', '{item}', false)" for name, item in self.postgresql.items())
        return f"SELECT {', '.join(calls)}" if self.postgresql else ""

    def _pragma(self) -> str:
        return f"PRAGMA busy_timeout = {self.busy}" if self.busy else ""

    def _set_session(self) -> str:
        """Either server skips what the other one executes of the comments.

        https://mariadb.com/kb/en/comment-syntax/
        """
        variables = []
        if self.lock:
            seconds = math.ceil(self.lock)
            variables += [f"lock_wait_timeout = {seconds}", f"innodb_lock_wait_timeout = {seconds}"]
        if self.statement:
            milliseconds = _milliseconds(self.statement)
            variables.append(
                f"/*M!100100 max_statement_time = {milliseconds / 1000} */ "
                f"/*!50708 max_execution_time = {milliseconds} */"
            )
        return f"SET SESSION {', '.join(variables)}" if variables else ""


def _milliseconds(seconds: float) -> int:
    return math.ceil(seconds * 1000)
