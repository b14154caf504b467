"""One renderer for each format, over one verdict without secrets."""

from collections.abc import Callable

from bootctl.cli.reports import github, html, json, junit, markdown, sarif, text
from bootctl.verify.policy import Verdict

RENDERERS: dict[str, Callable[[Verdict], str]] = {
    "text": text.render,
    "json": json.render,
    "github": github.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "markdown": markdown.render,
    "html": html.render,
}
