"""One renderer for each format, over one verdict."""

from collections.abc import Callable

from bootctl.drift import Verdict
from bootctl.report import github, json, text

RENDERERS: dict[str, Callable[[Verdict], str]] = {
    "text": text.render,
    "json": json.render,
    "github": github.render,
}
