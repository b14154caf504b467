"""``bootctl help``, as a process."""

from pathlib import Path

import pytest

from tests.support.processes.forked import bootctl


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("17",), "Take one of the two ways out that `bootctl status` prints"),
        (("lock.waiting",), "fields: target, holder, holder_pid, duration_ms"),
        (("BOOTCTL__WAIT__TIMEOUT",), "default: 60.0"),
        (("check",), "--scratch"),
        ((), "completion"),
    ],
)
def test_a_topic_is_explained(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = bootctl("help", *words, cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert said in result.stdout
    assert result.stderr == ""


def test_an_unknown_topic_names_the_nearest(tmp_path: Path) -> None:
    result = bootctl("help", "wait.timout", cwd=tmp_path)
    assert result.code == 2
    assert "wait.timeout" in result.verdict["hint"]


def test_it_needs_no_valid_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.bootctl]\nnothing = 1\n")
    assert bootctl("help", "3", cwd=tmp_path).code == 0
