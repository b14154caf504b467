"""The table has a heading for each scene, and says of each line what is aimed at."""

from dataclasses import replace

from tests.bench import table
from tests.bench.figures import Line

BOOT = Line("shop", "boot", "alembic", "wall", 0.418, 5, values=(0.9, 2.2))


def test_every_line_is_below_the_heading_of_its_scene() -> None:
    other = replace(BOOT, scene="many", rounds=1)
    rows = table.rows([BOOT, replace(BOOT, ours="full boot"), other])
    assert [row for row in rows if not row.startswith(" ")] == [
        "shop (medians of 5)",
        "many (once)",
    ]
    assert ["full boot" in row for row in rows] == [False, False, True, False, False]


def test_a_line_has_its_ratio_and_the_medians_in_their_unit() -> None:
    [_, row] = table.rows([BOOT])
    assert "0.42" in row
    assert row.endswith("0.900 / 2.200 s")
    [_, row] = table.rows([replace(BOOT, figure="peak", values=(41.2, 90.0))])
    assert row.endswith("41 / 90 MB")
    [_, row] = table.rows([replace(BOOT, figure="statements", values=(4.0, 40.0))])
    assert row.endswith("4.0 / 40.0")


def test_what_is_aimed_at_is_told_and_whether_it_is_missed() -> None:
    [_, row] = table.rows([replace(BOOT, most=0.5)])
    assert row.endswith("at most 0.5")
    [_, row] = table.rows([replace(BOOT, most=0.3)])
    assert row.endswith("at most 0.3 (missed)")
    [_, row] = table.rows([replace(BOOT, figure="peak", limit=40, values=(41.2, 90.0))])
    assert row.endswith("at most 40 MB (missed)")


def test_columns_stand_below_their_names() -> None:
    [_, row] = table.rows([replace(BOOT, most=0.5)])
    assert table.HEAD.index("beside") == row.index("alembic")
    assert table.HEAD.index("aim") == row.index("at most")
