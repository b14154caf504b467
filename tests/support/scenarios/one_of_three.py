"""A project whose database is one migration of three at head, and what becomes of it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.processes.watched import Running
from tests.support.projects.kits import Kit
from tests.support.projects.steps import Change, Sql, Step

NICKNAME = Sql("ALTER TABLE users ADD nickname VARCHAR(20)")


@dataclass(frozen=True)
class Behind:
    """Users at ``a1``; ``a2`` adds their name, and ``a3`` their nickname, each after other steps.

    ``database`` is as the one sees it who may do everything.
    """

    root: Path
    kit: Kit
    database: Database
    before: str
    """What the database holds."""

    def connect(self, database: Database) -> None:
        """Let the project's code name this one."""
        self.kit.project(self.root, database).models("name", "nickname")

    def migrate(self, **env: str) -> Result:
        """``bootctl migrate``, to its end; ``env`` are settings such as ``lock__timeout``."""
        return bootctl("migrate", cwd=self.root, env=_names(env))

    def running(self, env: dict[str, str] | None = None, **more: str) -> Running:
        """``bootctl migrate``, while it runs, with these variables and settings."""
        return Running(self.root, {**(env or {}), **_names(more)})

    def assert_kept(self, *stayed: str) -> None:
        """The database holds what it did; and these migrations where it cannot roll back."""
        if self.database.kind != "mariadb":
            assert contents(self.database) == self.before
            return
        own = {"BOOTCTL__DATABASE__URL": self.kit.url(self.database)}
        result = bootctl("status", "--json", cwd=self.root, env=own)
        applied = json.loads(result.stdout)["applied"]
        assert applied == [self.kit.revision(name) for name in ("a1", *stayed)]
        self._assert_columns("id", "email", *(["name"] if "a2" in stayed else []))

    def assert_heals(self) -> None:
        """The next boot ends at head, and the one after has nothing to do."""
        first, second = self.migrate(), self.migrate()
        for result in (first, second):
            assert result.code == 0, result.stderr
            assert result.events("verify.clean")
        assert not second.events("lock.acquired")
        self._assert_columns("id", "email", "name", "nickname")
        rows = self.database.execute(f"SELECT * FROM {self.kit.ledger}")
        assert len(rows) == (1 if self.kit.ledger == "alembic_version" else 3)

    def _assert_columns(self, *names: str) -> None:
        with self.database.session() as cursor:
            cursor.execute("SELECT * FROM users")
            assert [column[0] for column in cursor.description] == list(names)


def behind(
    root: Path,
    kit: Kit,
    database: Database,
    *,
    a2: Sequence[Step] = (),
    a3: Sequence[Step] = (),
) -> Behind:
    """Make it, with these other steps."""
    project = kit.project(root, database)
    result = bootctl("migrate", cwd=root)
    assert result.code == 0, result.stderr
    project.migration("a2", "a1", *a2, Change.ADD_NAME)
    project.migration("a3", "a2", *a3, NICKNAME)
    project.models("name", "nickname")
    return Behind(root, kit, database, contents(database))


def contents(database: Database) -> str:
    """What it holds, but for how far sequences are: a server that ends at once skips some numbers."""
    return re.sub(r"(?m)^SELECT pg_catalog.setval.*$", "", database.dump())


def _names(settings: dict[str, str]) -> dict[str, str]:
    return {f"BOOTCTL__{name.upper()}": value for name, value in settings.items()}
