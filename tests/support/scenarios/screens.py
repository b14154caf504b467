"""What a person sees at a terminal, in every state of a database; ``docs/screens`` keeps some of it.

``python -m tests.support.scenarios.screens`` writes these; with a FOLDER, all of it into the folder.
"""

import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases.fresh import fresh
from tests.support.paths import ROOT
from tests.support.processes.forked import bootctl
from tests.support.processes.pictures import svg
from tests.support.processes.terminals import Session, session
from tests.support.projects.kits import ALEMBIC, ASYNC_ALEMBIC, TORTOISE
from tests.support.projects.steps import Change, Python, Sql
from tests.support.scenarios import half_applied
from tests.support.servers.ports import free_port

KEPT = ROOT / "docs" / "screens"
WIDTHS = (80, 120)
_SQLITE = "sqlite:///notes.db"
_SLOW = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000000) "
    "SELECT count(*) FROM n"
)


@dataclass(frozen=True)
class Scene:
    """One command in one state."""

    state: str
    command: tuple[str, ...]
    code: int | None
    """``None``: whatever the state has."""
    sees: tuple[str, ...]
    """What is on the screen, whatever its width."""
    make: Callable[[Path, ExitStack], None]
    until: str = ""
    """What is written when a picture is taken of it while it runs; empty: at its end."""
    kept: bool = False

    @property
    def name(self) -> str:
        """As its files are called."""
        words = "-".join(self.command[:2]).replace("--", "").replace("tcp:", "")
        return re.sub(r"[^a-z]+", "-", f"{words}-{self.state}").strip("-")


def _project(root: Path, url: str = _SQLITE) -> None:
    project = ALEMBIC.project(root, url)
    project.migration("b2", "a1", Change.ADD_NAME)
    project.models("name")


def _run(root: Path, *command: str, code: int = 0) -> None:
    result = bootctl(*command, cwd=root)
    assert result.code == code, result.stderr


def _execute(root: Path, *statements: str) -> None:
    connection = sqlite3.connect(root / "notes.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def _fresh(root: Path, _: ExitStack) -> None:
    _project(root)


def _behind(root: Path, _: ExitStack) -> None:
    ALEMBIC.project(root, _SQLITE)
    _run(root, "migrate")
    _project(root)


def _at_head(root: Path, _: ExitStack) -> None:
    _project(root)
    _run(root, "migrate")


def _risky(root: Path, stack: ExitStack) -> None:
    _behind(root, stack)
    _execute(root, "INSERT INTO users (email) VALUES ('a@example.org')")
    ALEMBIC.project(root, _SQLITE).migration("b2", "a1", Sql("DROP TABLE users"))


def _drift(root: Path, stack: ExitStack) -> None:
    database = stack.enter_context(fresh("postgresql", root))
    _project(root, database.sync_url)
    _run(root, "migrate")
    database.execute("ALTER TABLE users ALTER COLUMN email TYPE varchar(50)")
    database.execute("ALTER TABLE users ADD COLUMN legacy_flag boolean")
    database.execute("CREATE INDEX by_hand ON users (email)")
    database.execute("CREATE TABLE scratch_of_a_dba (id int)")


def _ahead(root: Path, stack: ExitStack) -> None:
    _at_head(root, stack)
    _execute(root, "UPDATE alembic_version SET version_num = 'f9e8d7'")


def _diverged(root: Path, _: ExitStack) -> None:
    TORTOISE.project(root, f"sqlite://{root}/notes.db")
    _run(root, "migrate")
    project = TORTOISE.project(root, f"sqlite://{root}/notes.db")
    project.migration("b2", "a1", Change.ADD_NAME)
    values = "('models', '0009_gone', CURRENT_TIMESTAMP)"
    _execute(root, f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES {values}")


def _dirty(root: Path, stack: ExitStack) -> None:
    database = stack.enter_context(fresh("mariadb", root))
    project = half_applied.migrated(ALEMBIC, root, database)
    half_applied.stop_half_way(ALEMBIC, project)


def _half_way(root: Path, stack: ExitStack) -> None:
    database = stack.enter_context(fresh("mariadb", root))
    project = half_applied.migrated(ALEMBIC, root, database)
    half_applied.stop_half_way(ALEMBIC, project)
    half_applied.write(ALEMBIC, project, half_applied.UP, half_applied.DOWN)


def _two_heads(root: Path, stack: ExitStack) -> None:
    _at_head(root, stack)
    ALEMBIC.project(root, _SQLITE).migration("c3", "a1", Change.CREATE_POSTS)


def _failing(root: Path, stack: ExitStack) -> None:
    database = stack.enter_context(fresh("postgresql", root))
    _project(root, database.sync_url)
    ALEMBIC.project(root, database.sync_url).migration(
        "c3", "b2", Sql("ALTER TABLE nowhere ADD COLUMN x int")
    )


def _waiting(root: Path, _: ExitStack) -> None:
    (root / "pyproject.toml").write_text(
        '[project]\nname = "notes"\n\n[tool.bootctl.wait]\ntargets = '
        f'["tcp://127.0.0.1:{free_port()}", "redis://127.0.0.1:6379/0"]\n'
    )


def _refused(root: Path, stack: ExitStack) -> None:
    database = stack.enter_context(fresh("postgresql", root))
    _project(root, f"{database.sync_url}_gone")


def _unreachable(root: Path, _: ExitStack) -> None:
    _project(root, f"postgresql+psycopg2://notes@127.0.0.1:{free_port()}/notes")


def _slow(root: Path, stack: ExitStack) -> None:
    _behind(root, stack)
    project = ALEMBIC.project(root, _SQLITE)
    project.migration("c3", "b2", Python(f'op.execute("{_SLOW}")'))
    project.models("name")


def _blocked(root: Path, stack: ExitStack) -> None:
    database = stack.enter_context(fresh("postgresql", root))
    ASYNC_ALEMBIC.project(root, database)
    _run(root, "migrate")
    project = ASYNC_ALEMBIC.project(root, database)
    project.migration("b2", "a1", Change.ADD_NAME)
    project.models("name")
    cursor = stack.enter_context(database.session())
    cursor.execute("LOCK TABLE users IN ACCESS SHARE MODE")


_MIGRATE, _RUN = ("migrate",), ("run", "--", "true")
_RESOLVE = ("resolve", "--back", "a2")
SCENES = (
    Scene("fresh", ("status",), 0, ("fresh", "a1", "pending"), _fresh),
    Scene("fresh", ("check",), 20, ("missing table users", "exit 20"), _fresh),
    Scene("fresh", _MIGRATE, 0, ("2 migrations applied", "at b2"), _fresh, kept=True),
    Scene("behind", ("status",), 0, ("behind", "a1", "b2", "pending"), _behind, kept=True),
    Scene("behind", ("migrate", "--plan"), 0, ("1 migration pending", "b2"), _behind, kept=True),
    Scene("risky", ("migrate", "--plan"), 0, ("destructive", "b2"), _risky),
    Scene("at head", ("status",), 0, ("at-head", "nothing pending"), _at_head),
    Scene("at head", ("migrate", "--plan"), 0, ("nothing pending",), _at_head),
    Scene("at head", ("check",), 0, ("no drift",), _at_head),
    Scene("at head", _RUN, 0, ("nothing pending", "becoming true"), _at_head),
    Scene(
        "drift",
        ("check",),
        20,
        ("drift: ", "legacy_flag", "- live", "+ expected"),
        _drift,
        kept=True,
    ),
    Scene("drift", _RUN, 20, ("schema drift", "exit 20", "legacy_flag"), _drift, kept=True),
    Scene("ahead", ("status",), 0, ("ahead", "f9e8d7", "not in this code"), _ahead),
    Scene("ahead", _RUN, 15, ("f9e8d7", "exit 15"), _ahead),
    Scene("diverged", ("status",), 0, ("diverged", "models.0009_gone"), _diverged),
    Scene("diverged", _MIGRATE, 15, ("models.0009_gone", "exit 15"), _diverged),
    Scene("dirty", ("status",), 0, ("dirty", "half applied", "forward", "start again"), _dirty),
    Scene("dirty", _MIGRATE, 17, ("is dirty", "exit 17"), _dirty),
    Scene(
        "dirty", _RESOLVE, 2, ("back a2", "DROP TABLE t2;", "Do this now?"), _half_way, "Do this"
    ),
    Scene("unreachable", ("doctor",), 11, ("is not ready", "Start it", "1 error"), _unreachable),
    Scene("behind", ("doctor",), 0, ("is behind, at a1", "lacks b2", "0 errors"), _behind),
    Scene("two heads", _MIGRATE, 16, ("two heads", "exit 16"), _two_heads, kept=True),
    Scene("failing", _MIGRATE, 14, ("nowhere", "exit 14", "rolled back"), _failing),
    Scene("waiting", ("wait", "--list"), 0, ("redis://", "wait.targets"), _waiting),
    Scene("waiting", ("wait",), 130, ("attempts", "ready"), _waiting, until="refused", kept=True),
    Scene(
        "not ready", ("wait", "--set", "wait.timeout=1"), 11, ("not ready within 1 s",), _waiting
    ),
    Scene("refused", _MIGRATE, 12, ("unknown database", "exit 12"), _refused),
    Scene("running", _MIGRATE, 130, ("applying", "2 of 2"), _slow, until="2 of 2", kept=True),
    Scene("blocked", _MIGRATE, 130, ("1 of 1", "waits for pid"), _blocked, until="waits for pid"),
    Scene("set up", ("config",), 0, ("wait.targets", "1 of "), _waiting),
    Scene("set up", ("detect",), 0, ("alembic",), _fresh),
)


_STATES = {
    "fresh": _fresh,
    "behind": _behind,
    "at head": _at_head,
    "drift": _drift,
    "ahead": _ahead,
    "diverged": _diverged,
    "dirty": _dirty,
    "two heads": _two_heads,
    "unreachable": _unreachable,
    "refused": _refused,
}
_COMMANDS = (("status",), ("migrate", "--plan"), ("check",), _MIGRATE, _RUN, ("wait",))
_PLAYED = {scene.name for scene in SCENES}
OTHERS = tuple(
    scene
    for state, make in _STATES.items()
    for command in _COMMANDS
    if (scene := Scene(state, command, None, (), make, "attempts" * (state == "unreachable")))
    and scene.name not in _PLAYED
)
"""Every other command in every state."""


@contextmanager
def played(scene: Scene, columns: int, root: Path) -> Iterator[Session]:
    """The scene's command at a terminal, at its end or at its moment."""
    with ExitStack() as stack:
        scene.make(root, stack)
        with session(*scene.command, cwd=root, columns=columns) as seen:
            if scene.until:
                seen.read_until(scene.until)
                seen.read_for(0.5)
            else:
                assert seen.finish() == scene.code or scene.code is None, seen.text
            yield seen


def picture(scene: Scene, columns: int) -> tuple[str, str]:
    """What is written by a scene, and the picture of it."""
    root = Path(tempfile.mkdtemp(prefix="notes-"))
    try:
        with played(scene, columns, root) as seen:
            written = seen.text
        return written, svg(written, f"bootctl {' '.join(scene.command)}", columns)
    finally:
        shutil.rmtree(root)


def main(folder: str = "", *only: str) -> None:
    """Write what is kept; or into ``folder`` all scenes, or those whose names begin with one of ``only``."""
    place = Path(folder or KEPT)
    place.mkdir(parents=True, exist_ok=True)
    for scene in (*SCENES, *OTHERS):
        is_wanted = not only or scene.name.startswith(only) if folder else scene.kept
        for columns in WIDTHS if folder else WIDTHS[:1]:
            if is_wanted:
                _, drawn = picture(scene, columns)
                Path(place, f"{scene.name}-{columns}.svg").write_text(drawn)


if __name__ == "__main__":
    main(*sys.argv[1:])
