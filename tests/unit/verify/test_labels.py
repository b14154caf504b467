"""Labels of enums of MySQL."""

import pytest

from bootctl.verify.labels import are_in_another_order


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("enum('a','b')", "enum('b','a')", True),
        ("enum('a','b')", "ENUM('b','a')", True),
        ("enum('a','b')", "enum('a','b')", False),
        ("enum('a','b')", "enum('a','c')", False),
        ("set('a','b')", "set('b','a')", False),
        ("int(11)", "bigint(20)", False),
    ],
)
def test_labels_in_another_order(one, other, expected):
    assert are_in_another_order(one, other) is expected
