"""bootctl's own wheel: where the files have it, and the commands that put it there."""

import json
import re
import shlex
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bootctl import __version__

_DISTRIBUTION = "robyn-bootctl"
_FILE = f"robyn_bootctl-{__version__}-py3-none-any.whl"
_FOLDER = "vendor"
_NAMED = re.compile(r"\brobyn_bootctl-[\w.]+-py3-none-any\.whl")


def named(text: str) -> str:
    """Return ``text`` with the wheel of this version."""
    return _NAMED.sub(_FILE, text)


def commands(root: Path) -> Iterator[str]:
    """Yield what puts the wheel into the project at ``root``, where it is not there yet."""
    if (root / _FOLDER / _FILE).exists():
        return
    url = _origin()
    place = unquote(urlsplit(url).path) if url.startswith("file:") else ""
    if place.endswith(".whl"):
        wheel = place
    elif url.startswith("http"):
        yield f"pip download --no-deps --dest {_FOLDER} {shlex.quote(url)}"
        return
    else:
        checkout = place or "CHECKOUT"
        yield f"make -C {shlex.quote(checkout)} wheel"
        wheel = f"{checkout}/dist/{_FILE}"
    yield f"mkdir -p {_FOLDER} && cp {shlex.quote(wheel)} {_FOLDER}/"


def _origin() -> str:
    """Return the URL that this bootctl was installed from, with its hash; empty where nobody knows.

    See https://packaging.python.org/en/latest/specifications/direct-url/.
    """
    try:
        text = distribution(_DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        return ""
    known = json.loads(text or "{}")
    digest = known.get("archive_info", {}).get("hashes", {}).get("sha256")
    url = str(known.get("url", ""))
    return f"{url}#sha256={digest}" if digest and url.startswith("http") else url
