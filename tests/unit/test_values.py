"""What is frozen is what ``dataclass(frozen=True)`` makes of the same class."""

from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest

from bootctl.values import frozen


class Plain:
    """Of each kind of field one."""

    name: str
    parts: dict[str, int] = field(default_factory=dict, compare=False)
    position: int = 0
    note: str = field(default="", compare=False, repr=False)

    @property
    def shown(self) -> str:
        """Return something that is made of the fields."""
        return f"{self.name}:{self.position}"


Ours: Any = frozen(type("Plain", (Plain,), dict(vars(Plain))))
Theirs: Any = dataclass(frozen=True)(type("Plain", (Plain,), dict(vars(Plain))))


def test_it_is_shown_as_theirs() -> None:
    assert repr(Ours("a", {"b": 1}, 2, "c")) == repr(Theirs("a", {"b": 1}, 2, "c"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a",), ("a",)),
        (("a",), ("b",)),
        (("a", {"b": 1}), ("a", {})),
        (("a", {}, 1), ("a", {}, 2)),
        (("a", {}, 1, "c"), ("a", {}, 1, "d")),
    ],
    ids=str,
)
def test_it_is_equal_where_theirs_is(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    equal = Theirs(*one) == Theirs(*other)
    assert (Ours(*one) == Ours(*other)) is equal
    assert (Ours(*one) != Ours(*other)) is not equal
    assert (hash(Ours(*one)) == hash(Ours(*other))) is equal
    assert len({Ours(*one), Ours(*other)}) == (1 if equal else 2)


def test_it_is_equal_to_no_other_class() -> None:
    assert Ours("a") != Theirs("a")
    assert Ours("a") != "a"


def test_its_own_methods_stay() -> None:
    @frozen
    class Named:
        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Named)

        def __hash__(self) -> int:
            return 1

    assert repr(Named("a")) == "<a>"
    assert Named("a") == Named("b")
    assert hash(Named("a")) == 1


def test_it_is_a_dataclass() -> None:
    made = replace(Ours("a", position=1), name="b")
    assert made.shown == "b:1"
    assert [item.name for item in fields(made)] == ["name", "parts", "position", "note"]
    assert Ours.__match_args__ == Theirs.__match_args__
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
        Ours()
    with pytest.raises(TypeError, match="unhashable type"):
        hash(Ours([]))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ((), {}),
        (("a", {}, 1, "c", "d"), {}),
        (("a",), {"name": "b"}),
        (("a",), {"other": 1}),
        (("a", {}, 1, "c"), {"other": 1}),
    ],
    ids=str,
)
def test_what_it_cannot_be_made_of_is_named_as_theirs(
    given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    said = []
    for each in (Ours, Theirs):
        with pytest.raises(TypeError) as raised:
            each(*given, **named)
        said.append(str(raised.value))
    assert said[0] == said[1]


def test_what_is_not_given_is_each_values_own() -> None:
    first, second = Ours("a"), Ours("b", note="c")
    first.parts["x"] = 1
    assert second.parts == {}
    assert (second.position, second.note) == (0, "c")
    assert Ours(position=1, name="d").name == "d"


def test_its_variables_are_in_the_order_of_its_fields() -> None:
    made = Ours(note="c", position=1, name="a")
    assert list(vars(made)) == list(vars(Theirs("a"))) == [item.name for item in fields(made)]


def test_a_derived_one_has_the_fields_of_both() -> None:
    @frozen
    class Base:
        name: str
        count: int = 0

    @frozen
    class Derived(Base):
        more: str = "x"

    assert repr(Derived("a", more="b")).endswith("Derived(name='a', count=0, more='b')")
    assert Base("a") == Base("a", 0)
