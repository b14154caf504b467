"""What is taken apart by one expression is what the lexer makes of it."""

import random

import pytest
from sqlparse import keywords

from bootctl.migrate.risk.words import words

KEYWORDS = sorted({*keywords.KEYWORDS_COMMON, *keywords.KEYWORDS, *keywords.KEYWORDS_PLPGSQL})
OTHERS = (
    *("NOT NULL", "DOUBLE PRECISION", "CREATE OR REPLACE", "GROUP BY", "AT TIME ZONE", "GO 5"),
    *("users", "t_2", "e5", "1e5", "0x1F", "12", "x.y", "x . y", "x.1", "3.c", "_x", "n"),
    *("VARCHAR(50)", "NUMERIC(12, 2)", "-- so", "'it'", '"It"', "`it`", "$1", "a-b", "\u00e9"),
)
MARKS = (" ", " ", " ", "\n", "\t", "", "(", ")", ",", ".", ";", " , ")


@pytest.mark.parametrize("seed", range(5))
def test_a_text_is_the_same_words_with_and_without_the_lexer(seed: int) -> None:
    chosen = random.Random(seed)  # no secret
    for _ in range(600):
        parts = [
            chosen.choice(chosen.choice((KEYWORDS, OTHERS))) + chosen.choice(MARKS)
            for _ in range(chosen.randint(1, 9))
        ]
        text = "".join(parts)
        assert words(text) == words(f"/**/ {text}"), text  # a comment needs the lexer
