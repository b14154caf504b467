"""An image can carry the hashes of its files: they are believed of the files that were hashed, and of no other."""

import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC
from tests.support.scenarios.receipts import Booted, booted, is_cached

LIST = ".bootctl-receipt"
OF_THE_PROJECT = {"env.py", "a1.py", "models.py", "helper.py", "sizes.json", "alembic.ini"}
READS = """\
import json
import pkg.helper
with open("sizes.json") as sizes:
    json.load(sizes)
"""


def hashed(boot: Booted, *options: str) -> None:
    """Write the list, as a step of what builds an image."""
    done = bootctl("receipt", *options, cwd=boot.project.root)
    assert done.code == 0, done.stderr
    assert f"{LIST} has the hashes of" in done.stdout


def read(boot: Booted) -> int:
    """How many files a boot reads to compare them with its receipt."""
    result = boot.run()
    assert is_cached(result)
    [cached] = result.events("verify.cached")
    return int(cached["read"])


def read_in_doubt(boot: Booted) -> int:
    """How many a boot reads that believes what libraries are, and nothing of the project."""
    hashed(boot)
    for path in boot.project.root.rglob("*"):
        if path.is_file() and path.name != LIST:
            _keeping_times(path, lambda path: path.touch())
    return read(boot)


@pytest.fixture
def boot(tmp_path: Path, sqlite: Database) -> Booted:
    """A service that has a receipt."""
    made = booted(ALEMBIC, sqlite, tmp_path, READS)
    made.project.write("pkg/__init__.py", "")
    made.project.write("pkg/helper.py", "SIZE = 1\n")
    made.project.write("sizes.json", '{"size": 1}\n')
    assert not is_cached(made.run())
    return made


def pulled(boot: Booted) -> None:
    """What a registry and another machine make of an image: layers, with times by the second."""
    root, packed = boot.project.root, boot.project.root.parent / "layers.tar"
    with tarfile.open(packed, "w", format=tarfile.USTAR_FORMAT) as layers:
        for path in sorted(root.rglob("*")):
            if path.name != LIST:
                layers.add(path, path.relative_to(root), recursive=False)
        layers.add(root, ".", recursive=False)
        layers.add(root / LIST, LIST)
    shutil.rmtree(root)
    root.mkdir()
    with tarfile.open(packed) as layers:
        times = {root / item.name: item.mtime for item in layers if item.isdir()}
        layers.extractall(root, filter="tar")
    for folder, time in times.items():
        os.utime(folder, (time, int(time)))


@pytest.mark.parametrize("options", [(), ("--sealed",)])
def test_a_file_that_is_still_the_one_that_was_hashed_is_not_read(
    options: tuple[str, ...], boot: Booted
) -> None:
    all_of_it = read_in_doubt(boot)
    hashed(boot, *options)
    assert all_of_it - read(boot) >= len(OF_THE_PROJECT)


def test_of_an_image_that_was_pulled_a_sealed_list_is_believed_and_another_is_not(
    boot: Booted,
) -> None:
    all_of_it = read_in_doubt(boot)
    hashed(boot)
    pulled(boot)
    assert read(boot) == all_of_it
    hashed(boot, "--sealed")
    pulled(boot)
    assert all_of_it - read(boot) >= len(OF_THE_PROJECT)


def _edited(root: Path) -> None:
    _keeping_times(root / "pkg/helper.py", lambda path: path.write_text("SIZE = 2\n"))


def _another(root: Path) -> None:
    def another(path: Path) -> None:
        other = path.with_name("other.json")
        other.write_text('{"size": 2}\n')
        other.replace(path)

    _keeping_times(root / "sizes.json", another)
    _keeping_times(root, lambda path: None)


def _linked(root: Path) -> None:
    def linked(path: Path) -> None:
        path.with_name("sizes").write_text('{"size": 2}\n')
        path.unlink()
        path.symlink_to(path.with_name("sizes"))

    _keeping_times(root / "sizes.json", linked)


def _folder(root: Path) -> None:
    """A folder is moved in the place of another: its files are as old as those that were hashed."""
    (root / "pkg").rename(root.parent / "pkg")
    (root.parent / "prepared").rename(root / "pkg")


def _removed(root: Path) -> None:
    (root / "pkg/helper.py").unlink()


def _added(root: Path) -> None:
    (root / "colorsys.py").write_text("")


def _keeping_times(path: Path, change: Callable[[Path], object]) -> None:
    before = path.stat()
    change(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = (_edited, _another, _linked, _folder, _removed, _added)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["plain", "sealed", "pulled"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_was_changed_since_is_noticed(
    change: Callable[[Path], None], how: str, boot: Booted
) -> None:
    root = boot.project.root
    shutil.copytree(root / "pkg", root.parent / "prepared")
    _keeping_times(root.parent / "prepared/helper.py", lambda path: path.write_text("SIZE = 2\n"))
    hashed(boot, *(() if how == "plain" else ("--sealed",)))
    if how == "pulled":
        pulled(boot)
    assert is_cached(boot.run())
    change(root)
    assert not boot.run().events("verify.cached")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _forged(path: Path) -> None:
    text = path.read_text()
    path.write_text(text.replace('"sealed":false', '"sealed":true'))


def _other_release(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"format":1', b'"format":2'))


def _none(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.slow
@pytest.mark.parametrize("change", [_cut, _forged, _other_release, _none])
def test_a_list_that_is_not_whole_is_none(change: Callable[[Path], None], boot: Booted) -> None:
    before = read(boot)
    hashed(boot)
    change(boot.project.root / LIST)
    assert read(boot) == before


@pytest.mark.slow
def test_a_list_of_another_tree_is_believed_of_nothing(boot: Booted) -> None:
    all_of_it = read_in_doubt(boot)
    hashed(boot)
    root = boot.project.root
    shutil.copytree(root, root.parent / "copy")
    shutil.rmtree(root)
    (root.parent / "copy").rename(root)
    assert read(boot) == all_of_it


@pytest.mark.slow
def test_what_the_server_may_not_read_is_not_believed(boot: Booted) -> None:
    path = boot.project.root / "sizes.json"
    path.chmod(0o600)
    hashed(boot)
    with_secret = read(boot)
    path.chmod(0o644)
    hashed(boot)
    assert with_secret - read(boot) == 1


@pytest.mark.slow
def test_where_it_cannot_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / LIST / "inside").mkdir(parents=True)
    done = bootctl("receipt", cwd=tmp_path)
    assert done.code == 3
    assert LIST in done.lines[-1]["message"]


def test_it_needs_neither_a_database_nor_a_project(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit(1)\n")
    done = bootctl("receipt", cwd=tmp_path, env={"DATABASE_URL": "postgresql://nowhere.invalid/x"})
    assert (done.code, done.stderr) == (0, "")
    assert bootctl("receipt", "--sealed", cwd=tmp_path).code == 0
