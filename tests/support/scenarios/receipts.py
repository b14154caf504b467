"""Projects whose database a variable names, booted again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import Kit, Project

RECEIPTS = "SELECT revision, checksum, statements FROM bootctl_ledger WHERE scope = 'receipt:'"
TOP = """\
import os
import sys
with open({ran!r}, "a") as ran:
    ran.write("x")
{more}
"""


@dataclass(frozen=True)
class Booted:
    """A project, its database, and how it is booted."""

    project: Project
    database: Database
    url: str
    ran: Path
    """A file that the project's code makes longer whenever it runs."""
    program: Callable[..., Result] = bootctl

    def run(self, *words: str, **variables: str) -> Result:
        """``bootctl run``, which becomes a program that does nothing."""
        env = {"DATABASE_URL": self.url, **variables}
        return self.program("run", *words, "--", "true", cwd=self.project.root, env=env)

    def check(self, **variables: str) -> Result:
        """``bootctl check``, which is never cached."""
        env = {"DATABASE_URL": self.url, **variables}
        return self.program("check", cwd=self.project.root, env=env)

    def times(self) -> int:
        """How often the project's code ran."""
        return len(self.ran.read_text()) if self.ran.exists() else 0

    def receipts(self) -> list[tuple[str, str, str]]:
        """The receipts in the database."""
        return [(str(a), str(b), str(c)) for a, b, c in self.database.execute(RECEIPTS)]


def booted(kit: Kit, database: Database, tmp_path: Path, more: str = "") -> Booted:
    """The smallest whole project; ``more`` is a part of the code that runs first."""
    url, ran = kit.url(database), tmp_path / "ran"
    project = kit.project(tmp_path / "project", url)
    top = TOP.format(ran=str(ran), more=more)
    project.configure(top=top, connection='os.environ["DATABASE_URL"]')
    return Booted(project, database, url, ran)


def is_cached(result: Result) -> bool:
    """Whether the boot found its receipt. It must have become the server."""
    assert result.code == 0, result.stderr
    cached, full = result.events("verify.cached"), result.events("verify.full")
    assert len(cached) + len(full) == 1
    return bool(cached)
