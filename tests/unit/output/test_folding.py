"""Texts in a column: they end at words, and what is copied stays whole."""

import pytest

from bootctl.output.folding import cells, folded


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("a bc def", 4, ["a bc", "def"]),
        ("a\n\nb", 4, ["a", "", "b"]),
        ("see /srv/app/migrations now", 8, ["see", "/srv/app/migrations", "now"]),
        ("  two words", 6, ["  two", "words"]),
        ("日本 日本", 5, ["日本", "日本"]),
    ],
)
def test_lines_end_at_words(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width) == lines


def test_a_column_is_no_character() -> None:
    assert (cells("abc"), cells("日本"), cells("e\u0301")) == (3, 4, 1)
