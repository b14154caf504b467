"""Pages of the site that stand at the top of the repository: a hook of mkdocs."""

import itertools
import re
from typing import Any

from mkdocs.structure.files import File

from tests.support.paths import ROOT

OUTSIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
_TABLE = re.compile(r"(?s)<table>.*?</table>")
_LINK = re.compile(rf"\]\((?:\.\./)+({'|'.join(map(re.escape, OUTSIDE))})")


def on_files(files: Any, config: Any) -> Any:
    """Give the site the pages that are not in ``docs``."""
    for name in OUTSIDE:
        files.append(File.generated(config, name, content=(ROOT / name).read_text()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links between ``docs`` and those pages lead where these are in the site."""
    if page.file.src_uri in OUTSIDE:
        return markdown.replace("](docs/", "](")
    up = "../" * page.file.src_uri.count("/")
    return _LINK.sub(rf"]({up}\1", markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Give each cell of a table its heading: on a phone it stands beside it."""
    return _TABLE.sub(lambda found: _with_headings(found[0]), html)


def _with_headings(table: str) -> str:
    headings = [
        re.sub(r"<[^>]+>", "", text) for text in re.findall(r"(?s)<th[^>]*>(.*?)</th>", table)
    ]
    columns = itertools.cycle(headings or [""])
    return re.sub(r"<td\b", lambda _: f'<td data-heading="{next(columns)}"', table)
