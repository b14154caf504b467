"""Databases that ``aerich init-db`` wrote from containers, whose migration files ended with them.

Each deployment finds no file, records the models of that day as applied, and alters no table.
"""

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.processes.spawned import Result
from tests.support.projects.tortoise import AerichProject, aerich_project

# What a verdict says to do: to make the file that a row stands for, or to rename the row.
ADOPT = re.compile(
    r"(?:In the code that was deployed when (?P<row>\S+) was written, make|Make) its file: "
    r"`(?P<make>[^`]+)`, rename what it writes to (?P<path>\S+), commit it as the only one"
    r"(?:; delete the other rows: (?P<delete>DELETE [^)]+\)))?"
    r"(?:; then `(?P<migrate>[^`]+)`)?"
)
UPDATE = re.compile(r"adopt the row: (?:(?P<delete>DELETE [^)]+\)); )?(?P<update>UPDATE .+)\.$")


POSTS = """

class Post(Model):
    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=100, db_index=True)

    class Meta:
        table = "posts"
"""


@dataclass(frozen=True)
class Service:
    """A project that has no migration files in its repository, and its database."""

    project: AerichProject
    database: Database

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.project.root

    def aerich(self, *arguments: str) -> None:
        """Run ``aerich``, which says that all is well."""
        done = run("aerich", *arguments, cwd=self.root)
        assert done.code == 0, done.stdout + done.stderr

    def without_files(self) -> None:
        """Be the next container."""
        shutil.rmtree(self.root / "migrations", ignore_errors=True)

    def deploy(self) -> None:
        """Start a container as these projects' own entrypoints do."""
        self.without_files()
        for command in ("init-db", "upgrade", "migrate"):
            self.aerich(command)

    def bootctl(self, *arguments: str) -> Result:
        """Run ``bootctl``, which leaves the database as it is where it fails."""
        before = self.database.dump()
        result = run("bootctl", *arguments, cwd=self.root)
        assert result.code == 0 or self.database.dump() == before
        return result

    def status(self) -> tuple[object, ...]:
        """Where the database stands, and what is applied, pending and unknown."""
        document = json.loads(self.bootctl("status", "--json").stdout)
        return tuple(document[key] for key in ("direction", "applied", "pending", "unknown"))

    def refused(self, code: int) -> str:
        """Be refused to start with ``code``; the hint."""
        result = self.bootctl("run", "--", "true")
        assert result.code == code, result.stderr
        assert not result.events("exec")
        return str(result.verdict["hint"])

    def boots(self) -> None:
        """Start."""
        result = self.bootctl("run", "--", "true")
        assert result.code == 0, result.stderr
        assert result.events("verify.clean")

    def adopt(self, hint: str) -> None:
        """Follow ``hint`` to the letter, in the code of the first deployment where it says so."""
        says = ADOPT.search(hint)
        assert says, hint
        models = self.root / "models.py"
        now = models.read_text()
        if says["row"]:
            self.project.models()
        self.without_files()
        self.aerich(*_arguments(says["make"]))
        [made] = self.root.glob("migrations/*/*.py")
        made.rename(self.root / says["path"])
        models.write_text(now)
        if says["delete"]:
            self.database.execute(says["delete"])
        if says["migrate"]:
            self.aerich(*_arguments(says["migrate"]))


def _arguments(command: str) -> list[str]:
    program, *arguments = shlex.split(command)
    assert program == "aerich"
    return arguments


def undeployed(root: Path, database: Database) -> Service:
    """A service that was never deployed."""
    service = Service(aerich_project(root, database.tortoise_url), database)
    service.without_files()
    return service


def deployed_twice(service: Service) -> None:
    """Deploy models, and then again with a column and a table more: the column is lost."""
    service.deploy()
    service.project.models("name")
    with (service.root / "models.py").open("a") as models:
        models.write(POSTS)
    service.deploy()


@pytest.fixture
def service(tmp_path: Path, database: Database) -> Service:
    """A service that was never deployed, with each database in turn."""
    return undeployed(tmp_path / "app", database)


@pytest.fixture(params=["with the last file", "without a file"])
def lossy(request: pytest.FixtureRequest, service: Service) -> Service:
    """A service whose second deployment lost the column that it added."""
    deployed_twice(service)
    if request.param == "without a file":
        service.without_files()
    return service


def test_a_column_that_was_never_added_stops_the_boot(lossy: Service) -> None:
    hint = lossy.refused(20)
    assert "aerich init-db" in hint
    result = lossy.bootctl("check")
    assert result.code == 20
    assert result.verdict["differences"] == ["missing column users.name (VARCHAR(50))"]
    assert "missing column users.name" in result.stdout
    assert "missing column users.name" in result.verdict["message"]
    assert "aerich init-db" in result.verdict["message"]


def test_the_way_out_of_it_adds_the_column(lossy: Service) -> None:
    lossy.adopt(lossy.refused(20))
    lossy.boots()
    assert lossy.database.execute("SELECT name FROM users") == []


def test_an_empty_database_waits_for_the_first_file(service: Service) -> None:
    result = service.bootctl("run", "--", "true")
    assert result.code == 20, result.stderr
    assert result.verdict["differences"] == ["missing table users"]
    assert "the project has no migration files" in result.verdict["message"]
    assert "aerich init-db" in result.verdict["hint"]

    [command] = re.findall("`(aerich init-migrations)`", result.verdict["hint"])
    service.aerich(*_arguments(command))
    service.boots()


@pytest.mark.parametrize("deployments", [1, 2])
def test_a_database_without_drift_lacks_only_a_file(service: Service, deployments: int) -> None:
    for _ in range(deployments):
        service.deploy()
    service.without_files()
    hint = service.refused(20)
    assert ("DELETE" in hint) == (deployments > 1)
    service.adopt(hint)
    service.boots()


def test_without_drift_the_rows_of_lost_files_stop_the_boot(service: Service) -> None:
    service.deploy()
    service.deploy()
    service.adopt(service.refused(15))
    service.boots()


@pytest.mark.parametrize("deployments", [1, 2])
def test_files_that_were_made_after_the_database(service: Service, deployments: int) -> None:
    for _ in range(deployments):
        service.deploy()
    service.without_files()
    service.aerich("init-migrations")
    [made] = service.root.glob("migrations/*/*.py")
    made.rename(made.with_name("0_20990101000000_init.py"))
    hint = service.refused(15)
    says = UPDATE.search(hint)
    assert says, hint
    for statement in filter(None, says.groups()):
        service.database.execute(statement)
    service.boots()


def test_the_new_files_are_deployed_before_the_rows_are_deleted(
    tmp_path: Path, sqlite: Database
) -> None:
    service = undeployed(tmp_path / "app", sqlite)
    deployed_twice(service)
    sqlite.execute("CREATE TABLE put_aside AS SELECT * FROM aerich")
    hint = service.refused(20)
    service.adopt(hint)
    sqlite.execute("DELETE FROM aerich")
    sqlite.execute("INSERT INTO aerich SELECT * FROM put_aside")
    sqlite.execute("DROP TABLE put_aside")

    says = ADOPT.search(hint)
    assert says
    assert says["delete"] in service.refused(15)
    sqlite.execute(says["delete"])
    service.boots()


def test_status_shows_which_rows_no_file_is(tmp_path: Path, sqlite: Database) -> None:
    service = undeployed(tmp_path / "app", sqlite)
    assert service.status() == ("fresh", [], [], [])
    deployed_twice(service)
    rows = [row for (row,) in sqlite.execute("SELECT version FROM aerich ORDER BY id")]
    first, second = rows
    assert service.status() == ("ahead", [second], [], [first])
    service.without_files()
    assert service.status() == ("ahead", [], [], rows)

    service.aerich("init-migrations")
    [made] = service.root.glob("migrations/*/*.py")
    later = made.rename(made.with_name("0_20990101000000_init.py")).name
    assert service.status() == ("diverged", [], [later], rows)
