"""What is completed, asked in bash as bash asks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import EXAMPLES
from tests.support.processes.spawned import bootctl, environment

ASK = """
source {script}
COMP_LINE=$1 COMP_POINT=${{#1}}
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_bootctl_completion {program}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
PLACES = {"SETTINGS__CACHE__HOST": "cache.example", "SETTINGS__CACHE__USE_FAKE": "false"}
SECRET = {"BOOTCTL__DATABASE__URL": "postgresql://u:c4n4ry@db.example/notes"}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program for bash that prints what is completed."""
    folder = tmp_path_factory.mktemp("completion")
    printed = bootctl("completion", "bash", cwd=folder).stdout
    (folder / "script").write_text(printed)
    program = folder / "bootctl"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m bootctl "$@"\n')
    program.chmod(0o755)
    (folder / "ask").write_text(ASK.format(script=folder / "script", program=program))
    return folder / "ask"


def completed(ask: Path, line: str, *words: str, **env: str) -> list[str]:
    """What replaces the last of the words, into which bash has parted the line."""
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, str(ask), line, *words],
        cwd=ask.parent,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert not done.stderr
    return done.stdout.split()


IN_QUICK_SUITE = {
    "line": ("bootctl run --set wait.st", "bootctl run --set migrate.mode=w", "bootctl wait tcp:")
}


@pytest.mark.parametrize(
    ("line", "words", "some"),
    [
        ("bootctl mi", ["bootctl", "mi"], {"migrate"}),
        ("bootctl run --log-l", ["bootctl", "run", "--log-l"], {"--log-level"}),
        ("bootctl run --log-level d", ["bootctl", "run", "--log-level", "d"], {"debug"}),
        ("bootctl run --log-level=d", ["bootctl", "run", "--log-level", "=", "d"], {"debug"}),
        ("bootctl run --mode dr", ["bootctl", "run", "--mode", "dr"], {"drain"}),
        (
            "bootctl run --set wait.st",
            ["bootctl", "run", "--set", "wait.st"],
            {"wait.stable_for="},
        ),
        (
            "bootctl run --set migrate.mode=w",
            ["bootctl", "run", "--set", "migrate.mode", "=", "w"],
            {"wait"},
        ),
        (
            "bootctl run --set=wait.writable=",
            ["bootctl", "run", "--set", "=", "wait.writable", "="],
            {"true", "false"},
        ),
        ("bootctl help verify.on_d", ["bootctl", "help", "verify.on_d"], {"verify.on_drift"}),
        ("bootctl help 12", ["bootctl", "help", "12"], {"12", "126", "127"}),
        ("bootctl check --format sa", ["bootctl", "check", "--format", "sa"], {"sarif"}),
        ("bootctl wait tcp:", ["bootctl", "wait", "tcp", ":"], {"//"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_are_completed(ask: Path, line: str, words: list[str], some: set[str]) -> None:
    assert set(completed(ask, line, *words)) == some


@pytest.mark.slow
def test_targets_are_those_of_the_project_without_a_secret(ask: Path) -> None:
    found = completed(ask, "bootctl wait ", "bootctl", "wait", "", **PLACES, **SECRET)
    assert "redis://cache.example/0" in found
    assert "postgresql://" in found
    assert "c4n4ry" not in " ".join(found)
    assert "db.example" not in " ".join(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("example", "option", "start", "names"),
    [
        ("alembic", "--back", "", ["0002", "0001"]),
        ("aerich", "--accept", "1_", ["1_20261123142014_done.py"]),
        ("tortoise", "--baseline", "", ["notes.0002_done", "notes.0001_notes"]),
    ],
)
def test_revisions_are_those_of_the_project(
    ask: Path, example: str, option: str, start: str, names: list[str]
) -> None:
    words = ["bootctl", "resolve", "--project", str(EXAMPLES / example), option, start]
    assert completed(ask, " ".join(words), *words) == names


@pytest.mark.slow
def test_what_is_broken_completes_nothing(ask: Path) -> None:
    env = {"BOOTCTL__NOTHING": "x"}
    assert "tcp://" in completed(ask, "bootctl wait ", "bootctl", "wait", "", **env)
