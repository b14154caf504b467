"""What stands in the place of a file: read, or refused at once with its name."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bootctl.config import files
from bootctl.config.dotenv import read_dotenv
from bootctl.config.files import read_text, read_toml
from bootctl.errors import SettingsError
from tests.support.processes.prompt import promptly

PLACED: dict[str, Callable[[Path], object]] = {
    "FIFO": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "Too many levels": lambda path: path.symlink_to(path.name),
    "more than 4 MiB": lambda path: path.write_bytes(b"A=1\n" * 12_500_000),
    "directory": Path.mkdir,
}


@pytest.mark.parametrize(
    "read", [read_text, read_toml, files.read_source], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("said", PLACED)
def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, said: str, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "name"
    PLACED[said](path)
    with promptly(), pytest.raises(SettingsError, match=f"^name cannot be read: .*{said}"):
        read(path)


def test_nothing_is_read_where_there_is_nothing(tmp_path: Path) -> None:
    assert read_toml(tmp_path / "none") == {}
    assert read_toml(tmp_path / "no" / "folder") == {}
    (tmp_path / "link").symlink_to("none")
    assert read_toml(tmp_path / "link") == {}
    (tmp_path / "nothing").symlink_to(os.devnull)
    assert read_text(tmp_path / "nothing") == ""


def test_a_directory_named_as_the_dotenv_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert read_dotenv(tmp_path / ".env") == {}


DOTENV = """\
export A=1
B = 'two words' # a comment
C="${A}-${B}"
A=2
D=${A}${NONE:-a default}${HOME_OF_NOBODY}
E='${A}'
F="a\\nb"
G
H=
PATHS=${PATH}:x
I=${I}
not a line
Z=last
"""


def test_a_dotenv_is_read_as_python_dotenv_reads_it(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(DOTENV)
    expected = {key: value for key, value in dotenv_values(path).items() if value is not None}
    assert read_dotenv(path) == expected
    assert read_dotenv(path)["C"] == "1-two words"


def test_a_long_dotenv_takes_its_share_of_time(tmp_path: Path) -> None:
    def seconds(lines: int) -> float:
        path = tmp_path / ".env"
        path.write_text("".join(f"VARIABLE_{n}=value of {n}\n" for n in range(lines)))
        started = time.process_time()
        assert len(read_dotenv(path)) == lines
        return time.process_time() - started

    assert seconds(20_000) < 25 * seconds(2_000)
