"""What code inside does to the environment is undone."""

import os

import pytest

from bootctl.output.process_state import surroundings_kept


def test_variables_are_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "as it w\u00e4s")
    monkeypatch.setenv("GONE", "1")
    before = dict(os.environ)
    with surroundings_kept():
        os.environ |= {"NEW": "1", "KEPT": "changed"}
        del os.environ["GONE"]
    assert dict(os.environ) == before
    assert os.getenv("GONE") == "1"


def test_another_environment_in_its_place_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    own, before = os.environ, dict(os.environ)
    with surroundings_kept():
        monkeypatch.setattr(os, "environ", {"PATH": "/nowhere"})
    assert os.environ is own
    assert dict(os.environ) == before


def test_what_code_has_put_in_its_place_before_is_kept_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"A": "1"})
    with surroundings_kept():
        os.environ["A"], os.environ["B"] = "2", "3"
    assert os.environ == {"A": "1"}
