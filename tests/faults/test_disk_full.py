"""A disk that is full: of a database's server, or of an SQLite file."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.trusting import own_database
from tests.support.processes.spawned import Result
from tests.support.projects.kits import AERICH, ALEMBIC, ASYNC_ALEMBIC, TORTOISE, Kit
from tests.support.projects.steps import Sql
from tests.support.scenarios.one_of_three import behind
from tests.support.servers import standard

pytestmark = pytest.mark.slow

KIB = 6144
ROWS = 100_000
_NUMBERS = {
    "postgresql": f"generate_series(1, {ROWS}) numbers",
    "mariadb": f"seq_1_to_{ROWS} numbers",
    "sqlite": f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) SELECT i FROM n) numbers",
}


class Disk:
    """A small file system."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        """Leave no room on it."""
        with suppress(OSError), self._filler.open("wb") as file:
            while True:
                file.write(bytes(4096))

    def allow_no_file(self) -> None:
        """Leave no room for another file on it."""
        _run("mount", "-o", f"remount,nr_inodes={len(list(self.path.iterdir())) + 1}", self.path)

    def grow(self) -> None:
        """Make room."""
        self._filler.unlink(missing_ok=True)
        _run("mount", "-o", f"remount,size={64 * KIB}k,nr_inodes=1000", self.path)


@pytest.fixture
def disk() -> Iterator[Disk]:
    place = standard.folder()
    place.chmod(0o755)
    path = place / "disk"
    path.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={KIB}k,nr_inodes=1000,mode=777", "none", path)
    try:
        yield Disk(path)
    finally:
        _run("umount", "--lazy", path)


@contextmanager
def stored(kind: str, disk: Disk) -> Iterator[Database]:
    """An empty database whose tables are on ``disk``."""
    if kind == "sqlite":
        yield Database("sqlite", str(disk.path / "app.db"))
        return
    with own_database(kind) as own:
        small = disk.path / "small"
        if kind == "postgresql":
            small.mkdir()
            _give_away(small)
            with own.database.session() as cursor:
                cursor.connection.autocommit = True
                cursor.execute(f"CREATE TABLESPACE small LOCATION '{small}'")
                cursor.execute("ALTER DATABASE postgres SET default_tablespace = small")
            yield own.database
        else:
            own.database.execute("CREATE DATABASE small")
            own_folder = own.server.folder / "data" / "small"
            shutil.move(own_folder, small)
            _give_away(small)
            own_folder.symlink_to(small)
            yield replace(own.database, name="small")


def _give_away(folder: Path) -> None:
    """To the user that servers run as."""
    if standard.unprivileged():
        _run("chown", "--recursive", "nobody:nogroup", folder)


def _run(*command: object) -> None:
    subprocess.run(list(map(str, command)), check=True)


def too_much(kind: str) -> list[Sql]:
    """More than fits on the disk, and then nothing of it."""
    return [
        Sql(f"INSERT INTO users (email) SELECT '{'x' * 90}' FROM {_NUMBERS[kind]}"),
        Sql("DELETE FROM users"),
    ]


def cases(**kinds: tuple[Kit, ...]) -> pytest.MarkDecorator:
    pairs = [(kind, kit) for kind, kits in kinds.items() for kit in kits]
    names = [f"{kind}-{kit.name}" for kind, kit in pairs]
    return pytest.mark.parametrize(("kind", "kit"), pairs, ids=names)


def assert_full(result: Result, kit: Kit, revision: str) -> None:
    verdict = result.verdict
    assert verdict["exit_code"] == 14, verdict
    assert verdict["cause"] == "disk full"
    assert verdict["stage"] == "migrate"
    assert verdict["revision"] == kit.revision(revision)
    assert verdict["hint"].startswith("Free space on the disk of the database's server")


@cases(
    postgresql=(ALEMBIC, ASYNC_ALEMBIC, TORTOISE),
    mariadb=(ALEMBIC, AERICH),
    sqlite=(ALEMBIC, ASYNC_ALEMBIC, AERICH, TORTOISE),
)
def test_a_migration_fills_the_disk(tmp_path: Path, disk: Disk, kind: str, kit: Kit) -> None:
    with stored(kind, disk) as database:
        project = behind(tmp_path, kit, database, a3=too_much(kind))
        assert_full(project.migrate(), kit, "a3")
        project.assert_kept("a2")
        disk.grow()
        project.assert_heals()


@cases(mariadb=(ASYNC_ALEMBIC, TORTOISE), sqlite=(ALEMBIC,))
def test_the_disk_is_full_before(tmp_path: Path, disk: Disk, kind: str, kit: Kit) -> None:
    with stored(kind, disk) as database:
        project = behind(tmp_path, kit, database)
        disk.fill()
        assert_full(project.migrate(), kit, "a2")
        project.assert_kept()
        disk.grow()
        project.assert_heals()


@pytest.mark.parametrize("kit", [ASYNC_ALEMBIC, TORTOISE], ids=lambda kit: kit.name)
def test_an_sqlite_that_cannot_even_be_read(tmp_path: Path, disk: Disk, kit: Kit) -> None:
    with stored("sqlite", disk) as database:
        project = behind(tmp_path, kit, database)
        database.execute("PRAGMA journal_mode = wal")  # as Tortoise does by itself
        disk.fill()
        verdict = project.migrate().verdict
        assert verdict["exit_code"] == 11
        assert verdict["cause"] == "disk full"
        assert database.name in verdict["message"]
        disk.grow()
        project.assert_heals()


def test_a_disk_without_room_for_the_lock(tmp_path: Path, disk: Disk) -> None:
    with stored("sqlite", disk) as database:
        project = behind(tmp_path, ALEMBIC, database)
        disk.allow_no_file()
        verdict = project.migrate().verdict
        assert verdict["exit_code"] == 11
        assert verdict["stage"] == "lock"
        assert verdict["cause"] == "disk full"
        disk.grow()
        project.assert_heals()
