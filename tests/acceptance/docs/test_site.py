"""The site of the manual: built strictly, and looked at in a browser, on a desk and on a phone."""

import functools
import http.server
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
<iframe id="page" style="width: {width}px; height: 900px; border: 0"></iframe>
<script>
const names = {names}, frame = document.getElementById("page"), seen = {{}}
const next = () => {{
  if (!names.length) {{ fetch("/seen", {{method: "POST", body: JSON.stringify(seen)}}); return }}
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
PATIENCE_SECONDS = 240


class _Site(http.server.ThreadingHTTPServer):
    """Serves the site, and takes what the browser has seen of it."""

    def __init__(self, place: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(place)))
        self.seen: queue.Queue[dict[str, Any]] = queue.Queue()

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.server_port}"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    server: _Site

    def do_POST(self) -> None:
        """Take what was seen."""
        self.server.seen.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

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
def served(site: Path) -> Iterator[_Site]:
    """The site, served."""
    with _Site(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


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


@contextmanager
def shown(chromium: str, address: str, width: int, profile: Path) -> Iterator[None]:
    """A browser that shows this, and writes nothing but into ``profile``."""
    arguments = [
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"),
        *(f"--user-data-dir={profile}", f"--window-size={width},900"),
    ]
    browser = subprocess.Popen(
        [chromium, *arguments, address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_read_without_scrolling_sideways(
    site: Path, served: _Site, chromium: str, tmp_path: Path, width: str
) -> None:
    look = site / f"look-{width}.html"
    look.write_text(LOOK.format(width=WIDTHS[width], names=json.dumps(NAMES)))
    with shown(chromium, f"{served.address}/{look.name}", WIDTHS[width], tmp_path / "profile"):
        seen = served.seen.get(timeout=PATIENCE_SECONDS)
    assert sorted(seen) == sorted(NAMES)
    for name, page in seen.items():
        assert page["scrolled"] <= WIDTHS[width], name
        assert page["broken"] == [], name
        assert page["heading"], name
        assert page["search"], name
        assert page["small"] == 0, name
