"""One renderer for each format, over one verdict without secrets."""

from collections.abc import Callable

from bootctl.cli.reports import github, json, text
from bootctl.verify.policy import Verdict

RENDERERS: dict[str, Callable[[Verdict], str]] = {
    "text": text.render,
    "json": json.render,
    "github": github.render,
}
