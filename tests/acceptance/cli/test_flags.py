"""Settings as flags: the same as the setting, stronger than the environment, and never a secret that is told."""

import json
from pathlib import Path

import pytest

from bootctl.cli import given_settings
from bootctl.config.settings import keys
from tests.support.databases.fresh import Database
from tests.support.eventually import eventually
from tests.support.processes.spawned import bootctl
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.steps import Change
from tests.support.servers.ports import free_port

CANARY = "c4n4ry-pa55word"
URL = f"postgresql://service:{CANARY}@db.invalid:5432/notes"
NO_ORM = {"BOOTCTL__ORM": "none"}


def _slow(*words: str) -> object:
    return pytest.param(words, marks=pytest.mark.slow)


def test_every_flag_is_shown_as_a_flag_and_wins(tmp_path: Path) -> None:
    flags = ("--timeout", "5s", "--log-level", "WARNING", "--log-format", "json")
    env = {"BOOTCTL__WAIT__TIMEOUT": "9", "BOOTCTL__DATABASE__URL": "sqlite:///other.db"}
    result = bootctl("config", "--json", f"--database-url={URL}", *flags, cwd=tmp_path, env=env)
    found = json.loads(result.stdout)
    assert {key for key, item in found.items() if item["source"] == "flag"} == {
        *given_settings.FLAGS.values()
    }
    assert found["wait.timeout"]["value"] == 5
    assert found["log.level"]["value"] == "warning"
    assert found["database.url"]["value"] == URL.replace(CANARY, "***")
    assert CANARY not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--database-url", URL, "--timeout", "0", "--", "true"),
        ("status", "--database-url", URL, "--tiemout", "0"),
        _slow("migrate", f"--database-url={URL}", "--timeout=0"),
        _slow("wait", "--database-url", URL, "--timeout", "0"),
        _slow("status", "--timeout", URL),
        _slow("wait", "--database-url", f"nonsense:{CANARY}@"),
    ],
    ids=str,
)
def test_a_password_on_the_command_line_is_masked(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = bootctl(*arguments, cwd=tmp_path, env=NO_ORM)
    assert result.code in (2, 3, 11), result
    assert CANARY not in result.stdout + result.stderr


def test_a_timeout_is_that_of_waiting(tmp_path: Path) -> None:
    target = f"tcp://127.0.0.1:{free_port()}"
    verdict = bootctl("wait", target, "--timeout", "300ms", cwd=tmp_path).verdict
    assert verdict["exit_code"] == 11
    assert "0.3 s" in verdict["message"]


def test_modes_set_what_their_value_is_of(tmp_path: Path) -> None:
    settings, rest = given_settings.of(
        (), quiet=False, verbose=False, modes=["wait", "full", "drain"]
    )
    assert settings == {"migrate.mode": "wait", "verify.mode": "full", "server.mode": "drain"}
    assert not rest
    verdict = bootctl("run", "--mode", "off", "--", "true", cwd=tmp_path).verdict
    assert verdict["exit_code"] == 2
    assert "--set verify.mode=off" in verdict["message"]


def test_each_mode_and_each_flag_is_a_setting() -> None:
    known = dict(keys())
    assert set(given_settings.FLAGS.values()) <= known.keys()
    for value, key in given_settings.MODES.items():
        assert value in known[key].choices


@pytest.mark.slow
def test_flags_are_not_ignored_where_a_receipt_holds(tmp_path: Path, postgresql: Database) -> None:
    ALEMBIC.project(tmp_path, postgresql).migration("a1", None, Change.CREATE_USERS)
    run = ("run", "--", "true")
    assert bootctl(*run, cwd=tmp_path).code == 0
    eventually(lambda: bool(bootctl(*run, cwd=tmp_path).events("verify.cached")))
    full = bootctl("run", "--mode", "full", "--", "true", cwd=tmp_path)
    assert full.code == 0
    assert full.events("verify.clean")
    assert not full.events("verify.cached")
    quiet = bootctl("run", "--log-level", "error", "--", "true", cwd=tmp_path)
    assert quiet.code == 0
    assert not quiet.stderr
    elsewhere = bootctl("run", "--database-url", URL, "--timeout", "0", "--", "true", cwd=tmp_path)
    assert elsewhere.code == 11


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "config",
        "detect",
        pytest.param("status", marks=pytest.mark.exhaustive),
        pytest.param("check", marks=pytest.mark.exhaustive),
    ],
)
def test_json_is_one_document_whatever_asks_for_it(
    tmp_path: Path, sqlite: Database, command: str
) -> None:
    ALEMBIC.project(tmp_path, sqlite).migration("a1", None, Change.CREATE_USERS)
    short, long = (
        bootctl(command, *words, cwd=tmp_path) for words in (("--json",), ("--format", "json"))
    )
    assert json.loads(short.stdout).keys() == json.loads(long.stdout).keys()
    both = bootctl(command, "--json", "--format", "text", cwd=tmp_path)
    assert both.verdict["exit_code"] == 2
