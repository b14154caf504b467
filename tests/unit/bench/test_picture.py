"""The README's picture is well-formed, legible on any background, and of the recorded ratios."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.bench import picture, record
from tests.bench.figures import Line
from tests.support.paths import ROOT

SVG = "{http://www.w3.org/2000/svg}"
BOOT = Line("shop", "boot", "alembic upgrade head && alembic check", "wall", 0.4, 5, pictured=True)
LINES = [BOOT, replace(BOOT, ours="full", ratio=1.6), replace(BOOT, pictured=False, ratio=9.0)]


def drawn(lines: list[Line]) -> ElementTree.Element:
    return ElementTree.fromstring(picture.drawn(lines, "2026-01-01"))


def bars(lines: list[Line]) -> list[ElementTree.Element]:
    return drawn(lines).findall(f"{SVG}rect")


def test_bars_are_as_long_as_the_ratios_and_the_peer_s_is_one() -> None:
    short, long = bars(LINES)
    assert int(long.attrib["width"]) == pytest.approx(4 * int(short.attrib["width"]), abs=4)
    line = drawn(LINES).find(f"{SVG}line")
    assert line is not None
    peer = int(line.attrib["x1"]) - int(short.attrib["x"])
    assert int(short.attrib["width"]) == pytest.approx(0.4 * peer, abs=1)


@pytest.mark.parametrize("lines", [LINES, [BOOT], [replace(BOOT, ratio=40.0)], []], ids=len)
def test_everything_is_inside_of_the_picture(lines: list[Line]) -> None:
    root = drawn(lines)
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    assert root.attrib["viewBox"] == f"0 0 {width} {height}"
    for bar in root.findall(f"{SVG}rect"):
        assert int(bar.attrib["x"]) + int(bar.attrib["width"]) < width
    for part in (*root.findall(f"{SVG}rect"), *root.findall(f"{SVG}text")):
        assert int(part.attrib["y"]) <= height


def test_text_says_what_is_compared_with_what() -> None:
    said = "\n".join("".join(text.itertext()) for text in drawn(LINES).iter(f"{SVG}text"))
    assert "boot / alembic upgrade head && alembic check" in said
    assert said.count("shop") == 1
    assert "0.40" in said
    assert "9.00" not in said


def test_every_colour_has_another_one_in_the_dark() -> None:
    light, dark = picture.drawn(LINES, "").split("@media (prefers-color-scheme: dark)")
    for kind in ("text {", ".of {", ".bar {", ".over {", "line {"):
        assert kind in light
        assert kind in dark


def test_the_picture_is_of_the_recorded_ratios() -> None:
    now = record.read()
    assert record.PICTURE.read_text() == picture.drawn(now.lines, now.date)
    assert record.RECORD.read_text() == now.text()
    assert "docs/bench.svg" in (ROOT / "README.md").read_text()
