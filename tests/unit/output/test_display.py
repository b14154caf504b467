"""What a terminal can show, by what its environment says."""

from collections.abc import Mapping

import pytest

from bootctl.output import display


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "LC_ALL",
        "LC_CTYPE",
        "LANG",
        "NO_COLOR",
        "FORCE_COLOR",
        "TERM",
        "COLUMNS",
        "LINES",
    ):
        monkeypatch.delenv(name, raising=False)


def set_all(monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str]) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, True),
        ({"LANG": "C"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),  # Python's own coercion
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "C.utf8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, True),
        ({"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
    ],
    ids=str,
)
def test_the_locale_says_whether_there_is_more_than_ascii(
    environ: Mapping[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, environ)
    assert display.is_ascii() is expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
    ids=str,
)
def test_colours_are_where_they_are_wanted(
    environ: Mapping[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, environ)
    assert display.has_colours() is expected


def test_the_size_is_the_environment_s_or_a_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {"COLUMNS": "132", "LINES": "0"})
    assert display.size(-1) == (132, 24)
