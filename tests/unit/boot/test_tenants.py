"""Which tenants are whose, where each is, and what their ends make of the whole."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bootctl.boot.tenants import place, shard
from bootctl.boot.tenants.outcome import Outcome, Report
from bootctl.boot.tenants.shard import WHOLE, Shard
from bootctl.boot.tenants.task import MIGRATE
from bootctl.cli.reports.tenants import text
from bootctl.config import plain
from bootctl.config.sources import Loaded
from bootctl.database.url import parse
from bootctl.errors import SettingsError

FEW = settings(max_examples=20)
NAMES = st.lists(st.from_regex(r"[a-z0-9_-]{1,20}", fullmatch=True), unique=True)


@FEW
@given(NAMES, st.integers(1, 9))
def test_each_tenant_is_of_one_shard(names: list[str], count: int) -> None:
    parts = [Shard(index, count).of(names) for index in range(count)]
    assert sorted(name for part in parts for name in part) == sorted(names)


@FEW
@given(NAMES, NAMES, st.integers(1, 9))
def test_a_tenant_that_is_added_moves_no_other(
    names: list[str], more: list[str], count: int
) -> None:
    own = Shard(0, count)
    assert set(own.of(names)) <= set(own.of([*names, *more]))


def test_kubernetes_names_a_shard() -> None:
    job = {"JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "4"}
    assert shard.of(None, {}) == WHOLE
    assert shard.of(None, job) == Shard(3, 4)
    assert shard.of("0/2", job) == Shard(0, 2)


@pytest.mark.parametrize("text", ["5/4", "4/4", "1", "-1/4", "a/b", "0/0", ""])
def test_what_is_no_shard_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match="--shard"):
        shard.of(text, {})


def test_the_number_of_shards_is_not_guessed() -> None:
    with pytest.raises(SettingsError, match="JOB_COMPLETION_INDEX"):
        shard.of(None, {"JOB_COMPLETION_INDEX": "0"})


def template(database: str = "", **tenants: str) -> str:
    """The template of those settings."""
    given = {f"tenants.{key}": value for key, value in tenants.items()}
    given |= {"database.url": database} if database else {}
    found = plain.settings(given)
    assert found
    return place.template(Path("/nowhere"), Loaded(found, {}, {}, {}), {})


def test_a_url_has_a_place_for_the_name() -> None:
    found = template(url="mysql://u:p@h/{tenant}")
    assert place.url_of(found, "acme-1") == "mysql://u:p@h/acme-1"


@pytest.mark.parametrize("kind", ["postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_a_search_path_is_an_option_of_the_session(kind: str) -> None:
    database = f"{kind}://u:p%40q@h1:1,h2:2/db?sslmode=require&options=-cjit%3Doff"
    url = parse(place.url_of(template(database, search_path="{tenant}, shared"), "Acme-1"))
    before = parse(database)
    assert url.query["options"] == '-cjit=off -csearch_path="Acme-1","shared"'
    assert url.query["sslmode"] == "require"
    assert (url.kind, url.password, url.hosts) == (kind, before.password, before.hosts)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no setting says where"),
        ({"url": "sqlite:///one.db"}, "tenants.url has no {tenant}"),
        ({"url": "sqlite:///{tenant}", "search_path": "{tenant}"}, "exclude each other"),
        ({"search_path": "{tenant}"}, "no setting names the database"),
        ({"search_path": "{tenant}", "database": "sqlite:///a.db"}, "for PostgreSQL"),
        ({"search_path": "shared,{tenant}", "database": "postgresql://h/d"}, "no list of schemas"),
        ({"search_path": '{tenant}" x', "database": "postgresql://h/d"}, "no list of schemas"),
    ],
)
def test_where_a_tenant_is_has_to_be_said(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said.replace("{", r"\{")):
        template(**given)


def report(*codes: int | None) -> Report:
    """Of tenants that ended so."""
    found = [Outcome(f"t{number}", code) for number, code in enumerate(codes)]
    return Report(MIGRATE, WHOLE, found, 0, len(found))


@pytest.mark.parametrize(
    ("codes", "whole"),
    [
        ((0, 14, 0), 14),
        ((11, 11), 11),
        ((11, 20), 20),
        ((20, 13, 17), 17),
        ((13, 11), 11),
        ((137, 143), 137),
        ((137, 13), 13),
        ((137, 20, None), 20),
        ((1, 12), 1),
    ],
)
def test_a_person_is_asked_for_before_a_retry(codes: tuple[int | None, ...], whole: int) -> None:
    failure = report(*codes).failure
    assert failure is not None
    assert failure.exit_code == whole


def test_where_none_has_failed_there_is_no_failure() -> None:
    assert report(0, 0).failure is None
    assert report().failure is None
    assert report(0, 0).summary == "2 at head"
    assert report().summary == "no tenants"


def test_a_verdict_names_a_few_of_many() -> None:
    failure = report(*[14] * 40, 11, None).failure
    assert failure is not None
    assert failure.message == (
        "41 of 42 tenants failed: exit code 11: t40; exit code 14: t0, t1, t2, t3, t4 and 35 more; "
        "1 tenant not begun"
    )


def test_the_table_has_what_was_done() -> None:
    found = [
        Outcome("one", cached=True),
        Outcome("two", applied=("a1", "a2"), duration_ms=1234),
        Outcome("three", 14, message="it fails"),
        Outcome("four", None),
    ]
    assert text(Report(MIGRATE, Shard(1, 2), found, 0, 9).document(), MIGRATE) == (
        "tenant  code  state      applied  seconds\n"
        "two     0     migrated   a1, a2   1.2\n"
        "three   14    failed     -        0.0\n"
        "four    -     not begun  -        0.0\n"
        "three: it fails\n"
        "shard 1/2 of 9 tenants: 1 at head, 1 failed, 1 migrated, 1 not begun"
    )
