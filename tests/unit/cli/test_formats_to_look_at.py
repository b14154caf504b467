"""Markdown and the page for a browser: whole, and of all that a verdict has."""

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from bootctl.cli.reports.formats import RENDERERS
from bootctl.cli.reports.words import compared
from bootctl.verify.policy import Verdict
from tests.support.scenarios.verdicts import CLEAN, ODD, ODD_NAME, STRANGE, TYPE, VERDICTS

every_verdict = pytest.mark.parametrize("verdict", VERDICTS.values(), ids=VERDICTS)


class Page(HTMLParser):
    """The tags, the attributes and the text of a page, whose tags are closed in order."""

    VOID = ("meta", "br")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(markdown: str) -> str:
    """As GitHub shows it, but for what the text is made of."""
    return MarkdownIt("commonmark").enable("table").render(markdown)


@every_verdict
def test_markdown_has_a_row_for_each_difference(verdict: Verdict) -> None:
    html = shown(RENDERERS["markdown"](verdict))
    page = Page(html)
    assert page.tags.count("tr") == len(verdict.differences) + bool(verdict.differences)
    columns = 6 + any(item.database for item in verdict.differences)
    assert page.tags.count("td") == columns * len(verdict.differences)
    assert page.tags.count("details") == html.count("</details>")
    assert set(page.tags) <= {
        *("h3", "table", "thead", "tbody", "tr", "th", "td"),
        *("details", "summary", "p", "strong", "pre", "ul", "li"),
    }


def test_markdown_shows_texts_as_they_are() -> None:
    page = Page(shown(RENDERERS["markdown"](STRANGE)))
    assert r"\r\n::error::c\x9b31m\u202ed ##[group]e\x85" in page.text
    assert r"<b>&amp;`|*_[x](y)</b> {0}%0A" in page.text
    assert "</pre></details>\n]]>\n```" in page.text


@every_verdict
def test_the_page_needs_nothing_else(verdict: Verdict) -> None:
    printed = RENDERERS["html"](verdict)
    page = Page(printed)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(page.tags)
    assert {name for name, _ in page.attributes} <= {
        *("lang", "charset", "name", "content", "http-equiv"),
        *("id", "class", "href", "aria-label", "aria-labelledby"),
    }
    assert all(value.startswith("#table-") for name, value in page.attributes if name == "href")
    assert "url(" not in printed
    assert "default-src 'none'" in printed


@every_verdict
def test_the_page_is_sound(verdict: Verdict) -> None:
    page = Page(RENDERERS["html"](verdict))
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    named = {
        value.removeprefix("#")
        for name, value in page.attributes
        if name in ("href", "aria-labelledby")
    }
    assert named <= set(ids)
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert [tag for tag in page.tags if tag in ("header", "main", "footer")] == [
        "header",
        "main",
        "footer",
    ]
    assert ("lang", "en") in page.attributes


@every_verdict
def test_the_page_has_all_of_a_verdict(verdict: Verdict) -> None:
    page = Page(RENDERERS["html"](verdict))
    for item in (*verdict.differences, *verdict.accepted):
        if item is not ODD:
            for words in (item.kind, item.name, item.detail):
                assert words in page.text
    for item in verdict.differences:
        if item is not ODD:
            for words in (item.expected, item.live, item.place, item.since, *item.fix):
                assert words in page.text
    assert not [name for name in verdict.pending if name != ODD_NAME and name not in page.text]


def test_what_only_one_definition_has_is_marked() -> None:
    printed = RENDERERS["html"](replace(CLEAN, differences=(TYPE,)))
    assert "<pre>type: character varying(<ins>100</ins>)</pre>" in printed
    assert "<pre>type: character varying(<del>50</del>)</pre>" in printed


@pytest.mark.parametrize(
    ("expected", "live"),
    [
        ("a b c", "a x c"),
        ("", "a"),
        ("a", ""),
        ("a\nb", "a\n\nb"),
        ("x " * 9000, "y " * 9000),
        ("a b " * 990, "b a a " * 660),
        ("a\n" * 9000, "b\n" * 9000),
    ],
)
def test_the_pieces_of_two_texts_are_the_texts(expected: str, live: str) -> None:
    ours, theirs = compared(expected, live)
    assert "".join(part for part, _ in ours) == expected
    assert "".join(part for part, _ in theirs) == live
    assert any(is_own for _, is_own in (*ours, *theirs))
