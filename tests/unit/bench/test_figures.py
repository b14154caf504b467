"""Ratios are medians of pairs, and a regression is a quarter more than was recorded."""

from dataclasses import replace

import pytest

from tests.bench.figures import Comparison, Line, line, regressions

BOOT = Line("shop", "boot", "alembic", "wall", 0.4, 5)


def test_a_ratio_is_the_median_of_the_pairs_ratios_and_not_of_the_medians_ratio() -> None:
    made = line("shop", Comparison("boot", "alembic"), [1.0, 2.0, 9.0], [2.0, 8.0, 9.0])
    assert made.ratio == pytest.approx(0.5)
    assert made.rounds == 3
    assert made.values == (2.0, 8.0)


def test_one_noisy_pair_does_not_move_the_ratio() -> None:
    asked = Comparison("boot", "alembic")
    quiet = line("shop", asked, [1.0] * 5, [2.0] * 5)
    noisy = line("shop", asked, [1.0] * 4 + [30.0], [2.0] * 5)
    assert noisy.ratio == quiet.ratio


def test_series_of_different_lengths_are_no_pairs() -> None:
    with pytest.raises(ValueError, match="argument"):
        line("shop", Comparison("boot", "alembic"), [1.0], [1.0, 2.0])


@pytest.mark.parametrize(("ratio", "is_told"), [(0.4, False), (0.5, False), (0.51, True)])
def test_a_quarter_more_than_recorded_is_a_regression(ratio: float, is_told: bool) -> None:
    told = regressions([replace(BOOT, ratio=ratio)], [BOOT])
    assert bool(told) == is_told
    assert all("0.51" in said and "0.40" in said and "shop: boot" in said for said in told)


@pytest.mark.parametrize("other", [{"scene": "x"}, {"ours": "x"}, {"peer": "x"}, {"figure": "cpu"}])
def test_only_a_line_of_the_same_name_is_compared(other: dict[str, str]) -> None:
    assert regressions([replace(BOOT, ratio=9.0)], [replace(BOOT, **other)]) == []


@pytest.mark.parametrize(
    ("line", "misses"),
    [
        (BOOT, False),
        (replace(BOOT, most=0.4), False),
        (replace(BOOT, most=0.39), True),
        (replace(BOOT, figure="peak", limit=40, values=(40.4, 90.0)), False),
        (replace(BOOT, figure="peak", limit=40, values=(41.0, 90.0)), True),
    ],
)
def test_a_line_knows_whether_it_misses_its_aim(line: Line, misses: bool) -> None:
    assert line.misses == misses


@pytest.mark.parametrize(
    "line",
    [
        replace(BOOT, most=0.5, pictured=True),
        replace(BOOT, figure="peak", limit=40, values=(41.0, 90.0)),
    ],
)
def test_a_recorded_line_is_read_as_it_was(line: Line) -> None:
    assert Line.of(line.recorded()) == line


def test_the_seconds_of_one_machine_are_not_recorded() -> None:
    assert replace(BOOT, values=(1.2, 3.0)).recorded()["values"] is None
