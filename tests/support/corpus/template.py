"""A migrated database that is copied anew where a change could not be undone."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from tests.support.databases.fresh import Database


class Template:
    """A copy of a database, as it is now."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._copy = f"{database.name}_t"
        self.save()

    def save(self) -> None:
        """Keep the database as it is."""
        if self._database.kind == "sqlite":
            shutil.copy(self._database.name, self._copy)
        elif self._database.kind == "postgresql":
            self.drop()
            self._create(self._copy, self._database.name)
        else:
            self._dump.write_bytes(self._mariadb("mariadb-dump", "--routines", "--events"))

    def restore(self) -> None:
        """Make the database what it was."""
        if self._database.kind == "sqlite":
            shutil.copy(self._copy, self._database.name)
        elif self._database.kind == "postgresql":
            self._server(f"DROP DATABASE IF EXISTS {self._database.name} WITH (FORCE)")
            self._create(self._database.name, self._copy)
        else:
            self._server(f"DROP DATABASE IF EXISTS {self._database.name}")
            self._server(f"CREATE DATABASE {self._database.name}")
            self._mariadb("mariadb", stdin=self._dump.read_bytes())

    def drop(self) -> None:
        """Leave no copy."""
        if self._database.kind == "postgresql":
            self._server(f"DROP DATABASE IF EXISTS {self._copy} WITH (FORCE)")

    @property
    def _dump(self) -> Path:
        return self._folder / "dump.sql"

    def _create(self, name: str, template: str) -> None:
        self._server(f"CREATE DATABASE {name} TEMPLATE {template}")

    def _server(self, statement: str) -> None:
        name = "postgres" if self._database.kind == "postgresql" else "mysql"
        replace(self._database, name=name).execute(statement)

    def _mariadb(self, program: str, *options: str, stdin: bytes = b"") -> bytes:
        own = self._database
        command = [program, *options, "-h", own.host, "-P", str(own.port), "-u", own.user, own.name]
        return subprocess.run(command, check=True, capture_output=True, input=stdin).stdout
