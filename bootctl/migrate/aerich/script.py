"""The statements that a migration's ``upgrade()`` returns."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import dedent
from typing import Any

from bootctl.database import causes
from bootctl.errors import BootError, MigrationError
from bootctl.migrate.tortoise_common.dry_run import Executes
from bootctl.project.aerich.files import File

_COMMENT = re.compile(r"--[^\n]*")


class ScriptError(Exception):
    """A statement of a script failed. ``orig`` is the database's error, ``place`` file and line."""

    def __init__(self, error: Exception, statement: str, place: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.orig = error
        self.statement = statement
        self.place = place


@contextmanager
def checked(client: Any, file: File, path: str) -> Iterator[None]:
    """Let ``client`` execute only statements, and say where in the file one fails."""
    original = client.execute_script

    async def execute_script(script: Any) -> None:
        if not isinstance(script, str):
            line = file.module.upgrade.__code__.co_firstlineno
            raise MigrationError(
                f"migration {file.path.name} failed: its upgrade() returned "
                f"{type(script).__name__}, not statements ({path}:{line})",
                hint="Return the SQL as a string, an empty one for none.",
                revision=file.path.name,
                file=path,
                line=line,
            )
        if not _COMMENT.sub("", script).strip(" \n\t;"):  # drivers call an empty query an error
            return
        try:
            await original(script)
        except BootError:
            raise
        except Exception as error:
            statement, line = _failing(error, script, file)
            raise ScriptError(error, statement, {"file": path, "line": line}) from error

    client.execute_script = execute_script
    try:
        yield
    finally:
        del client.execute_script


async def printed(file: File, client: Any) -> list[str] | None:
    """Return what ``upgrade()`` returns; ``None`` where it executes statements itself."""
    try:
        script = await file.module.upgrade(client)
    except Executes:
        return None
    return [dedent(f"        {script.strip()}").strip()] if isinstance(script, str) else []


def _failing(error: Exception, script: str, file: File) -> tuple[str, int]:
    """Return the statement that failed, and its line in the file, as nearly as the database says."""
    offset = _offset(error, script)
    start = script.rfind(";", 0, offset) + 1 if offset else 0
    end = script.find(";", offset or 0)
    statement = script[start : end if offset is not None and end >= 0 else None]
    source = file.path.read_text(errors="replace")
    begins = source.find(script)
    if begins < 0:  # it is computed
        return statement, int(file.module.upgrade.__code__.co_firstlineno)
    where = offset if offset is not None else len(script) - len(script.lstrip())
    return statement, source.count("\n", 0, begins + where) + 1


def _offset(error: Exception, script: str) -> int | None:
    for cause in causes.chain(error):
        statement = getattr(cause, "statement", None)
        if isinstance(statement, str) and statement.strip() in script:
            return script.index(statement.strip())
        position = getattr(cause, "position", None) or getattr(
            getattr(cause, "diag", None), "statement_position", None
        )
        if position:
            return int(position) - 1
    return None
