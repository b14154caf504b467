"""What is measured: each section makes its project at head, and sets bootctl against its peers."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import bare, fleet, projects
from tests.bench.figures import Comparison
from tests.bench.processes import Measured, Scene, Subject, measured, shell
from tests.bench.subjects import CACHED, FULL, TWO, UPGRADE, at_head, boots
from tests.support.databases.fresh import Database, empty, fresh
from tests.support.projects import robyn_config
from tests.support.projects.tortoise import native_project

KINDS = {"postgresql": "PostgreSQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
PASS = "python -c pass"
BARE = "connect, hash the catalog, read the version"
TABLES = (10, 100, 1000)
REVISIONS = 1000
REVISIONS_MARIADB = 70
"""Of a server that writes each DDL statement to the disk by itself."""
MOST_LONG = 3
"""Rounds of the sections that take long: their processes vary by less."""
_SRC = {"PYTHONPATH": "src"}
"""What the ORM's own commands need in a project of robyn-config; bootctl does not."""


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    rounds: int
    boots: int
    """Of the fleet."""


def start(folder: Path, options: Options) -> Measured:
    """What a command takes that has no database."""
    with _open_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        subjects = [
            Subject("bootctl --version", ("bootctl", "--version"), folder),
            Subject("bootctl --help", ("bootctl", "--help"), folder),
            Subject("bootctl wait tcp://", ("bootctl", "wait", address), folder),
            Subject(PASS, (sys.executable, "-c", "pass"), folder),
        ]
        comparisons = [
            Comparison("bootctl --version", PASS, most=4),
            Comparison("bootctl --version", PASS, "cpu", most=4),
            Comparison("bootctl --help", PASS),
            Comparison("bootctl wait tcp://", PASS, most=8),
            Comparison("bootctl wait tcp://", PASS, "cpu", most=8),
            Comparison("bootctl wait tcp://", PASS, "peak"),
        ]
        return measured(Scene("no database", subjects, comparisons), options.rounds)


def robyn(kind: str) -> Callable[[Path, Options], Measured]:
    """A boot at head of robyn-config's project, on one kind of database."""

    def section(folder: Path, options: Options) -> Measured:
        with _robyn(folder, kind) as (root, env, database):
            subjects = [*boots(root, env), *_alembic(root, {**env, **_SRC}), _bare(root, database)]
            comparisons = [
                Comparison(CACHED, TWO, most=0.12, pictured=True),
                Comparison(FULL, TWO, most=0.40, pictured=True),
                Comparison(CACHED, UPGRADE, most=0.30),
                Comparison(FULL, UPGRADE),
                Comparison(CACHED, BARE, most=2.5),
                Comparison(FULL, BARE),
                Comparison(CACHED, TWO, "cpu"),
                Comparison(FULL, TWO, "cpu"),
                Comparison(CACHED, TWO, "peak", limit=40),
                Comparison(FULL, TWO, "peak"),
            ]
            scene = Scene(f"robyn-config's project, {KINDS[kind]}", subjects, comparisons)
            return measured(scene, options.rounds)

    return section


def tables(kind: str) -> Callable[[Path, Options], Measured]:
    """A boot at head of a project with many tables, and how it grows with their number."""

    def section(folder: Path, options: Options) -> Measured:
        with _of_sizes(folder, kind) as (roots, database):
            largest = TABLES[-1]
            subjects = [
                *(boot for count, root in roots.items() for boot in boots(root, {}, _of(count))),
                *_alembic(roots[largest], {})[:1],
                _bare(roots[largest], database),
            ]
            comparisons = [
                Comparison(CACHED, TWO, most=0.05, pictured=True),
                Comparison(FULL, TWO, most=0.40, pictured=True),
                Comparison(CACHED, BARE),
                *(
                    Comparison(name + _of(count), name + _of(TABLES[0]))
                    for name in (CACHED, FULL)
                    for count in TABLES[1:]
                ),
                Comparison(CACHED, TWO, "peak"),
                Comparison(FULL, TWO, "peak"),
            ]
            scene = Scene(f"{largest} tables, {KINDS[kind]}", subjects, comparisons)
            return measured(scene, min(MOST_LONG, options.rounds))

    return section


def aerich(folder: Path, options: Options) -> Measured:
    """A boot at head of robyn-config's project with Aerich, on PostgreSQL."""
    with _robyn(folder, "postgresql", "tortoise") as (root, env, _):
        peer = Subject("aerich upgrade", shell("aerich upgrade"), root, {**env, **_SRC})
        return _beside("Aerich, PostgreSQL", boots(root, env), peer, (0.40, 1.0), options)


def tortoise(folder: Path, options: Options) -> Measured:
    """A boot at head with Tortoise's own migrations, on PostgreSQL."""
    with fresh("postgresql", folder) as database:
        root = native_project(folder / "project", database.tortoise_url).root
        at_head(root, {})
        peer = Subject("tortoise migrate", shell("tortoise migrate"), root)
        return _beside("Tortoise, PostgreSQL", boots(root, {}), peer, (1.0, 1.0), options)


def history(kind: str, revisions: int, most: float) -> Callable[[Path, Options], Measured]:
    """A long history that is applied from zero, on one kind of database."""

    def section(folder: Path, options: Options) -> Measured:
        with fresh(kind, folder) as database:
            root = projects.history(folder / "project", database, revisions).root
            ours, peer = (
                Subject(command, shell(command), root, before=lambda: empty(database))
                for command in ("bootctl migrate", UPGRADE)
            )
            pictured = kind == "postgresql"
            comparisons = [Comparison(ours.name, peer.name, most=most, pictured=pictured)]
            if not pictured:
                comparisons.append(Comparison(ours.name, peer.name, "cpu", most=most))
            name = f"{revisions} revisions from zero, {KINDS[kind]}"
            rounds = min(MOST_LONG, options.rounds) if pictured else options.rounds
            return measured(Scene(name, [ours, peer], comparisons), rounds)

    return section


def many(folder: Path, options: Options) -> Measured:
    """A roll-out: many boots at head, some at a time, on PostgreSQL."""
    with _robyn(folder, "postgresql") as (root, env, database):
        subjects = [*boots(root, env), *_alembic(root, {**env, **_SRC})[:1]]
        return fleet.measured(subjects, options.boots, database)


def _beside(
    name: str, ours: list[Subject], peer: Subject, most: tuple[float, float], options: Options
) -> Measured:
    comparisons = [
        *(
            Comparison(boot.name, peer.name, most=aim, pictured=True)
            for boot, aim in zip(ours, most, strict=True)
        ),
        *(Comparison(boot.name, peer.name, "cpu") for boot in ours),
        *(Comparison(boot.name, peer.name, "peak") for boot in ours),
    ]
    return measured(Scene(name, [*ours, peer], comparisons), options.rounds)


def _alembic(root: Path, env: Mapping[str, str]) -> list[Subject]:
    return [Subject(command, shell(command), root, env) for command in (TWO, UPGRADE)]


def _bare(root: Path, database: Database) -> Subject:
    place = () if database.kind == "sqlite" else (database.host, str(database.port), database.user)
    command = (sys.executable, bare.__file__, database.kind, database.name, *place)
    return Subject(BARE, command, root)


@contextmanager
def _robyn(
    folder: Path, kind: str, orm: str = "sqlalchemy"
) -> Iterator[tuple[Path, dict[str, str], Database]]:
    """A project that robyn-config made, its variables, and its database, which is at head."""
    with fresh(kind, folder) as database:
        env = robyn_config.settings(database)
        project = robyn_config.create(orm, "ddd", folder / "project")
        project.commit_first_migration(env)
        if kind == "mariadb":
            projects.give_strings_a_length(project.root)
        at_head(project.root, env)
        yield project.root, env, database


@contextmanager
def _of_sizes(folder: Path, kind: str) -> Iterator[tuple[dict[int, Path], Database]]:
    """The roots of generated projects by their number of tables, and the largest's database."""
    roots = {}
    with ExitStack() as stack:
        for count in TABLES:
            database = stack.enter_context(fresh(kind, folder))
            roots[count] = projects.tables(folder / f"p{count}", database.async_url, count).root
            at_head(roots[count], {})
        yield roots, database


def _of(count: int) -> str:
    """What the names of a smaller project's subjects end in."""
    return "" if count == TABLES[-1] else f", {count} tables"


@contextmanager
def _open_port() -> Iterator[int]:
    """A port where somebody listens, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_hang_up, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _hang_up(listener: socket.socket) -> None:
    while True:
        listener.accept()[0].close()


SECTIONS: Mapping[str, Callable[[Path, Options], Measured]] = {
    "start": start,
    **{f"robyn-{kind}": robyn(kind) for kind in KINDS},
    "aerich": aerich,
    "tortoise": tortoise,
    **{f"tables-{kind}": tables(kind) for kind in KINDS},
    "history": history("postgresql", REVISIONS, most=1.1),
    "history-mariadb": history("mariadb", REVISIONS_MARIADB, most=1.2),
    "fleet": many,
}
QUICK = ("start", "robyn-postgresql", "aerich")
"""What CI prints: under a minute on two cores, with three rounds."""
