"""What is recorded names no place on a machine, and takes the place of what was recorded before."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import picture, record
from tests.bench.figures import Line
from tests.bench.scenes import QUICK, SECTIONS
from tests.support.paths import ROOT

BOOT = Line("shop", "boot", "alembic", "wall", 0.4, 5, pictured=True, values=(1.0, 2.5))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file, image = tmp_path / "bench.json", tmp_path / "bench.svg"
    for ratio in (0.5, 0.4321):
        record.write([replace(BOOT, ratio=ratio)], file, image)
    made = record.read(file)
    assert [line.ratio for line in made.lines] == [0.432]
    assert made.date == record.today()
    assert image.read_text() == picture.drawn(made.lines, made.date)


def test_the_machine_is_told_in_words_without_a_path_or_a_name() -> None:
    words = record.machine()
    assert "cores" in words
    assert "alembic" in words
    assert "/" not in words
    assert "/" not in record.read().machine


def test_raw_figures_are_kept_where_no_commit_takes_them() -> None:
    assert f"{record.RAW.relative_to(ROOT)}/" in (ROOT / ".gitignore").read_text().splitlines()


def test_what_is_quick_are_sections() -> None:
    assert {*QUICK} < {*SECTIONS}
    assert bench.parsed(["--quick"]).sections == QUICK
    assert bench.parsed([]).sections == [*SECTIONS]


@pytest.mark.parametrize("words", [["nothing"], ["--record", "start"], ["--record", "--quick"]])
def test_what_cannot_be_measured_or_recorded_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        bench.parsed(words)


@pytest.mark.parametrize(("times", "told"), [(1, "nothing is worse"), (2, "and was")])
def test_a_comparison_says_what_is_worse_than_recorded(
    capsys: pytest.CaptureFixture[str], times: int, told: str
) -> None:
    before = record.read().lines[0]
    bench.compare([replace(before, ratio=times * before.ratio)])
    assert told in capsys.readouterr().out
