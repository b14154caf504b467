"""The hashes that an image carries, on the file system that containers have: layers, one on the other."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootctl.boot.receipts import hashes, hashing

pytestmark = pytest.mark.slow

FILES = ("pkg/a.py", "b.py")


def run(*command: str) -> None:
    """Run a program, which must succeed."""
    subprocess.run(command, check=True, timeout=60)


@dataclass(frozen=True)
class Image:
    """Layers, the lowest first, in folders of their own."""

    folder: Path
    layers: list[str]

    @property
    def root(self) -> Path:
        """The project's folder in a container."""
        return self.folder / "container/srv"

    @contextmanager
    def running(self) -> Iterator[Path]:
        """A container; what it writes is in the folder ``upper``."""
        for name in ("upper", "work", "container"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir()
        lower = ":".join(str(self.folder / name) for name in reversed(self.layers))
        places = f"lowerdir={lower},upperdir={self.folder}/upper,workdir={self.folder}/work"
        run("mount", "-t", "overlay", "overlay", "-o", places, str(self.folder / "container"))
        try:
            yield self.root
        finally:
            run("umount", str(self.folder / "container"))

    def commit(self, name: str) -> None:
        """Make what a container wrote the next layer."""
        (self.folder / "upper").rename(self.folder / name)
        self.layers.append(name)

    def pull(self) -> None:
        """Pack each layer, and unpack it as another machine does, with times by the second."""
        for name in self.layers:
            layer, packed = str(self.folder / name), str(self.folder / "layer.tar")
            run("tar", "--format=ustar", "-C", layer, "-cf", packed, ".")
            shutil.rmtree(layer)
            os.mkdir(layer)
            run("tar", "-C", layer, "-xf", packed)
            time.sleep(0.05)


@pytest.fixture
def image(tmp_path: Path) -> Iterator[Image]:
    """A project in one layer, and the list in the next."""
    run("mount", "-t", "tmpfs", "tmpfs", str(tmp_path))
    try:
        made = Image(tmp_path, ["project"])
        for name in FILES:
            path = tmp_path / "project/srv" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x = 1\n")
        time.sleep(0.1)
        with made.running() as root:
            assert hashing.write(root, sealed=True) >= len(FILES)
        made.commit("list")
        yield made
    finally:
        run("umount", str(tmp_path))


def believed(root: Path) -> tuple[bool, ...]:
    """Of which of the files no boot reads the content."""
    found = hashes.read(str(root))
    assert found is not None
    return tuple(found.of(str(root / name)) is not None for name in FILES)


def edit(path: Path) -> None:
    """Change a file, which keeps its size and its time."""
    before = path.stat()
    path.write_text("x = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: Path) -> None:
    """Put another file in the place of one, with its size and its time."""
    before = path.stat()
    path.unlink()
    path.write_text("x = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("pulled", [False, True], ids=["built here", "pulled"])
def test_what_a_container_has_not_changed_is_believed(image: Image, pulled: bool) -> None:
    if pulled:
        image.pull()
    with image.running() as root:
        assert believed(root) == (True, True)
        edit(root / "b.py")
        assert believed(root) == (True, False)
    with image.running() as root:
        replaced(root / "pkg/a.py")
        assert believed(root) == (False, True)


def test_of_a_pulled_image_a_folder_that_was_written_to_is_in_doubt(image: Image) -> None:
    image.pull()
    with image.running() as root:
        (root / "data").mkdir()
        assert believed(root) == (False, False)


def test_a_later_layer_that_keeps_size_and_time_is_noticed(image: Image) -> None:
    image.pull()
    with image.running() as root:
        folder = root.stat()
        edit(root / "b.py")
        os.utime(root, ns=(folder.st_atime_ns, folder.st_mtime_ns))
    image.commit("later")
    with image.running() as root:
        assert believed(root) == (True, False)
    image.pull()
    with image.running() as root:
        assert believed(root) == (True, False)
