"""What ``migrate``, ``run`` and ``wait`` wait for, and what settings leave out of it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC
from tests.support.servers.ports import free_port

SHORT = ("--set", "wait.timeout=0.5")


def dead_mail() -> dict[str, str]:
    """The service's settings of a mail server that is down."""
    return {"SETTINGS__MAILING__HOST": "127.0.0.1", "SETTINGS__MAILING__PORT": str(free_port())}


def test_migrating_waits_for_the_database_alone(tmp_path: Path, sqlite: Database) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    mail = dead_mail()
    assert bootctl("migrate", *SHORT, cwd=tmp_path, env=mail).code == 0
    everything = {**mail, "BOOTCTL__WAIT__FOR": "all"}
    assert bootctl("migrate", *SHORT, cwd=tmp_path, env=everything).code == 11
    result = bootctl("run", *SHORT, "--", "true", cwd=tmp_path, env=mail)
    assert result.code == 11
    assert "smtp://" in result.verdict["message"]
    assert "BOOTCTL__WAIT__OPTIONAL=smtp" in result.verdict["hint"]
    alone = {**mail, "BOOTCTL__WAIT__FOR": "database"}
    assert bootctl("run", *SHORT, "--", "true", cwd=tmp_path, env=alone).code == 0


@pytest.mark.parametrize(
    "named", ["mailing", "smtp", "127.0.0.1", '["mailing"]', "smtp://127.*", "SETTINGS__MAILING__*"]
)
@pytest.mark.parametrize("setting", ["IGNORE", "OPTIONAL"])
def test_one_target_is_left_out_or_made_optional(tmp_path: Path, setting: str, named: str) -> None:
    env = {**dead_mail(), f"BOOTCTL__WAIT__{setting}": named, "BOOTCTL__ORM": "none"}
    result = bootctl("wait", *SHORT, cwd=tmp_path, env=env)
    assert result.code == 0, result.stderr
    skipped = [line["cause"] for line in result.events("wait.skipped")]
    assert skipped == (["refused connection"] if setting == "OPTIONAL" else [])


def test_a_target_on_the_command_line_is_waited_for_all_the_same(tmp_path: Path) -> None:
    down = f"tcp://127.0.0.1:{free_port()}"
    env = {"BOOTCTL__WAIT__IGNORE": "tcp", "BOOTCTL__WAIT__OPTIONAL": "tcp"}
    result = bootctl("wait", down, *SHORT, cwd=tmp_path, env=env)
    assert result.code == 11
    assert "OPTIONAL" not in result.verdict["hint"]


@pytest.mark.parametrize(
    "variables",
    [{"SETTINGS__MAILING__PORT": "1025"}, {"SETTINGS__MAILING__HOST": ""}],
    ids=["a port", "no host"],
)
def test_mail_without_a_host_is_not_named(tmp_path: Path, variables: Mapping[str, str]) -> None:
    env = {**variables, "BOOTCTL__ORM": "none"}
    listed = bootctl("wait", "--list", cwd=tmp_path, env=env)
    assert "SETTINGS__MAILING__HOST is not set" in listed.stdout


@pytest.mark.parametrize(
    "given", ["['a', 'b']", "[a, b]", "'users'", '[""]', '["a",]'], ids=lambda text: text
)
def test_a_pattern_that_can_match_nothing_is_told(tmp_path: Path, given: str) -> None:
    for setting in ("VERIFY__IGNORE", "WAIT__IGNORE"):
        result = bootctl("config", cwd=tmp_path, env={f"BOOTCTL__{setting}": given})
        assert result.code == 3
        assert setting.lower().replace("__", ".") in result.verdict["message"]
