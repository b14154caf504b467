"""The lock beside an SQLite file is a file of bootctl's own: nothing else in its place is touched."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC


def _link(lock: Path, other: Path) -> None:
    lock.symlink_to(other)


def _dangling_link(lock: Path, other: Path) -> None:
    lock.symlink_to(other.with_name("none"))


def _link_to_itself(lock: Path, other: Path) -> None:
    lock.symlink_to(lock)


def _second_name(lock: Path, other: Path) -> None:
    other.write_text("")
    os.link(other, lock)


def _fifo(lock: Path, other: Path) -> None:
    os.mkfifo(lock)


def _directory(lock: Path, other: Path) -> None:
    lock.mkdir()


def _notes(lock: Path, other: Path) -> None:
    lock.write_text("my notes")


@pytest.mark.parametrize(
    "occupy",
    [_link, _dangling_link, _link_to_itself, _second_name, _fifo, _directory, _notes],
    ids=lambda function: function.__name__.strip("_"),
)
def test_what_is_in_the_place_of_the_lock_is_refused_and_left_alone(
    tmp_path: Path, sqlite: Database, occupy: Callable[[Path, Path], None]
) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    lock, other = Path(f"{sqlite.name}.bootctl-lock"), tmp_path / "other"
    other.write_text("precious")
    occupy(lock, other)
    before = (os.lstat(lock), other.read_text())
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 12, result.stderr
    assert result.verdict["file"] == str(lock)
    after = (os.lstat(lock), other.read_text())
    assert (after[0].st_ino, after[0].st_size, after[1]) == (
        before[0].st_ino,
        before[0].st_size,
        before[1],
    )
    assert not (tmp_path / "none").exists()
    assert bootctl("status", cwd=tmp_path).code == 0


@pytest.mark.parametrize("left", ["", json.dumps({"pid": 1, "host": "gone"})])
def test_what_a_killed_process_left_is_taken(tmp_path: Path, sqlite: Database, left: str) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    lock = Path(f"{sqlite.name}.bootctl-lock")
    lock.write_text(left)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    assert not lock.exists()
