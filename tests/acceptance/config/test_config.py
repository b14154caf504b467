"""``bootctl config``: every setting, its value, where it came from; and settings that are wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result

DATABASE = "postgresql://app:hidden-{}@127.0.0.1/app"
EVERY_SETTING = {
    *("orm", "secrets_dir", "database.url", "database.migration_url"),
    *("wait.timeout", "wait.targets", "wait.stable_for", "wait.writable", "lock.timeout"),
    *("wait.for", "wait.ignore", "wait.optional"),
    *("migrate.mode", "migrate.lock_timeout", "migrate.statement_timeout", "migrate.on_ahead"),
    *("migrate.on_risk", "migrate.breaks_running"),
    *("verify.mode", "verify.before_commit", "verify.on_drift", "verify.ignore", "verify.baseline"),
    "verify.lock_file",
    *("server.command", "server.app", "server.processes", "server.workers"),
    *("server.mode", "server.stop_timeout", "server.startup_health"),
    *("log.format", "log.level", "log.file", "log.rotation", "log.compression"),
    *("log.termination_message", "log.metrics"),
    *("alembic.name", "alembic.x"),
    *("tortoise.config", "tortoise.location"),
    *("tenants.names", "tenants.file", "tenants.query", "tenants.command"),
    *("tenants.url", "tenants.search_path", "tenants.concurrency", "tenants.on_failure"),
}


def table(result: Result) -> dict[str, dict[str, Any]]:
    assert result.code == 0, result.stderr
    parsed = json.loads(result.stdout)
    assert isinstance(parsed, dict)
    return parsed


def test_every_setting_is_shown_with_its_default(tmp_path: Path) -> None:
    rows = table(bootctl("config", "--json", cwd=tmp_path))
    assert rows.keys() == EVERY_SETTING
    assert {row["source"] for row in rows.values()} == {"default"}
    assert rows["wait.timeout"]["value"] == 60
    assert rows["database.url"]["value"] is None


def test_a_person_reads_one_line_for_each_setting(tmp_path: Path) -> None:
    env = {"BOOTCTL__ORM": "none", "BOOTCTL__DATABASE__URL": DATABASE.format("word")}
    result = bootctl("config", cwd=tmp_path, env=env)
    assert result.code == 0, result.stderr
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert rows.keys() == EVERY_SETTING
    assert rows["orm"] == ["none", "environment"]
    assert rows["database.url"] == ["postgresql://app:***@127.0.0.1/app", "environment"]
    assert rows["lock.timeout"] == ["300.0", "default"]


def test_the_stronger_source_wins(tmp_path: Path) -> None:
    """Each source also sets what the ones above it set; what is left to it shows its name."""
    order = ("flag", "environment", ".env", "secrets", "pyproject.toml")
    keys = ("wait.timeout", "lock.timeout", "server.stop_timeout", "database.url", "orm")
    values = dict(zip(keys, ("1", "2", "3", DATABASE, "alembic"), strict=True))

    def upto(source: str) -> list[str]:
        return list(keys[: order.index(source) + 1])

    def variables(source: str) -> dict[str, str]:
        return {f"BOOTCTL__{k.upper().replace('.', '__')}": values[k] for k in upto(source)}

    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "bootctl__database__url").write_text(DATABASE.format("secrets") + "\n")
    toml = "".join(f"{k} = {values[k]!r}\n" for k in upto("pyproject.toml"))
    (tmp_path / "pyproject.toml").write_text(f"[tool.bootctl]\n{toml}secrets_dir = '{secrets}'\n")
    (tmp_path / ".env").write_text("".join(f"{k}={v}\n" for k, v in variables(".env").items()))

    result = bootctl(
        *("config", "--json", "--set", "wait.timeout=9"), cwd=tmp_path, env=variables("environment")
    )
    rows = table(result)
    assert {key: rows[key]["source"] for key in keys} == dict(zip(keys, order, strict=True))
    assert rows["secrets_dir"]["source"] == "pyproject.toml"
    assert rows["wait.timeout"]["value"] == 9
    assert "hidden" not in result.stdout


def test_a_secret_may_be_in_a_file_that_a_variable_names(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(DATABASE.format("file") + "\n")
    (tmp_path / "pyproject.toml").write_text(
        f"[tool.bootctl.database]\nmigration_url = '{DATABASE.format('toml')}'\n"
    )
    for name in ("BOOTCTL__DATABASE__MIGRATION_URL_FILE", "bootctl__database__migration_url_file"):
        result = bootctl("config", "--json", cwd=tmp_path, env={name: "secret"})
        assert table(result)["database.migration_url"] == {
            "value": "postgresql://app:***@127.0.0.1/app",
            "source": "secrets",
        }
        assert "hidden" not in result.stdout + result.stderr


def test_a_value_is_shown_as_it_is_understood(tmp_path: Path) -> None:
    env = {
        "BOOTCTL__WAIT__TIMEOUT": "1m",
        "BOOTCTL__WAIT__STABLE_FOR": "500ms",
        "BOOTCTL__WAIT__TARGETS": "tcp://a:1, redis://:hidden@b:2",
        "BOOTCTL__SERVER__COMMAND": "serve 'two words'",
        "bootctl__log__level": "INFO",
        "BOOTCTL__ORM": "",
    }
    rows = table(bootctl("config", "--json", cwd=tmp_path, env=env))
    assert rows["wait.timeout"]["value"] == 60
    assert rows["wait.stable_for"]["value"] == 0.5
    assert rows["wait.targets"]["value"] == ["tcp://a:1", "redis://:***@b:2"]
    assert rows["server.command"]["value"] == ["serve", "two words"]
    assert rows["log.level"] == {"value": "info", "source": "environment"}
    assert rows["orm"] == {"value": "auto", "source": "default"}


@pytest.mark.parametrize(
    ("place", "misspelt", "nearest"),
    [
        ("environment", "BOOTCTL__WAIT__TIMOUT", "BOOTCTL__WAIT__TIMEOUT"),
        ("environment", "BOOTCTL__DATABASE__MIGRATION_URI", "BOOTCTL__DATABASE__MIGRATION_URL"),
        ("environment", "BOOTCTL__LOGLEVEL", "BOOTCTL__LOG__LEVEL"),
        (".env", "BOOTCTL__DATABSE__URL", "BOOTCTL__DATABASE__URL"),
        ("pyproject.toml", "wait.time_out", "wait.timeout"),
        ("pyproject.toml", "server.proceses", "server.processes"),
        ("flag", "ormm", "orm"),
        ("flag", "migrate.lock-timeout", "migrate.lock_timeout"),
    ],
)
def test_a_misspelt_key_names_the_nearest(
    tmp_path: Path, place: str, misspelt: str, nearest: str
) -> None:
    flags = ("--set", f"{misspelt}=1") if place == "flag" else ()
    env = {misspelt: "1"} if place == "environment" else {}
    if place == ".env":
        (tmp_path / ".env").write_text(f"{misspelt}=1\n")
    if place == "pyproject.toml":
        (tmp_path / "pyproject.toml").write_text(f"[tool.bootctl]\n{misspelt} = 1\n")
    verdict = bootctl("config", *flags, cwd=tmp_path, env=env).verdict
    assert verdict["exit_code"] == 3
    assert misspelt in verdict["message"]
    assert verdict["nearest"] == nearest
    assert f"Did you mean {nearest}?" in verdict["hint"]
    where = {"flag": "command line", "pyproject.toml": "[tool.bootctl]"}.get(place, place)
    assert where in verdict["message"]


@pytest.mark.parametrize(
    "toml", ["tool = 1", "tool.bootctl = 1", "tool.bootctl.wait = 5", "tool.bootctl.orm.x = 1"]
)
def test_a_group_that_is_no_group_is_an_invalid_setting(tmp_path: Path, toml: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"{toml}\n")
    assert bootctl("config", cwd=tmp_path).verdict["exit_code"] == 3


@pytest.mark.parametrize(
    "command",
    [
        "check",
        "check --scratch",
        "status",
        "migrate --plan",
        "migrate --sql",
        "resolve --accept a1 --yes",
    ],
)
def test_what_needs_an_orm_says_so_where_there_is_to_be_none(tmp_path: Path, command: str) -> None:
    result = bootctl(*command.split(), cwd=tmp_path, env={"BOOTCTL__ORM": "none"})
    assert result.code == 3
    assert "orm is none" in result.verdict["message"]
