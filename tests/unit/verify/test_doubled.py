"""Keys that are there more often than models say."""

import pytest

from bootctl.verify.catalog.objects import SchemaObject
from bootctl.verify.doubled import doubled


def key(name, kind="foreign key", **parts):
    """A key of one table."""
    return SchemaObject(kind, f"t.{name}", "t", {"columns": "a", **parts})


def names(said, *live):
    """What is there too often."""
    return [change.object.name for change in doubled(said, live)]


def test_the_one_that_models_name_is_kept():
    assert names([key("z")], key("a"), key("z")) == ["t.a"]


def test_where_models_name_none_the_first_is_kept():
    assert names([key("")], key("b"), key("a")) == ["t.b"]


@pytest.mark.parametrize("made", ["t_a_fkey", "t_ibfk_1", "t_a_key", "a"])
def test_where_models_name_none_the_one_that_the_database_named_is_kept(made):
    assert names([key("")], key("A"), key(made)) == ["t.A"]


def test_a_key_that_does_something_else_is_no_double():
    assert names([key("a")], key("a"), key("b", target="x (id)")) == []


def test_a_key_of_no_model_is_no_double():
    assert names([], key("a"), key("b")) == []


def test_as_many_as_models_have_are_right():
    assert names([key("a"), key("b")], key("a"), key("b")) == []


def test_a_unique_index_is_as_good_as_a_constraint():
    constraint = key("a", "constraint")
    assert names([constraint], constraint, key("b", "index", unique="yes")) == ["t.b"]
    assert names([constraint], constraint, key("b", "index")) == []
