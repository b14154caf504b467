"""Entries of verify.ignore, in every notation that a source of settings has."""

from typing import Any

import pytest

from bootctl.config import model, plain
from bootctl.config.lists import Ignored
from bootctl.config.settings import Settings, Verify
from bootctl.errors import SettingsError

WITH_REASON = {"kind": "trigger", "name": "audit.*", "reason": "the auditors' own"}


def of(given: Any) -> tuple[Ignored | str, ...]:
    """The entries, as both who read settings have them."""
    values = {"verify.ignore": given}
    found = model.settings(values, {}).verify.ignore
    assert plain.settings(values) in (None, Settings(verify=Verify(ignore=found)))
    return found


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ("users, trigger:audit.*", ["users", "trigger:audit.*"]),
        ("users unexpected-index:users.ix_*", ["users", "unexpected-index:users.ix_*"]),
        ('["users", "unexpected index:users.*"]', ["users", "unexpected index:users.*"]),
        ('[{"kind": "trigger", "name": "audit.*"}, "users"]', ["trigger:audit.*", "users"]),
        (["users", WITH_REASON], ["users", "trigger:audit.*"]),
        ([{"kind": "trigger"}], ["trigger:*"]),
        ([{"name": "users"}], ["users"]),
        ("[]", []),
        ("[tu]sers", ["[tu]sers"]),
    ],
)
def test_every_notation(given: Any, texts: list[str]) -> None:
    found = of(given)
    assert [Ignored.of(item).text for item in found] == texts


def test_a_reason_is_shown() -> None:
    [item] = of([WITH_REASON])
    assert str(item) == "trigger:audit.* (the auditors' own)"


@pytest.mark.parametrize(
    "given",
    [
        "'users'",
        "trigger:'users'",
        '["users",',
        [{"reason": "nothing is named"}],
        [{"kind": "trigger", "nam": "users"}],
        [{"kind": 5}],
        [{"name": "users["}],
        [5],
        [None],
    ],
)
def test_what_is_no_entry_is_refused(given: Any) -> None:
    assert plain.settings({"verify.ignore": given}) is None
    with pytest.raises(SettingsError, match=r"verify\.ignore"):
        of(given)


@pytest.mark.parametrize(
    ("entry", "kind", "name", "matches"),
    [
        ("audit.*", "unexpected trigger", "audit.log", True),
        ("trigger:audit.*", "unexpected trigger", "audit.log", True),
        ("trigger:audit.*", "missing trigger", "audit.log", True),
        ("trigger:audit.*", "unexpected index", "audit.log", False),
        ("trigger:audit.*", "unexpected trigger", "users.log", False),
        ("unexpected-trigger:*", "unexpected trigger", "users.log", True),
        ("unexpected trigger:*", "missing trigger", "users.log", False),
        ("Foreign_Key:*", "missing foreign key", "users.fk", True),
        ("key:*", "missing foreign key", "users.fk", False),
        ("*-key:*", "missing foreign key", "users.fk", True),
        ("column:users.*", "changed type", "users.email", True),
        ("column:users.*", "changed nullability", "users.email", True),
        ("type:users.*", "changed type", "users.email", True),
        ("type:users.*", "changed default", "users.email", False),
        ("table:users", "changed table comment", "users", True),
        ("table:users", "changed table row security", "users", True),
        ("unexpected *:tmp_*", "unexpected table", "tmp_1", True),
        ("view:a:b", "missing view", "a:b", True),
        ("a:b", "missing view", "a:b", True),
        ("ReplaceViewOp:*", "ReplaceViewOp", "view", True),
    ],
)
def test_what_an_entry_means(entry: str, kind: str, name: str, matches: bool) -> None:
    assert Ignored.of(entry).matches(kind, name) is matches
