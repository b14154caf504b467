"""What names the tenants, and what is said of what cannot."""

import sqlite3
from pathlib import Path

import pytest

from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result

PREFIX = "BOOTCTL__TENANTS__"
URL = {"URL": "sqlite:///data/{tenant}.db"}


def migrate(root: Path, *words: str, database: str = "", **tenants: str) -> Result:
    """``bootctl migrate --tenants`` with these settings of the group."""
    env = {f"{PREFIX}{name}": value for name, value in {**URL, **tenants}.items()}
    own = {"BOOTCTL__DATABASE__URL": database} if database else {}
    return bootctl("migrate", "--tenants", *words, cwd=root, env={**env, **own})


@pytest.mark.parametrize(
    ("words", "tenants", "said"),
    [
        ((), {}, "no setting names the tenants"),
        ((), {"NAMES": "a", "COMMAND": "echo b"}, "tenants.names, tenants.command"),
        ((), {"NAMES": "north,south,north"}, "more than once: north"),
        ((), {"NAMES": "a ../b"}, "'../b'"),
        ((), {"NAMES": '["a b"]'}, "'a b'"),
        ((), {"NAMES": "-x"}, "'-x'"),
        ((), {"NAMES": "a" * 64}, "a" * 64),
        ((), {"FILE": "nowhere.txt"}, "nowhere.txt"),
        ((), {"QUERY": "SELECT name FROM tenants"}, "tenants.query"),
        ((), {"COMMAND": "false"}, "tenants.command"),
        ((), {"COMMAND": "no-such-command"}, "no-such-command"),
        ((), {"COMMAND": "sh -c 'echo gone >&2; exit 3'"}, "it exits with 3, after: gone"),
        ((), {"NAMES": "a", "URL": "sqlite:///a.db"}, "{tenant}"),
        ((), {"NAMES": "a", "CONCURRENCY": "0"}, "tenants.concurrency"),
        (("--shard", "5/4"), {"NAMES": "a"}, "5/4"),
    ],
)
def test_what_names_no_tenants_is_a_setting(
    tmp_path: Path, words: tuple[str, ...], tenants: dict[str, str], said: str
) -> None:
    result = migrate(tmp_path, *words, **tenants)
    assert result.code == 3, result.stderr
    assert said in result.verdict["message"]
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words", [("--tenants", "--plan"), ("--tenants", "--sql"), ("--shard", "0/2"), ("--json",)]
)
def test_options_that_exclude_each_other(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert bootctl("migrate", *words, cwd=tmp_path).verdict["exit_code"] == 2


def test_a_query_that_fails_is_named(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "all.db").close()
    (tmp_path / "all.db").touch()
    query = "SELECT name FROM tenants"
    result = migrate(tmp_path, QUERY=query, database="sqlite:///all.db")
    assert result.verdict["exit_code"] == 3
    assert "no such table: tenants" in result.verdict["message"]


def test_no_tenants_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "none.txt").write_text("# nobody yet\n\n")
    result = migrate(tmp_path, FILE="none.txt")
    assert (result.code, result.stdout) == (0, "no tenants\n")
    [found] = result.events("tenants.found")
    assert (found["level"], found["tenants"]) == ("warning", 0)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("NAMES", '["north", "south"]'),
        ("FILE", "tenants.txt"),
        ("COMMAND", "cat tenants.txt"),
        ("QUERY", "SELECT name FROM tenants ORDER BY name"),
    ],
)
def test_each_way_to_name_them(tmp_path: Path, setting: str, value: str) -> None:
    (tmp_path / "tenants.txt").write_text("north # the first\n\n  south\n")
    with sqlite3.connect(tmp_path / "all.db") as connection:
        connection.execute("CREATE TABLE tenants (name text)")
        connection.execute("INSERT INTO tenants VALUES ('south'), ('north')")
    connection.close()
    result = migrate(
        tmp_path, "--shard", "0/999983", database="sqlite:///all.db", **{setting: value}
    )
    assert result.code == 0, result.stderr
    [found] = result.events("tenants.found")
    assert found["source"] == f"tenants.{setting.lower()}"
    assert "2 tenants, 0 of them in shard 0/999983" in found["message"]
