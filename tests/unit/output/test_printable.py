"""What is written for a person, or as JSON, has nothing that a terminal or a CI obeys."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootctl.output import printable

COMMANDING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
ANY = st.text(
    alphabet=st.characters(exclude_categories=["Cs"])
    | st.sampled_from("\x00\x07\x1b\r\n\x85\x9b\u202e\u2066\ud800")
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢 'x' \\d", "plain é 漢 'x' \\d"),
        ("a\x1b[31mb\x07", r"a\x1b[31mb\x07"),
        ("a\r\n\tb", r"a\r\n\tb"),
        ("\x9b31m\x85\x7f", r"\x9b31m\x85\x7f"),
        ("user\u202etxt.exe\u2066", r"user\u202etxt.exe\u2066"),
        ("\udcff", r"\udcff"),
    ],
)
def test_a_line_shows_what_it_would_obey(text: str, shown: str) -> None:
    assert printable.one_line(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("a\n  ::warning file=x::y", "a\n  \\x3a:warning file=x::y"),
        ("'a'::text, ::1", "'a'::text, ::1"),
        ("a ##[group]b", r"a \x23#[group]b"),
    ],
)
def test_a_line_is_no_command_of_a_workflow(text: str, shown: str) -> None:
    assert printable.harmless(text) == shown


@given(ANY)
def test_nothing_that_is_obeyed_is_left(text: str) -> None:
    assert not COMMANDING.search(printable.one_line(text))
    assert not COMMANDING.search(re.sub("[\n\t]", "", printable.lines(text)))
    assert not re.search(r"(?m)^\s*::|##\[", printable.harmless(printable.lines(text)))


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_json_says_the_same(value: object) -> None:
    for indent in (None, 2):
        text = printable.as_json(value, indent=indent)
        assert json.loads(text) == value
        assert not COMMANDING.search(text.replace("\n", ""))
        assert text.encode()


def test_the_cells_of_a_table_are_lines_and_its_keys_are_left_alone() -> None:
    cells = printable.cells({"a\n": ["b\n", {"c": ("d\r",)}, 1, None]})
    assert cells == {"a\n": ["b\\n", {"c": ["d\\r"]}, 1, None]}
