"""Pages of the site that stand at the top of the repository: a hook of mkdocs."""

import re
from typing import Any

from mkdocs.structure.files import File

from tests.support.paths import ROOT

OUTSIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
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
