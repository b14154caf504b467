"""The site of the manual: built strictly, and looked at in a browser, on a desk and on a phone."""

import functools
import html
import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.output.test_page import chromium
from tests.support.docs import PAGES, README
from tests.support.paths import ROOT

__all__ = ["chromium"]

pytestmark = pytest.mark.slow

WIDTHS = {"desk": 1280, "phone": 390}
NAMES = [
    *(
        str(page.relative_to(ROOT / "docs").with_suffix(".html"))
        for page in PAGES
        if page != README
    ),
    "CHANGELOG.html",
    "CONTRIBUTING.html",
    "SECURITY.html",
]
LOOK = """
<iframe id="page" style="width: {width}px; height: 900px; border: 0"></iframe><pre id="seen"></pre>
<script>
const names = {names}, frame = document.getElementById("page"), seen = {{}}
const next = () => {{
  if (!names.length) {{ document.getElementById("seen").textContent = JSON.stringify(seen); return }}
  const name = names.shift()
  frame.onload = () => {{
    const page = frame.contentDocument, images = [...page.images]
    seen[name] = {{
      scrolled: page.documentElement.scrollWidth,
      broken: images.filter(image => !image.naturalWidth).map(image => image.src),
      heading: page.querySelector("h1").textContent,
      search: page.querySelectorAll("[data-md-component=search]").length,
      small: [...page.querySelectorAll("article p, article td, article code")]
        .filter(item => parseFloat(getComputedStyle(item).fontSize) < 10).length,
    }}
    next()
  }}
  frame.src = name
}}
next()
</script>
"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as ``make docs`` builds it; a warning fails that."""
    pytest.importorskip("material", reason="`make docs` installs it")
    place = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(place)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return place


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_page_can_be_found(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text())
    found = {item["location"].partition("#")[0] for item in index["docs"]}
    assert found >= set(NAMES)
    assert any("lock.waiting" in item["text"] for item in index["docs"])


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|iframe)[^>]* src="(https?:[^"]*)"', page.read_text())
        loaded += re.findall(
            r'<link[^>]* rel="stylesheet"[^>]* href="(https?:[^"]*)"', page.read_text()
        )
        assert loaded == [], page


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_read_without_scrolling_sideways(
    site: Path, address: str, chromium: str, tmp_path: Path, width: str
) -> None:
    look = site / f"look-{width}.html"
    look.write_text(LOOK.format(width=WIDTHS[width], names=json.dumps(NAMES)))
    arguments = [
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=120000"),
        *(f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={WIDTHS[width]},900"),
    ]
    done = subprocess.run(
        [chromium, *arguments, "--dump-dom", f"{address}/{look.name}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    found = re.search(r'(?s)<pre id="seen">(.*?)</pre>', done.stdout)
    assert found
    assert found[1], "it does not end"
    seen = json.loads(html.unescape(found[1]))
    assert sorted(seen) == sorted(NAMES)
    for name, page in seen.items():
        assert page["scrolled"] <= WIDTHS[width], name
        assert page["broken"] == [], name
        assert page["heading"], name
        assert page["search"], name
        assert page["small"] == 0, name
