"""The page of ``bootctl check --format html`` in a real browser: on a desk and on a phone, in light and in dark."""

import html
import json
import re
import shutil
import struct
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bootctl.cli.reports.formats import RENDERERS
from tests.support.scenarios.verdicts import VERDICTS
from tests.support.servers.standard import install

pytestmark = pytest.mark.slow

DESK, PHONE = 1200, 390
HEIGHT = 1400
SCHEMES = {"light": "1", "dark": "0"}

FRAME = """\
<!doctype html>
<meta charset="utf-8">
<style>body {{ margin: 0 }} iframe {{ border: 0; width: {width}px; height: {height}px }}</style>
<iframe srcdoc="{page}"></iframe>
<pre></pre>
<script>
function channels(color) {{
  return color.match(/[0-9.]+/g).map(Number);
}}
function luminance(color) {{
  const [r, g, b] = channels(color).slice(0, 3).map(function (part) {{
    const value = part / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }});
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}}
function background(element) {{
  for (; element; element = element.parentElement) {{
    const color = getComputedStyle(element).backgroundColor;
    if (channels(color)[3] !== 0) return color;
  }}
  return "rgb(255, 255, 255)";
}}
function contrast(element) {{
  const values = [getComputedStyle(element).color, background(element)].map(luminance);
  return (Math.max(...values) + 0.05) / (Math.min(...values) + 0.05);
}}
function rectangle(element) {{
  const {{left, top, right, bottom}} = element.getBoundingClientRect();
  return {{left, top, right, bottom}};
}}
addEventListener("load", function () {{
  const page = document.querySelector("iframe").contentDocument;
  const told = [...page.body.querySelectorAll("*")].filter(
    (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  );
  document.querySelector("pre").textContent = JSON.stringify({{
    width: page.documentElement.clientWidth,
    scrolled: page.documentElement.scrollWidth,
    beyond: told.filter((element) => element.getBoundingClientRect().right > {width} + 0.5)
      .map((element) => element.outerHTML),
    contrasts: told.map((element) => [contrast(element), element.outerHTML]),
    sizes: told.map((element) => parseFloat(getComputedStyle(element).fontSize)),
    sides: [...page.querySelectorAll(".sides")].map((sides) => [...sides.children].map(rectangle)),
    colors: [...page.querySelectorAll("ins, del")].map((mark) => getComputedStyle(mark).backgroundColor),
    text: page.body.innerText,
  }});
}});
</script>
"""


@dataclass(frozen=True)
class Seen:
    """One look at a page."""

    image: bytes
    measured: dict[str, Any]

    @property
    def corner(self) -> tuple[int, int, int]:
        """The colour of the first pixel, which no filter of PNG changes."""
        red, green, blue = self._pixels[1:4]
        return red, green, blue

    @property
    def kinds_of_lines(self) -> int:
        """How many lines of pixels differ: of an empty page, one."""
        _, height = struct.unpack(">II", self.image[16:24])
        pixels = self._pixels
        stride = len(pixels) // height
        return len({pixels[at : at + stride] for at in range(0, len(pixels), stride)})

    @property
    def _pixels(self) -> bytes:
        data, at = b"", 8
        while at < len(self.image):
            size, kind = struct.unpack(">I4s", self.image[at : at + 8])
            data += self.image[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
            at += size + 12
        return zlib.decompress(data)


@pytest.fixture(scope="module")
def chromium() -> str:
    """Debian's, installed where it is not."""
    if not shutil.which("chromium"):
        install("chromium", "fonts-dejavu-core")
    found = shutil.which("chromium")
    assert found, "chromium is not installed, and could not be"
    return found


def look(chromium: str, folder: Path, printed: str, width: int, scheme: str) -> Seen:
    """The page in a frame of this width: a window has a least one."""
    frame, image = folder / "frame.html", folder / f"{width}-{scheme}.png"
    frame.write_text(FRAME.format(page=html.escape(printed), width=width, height=HEIGHT))
    arguments = [
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        *("--force-color-profile=srgb", f"--user-data-dir={folder / 'profile'}"),
        *(
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
            f"--window-size={width},{HEIGHT}",
        ),
    ]

    command = [chromium, *arguments, f"--screenshot={image}", "--dump-dom", frame.as_uri()]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    found = re.search(r"(?s)<pre>(.*?)</pre>\n<script>", done.stdout)
    assert found, done.stdout
    return Seen(image.read_bytes(), json.loads(html.unescape(found[1])))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("name", ["drift", "strange", "clean"])
def test_a_page_can_be_read(
    tmp_path: Path, chromium: str, name: str, width: int, scheme: str
) -> None:
    verdict = VERDICTS[name]
    seen = look(chromium, tmp_path, RENDERERS["html"](verdict), width, scheme)
    measured = seen.measured
    assert measured["scrolled"] <= measured["width"], "it scrolls sideways"
    assert measured["beyond"] == []
    assert [item for item in measured["contrasts"] if item[0] < 4.5] == []
    assert min(measured["sizes"]) >= 12
    assert "bootctl check" in measured["text"]
    assert (max(seen.corner) < 64) if scheme == "dark" else (min(seen.corner) > 192)
    assert seen.kinds_of_lines > (300 if verdict.differences else 50)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_definitions_are_side_by_side_where_there_is_room(
    tmp_path: Path, chromium: str, width: int
) -> None:
    seen = look(chromium, tmp_path, RENDERERS["html"](VERDICTS["drift"]), width, "light")
    sides = seen.measured["sides"]
    assert len(sides) == 5
    for expected, live in sides:
        beside = expected["right"] <= live["left"] and expected["top"] == live["top"]
        below = expected["bottom"] <= live["top"] and expected["left"] == live["left"]
        assert beside if width == DESK else below
    assert len(set(seen.measured["colors"])) == 2
