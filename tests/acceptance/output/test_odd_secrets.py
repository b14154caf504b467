"""Secrets that code supplies, that are words, that have several lines, or that are names as well."""

import json
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.steps import Python

LISTENER = """
from sqlalchemy import Engine, event

@event.listens_for(Engine, "do_connect")
def token(dialect, record, args, kw):
    kw["password"] = "-".join(["Zq8xKw5", "Pj7vXv2"])
"""


def test_a_token_that_code_supplies_is_a_secret(tmp_path: Path, postgresql: Database) -> None:
    project = ALEMBIC.project(tmp_path, postgresql)
    project.configure(top=LISTENER)
    project.migration("a2", "a1", Python("raise RuntimeError('-'.join(['Zq8xKw5', 'Pj7vXv2']))"))
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 14
    assert "RuntimeError: ***" in result.stderr
    assert "Zq8xKw5" not in result.stderr


SPEAKING = """
import os, sys
print(os.environ["SIGNING_KEY"])
print(os.environ["SIGNING_KEY"].encode(), file=sys.stderr)
print("the word is", os.environ["DB_PASSWORD_RO"])
print(f"postgresql://app:{os.environ['DB_PASSWORD_RO']}@db/app")
"""


def test_a_weak_secret_is_told_and_a_secret_of_several_lines_is_several(
    tmp_path: Path, sqlite: Database
) -> None:
    ALEMBIC.project(tmp_path, sqlite).configure(top=SPEAKING)
    key = "--BEGIN--\nMIIBVgIBADANBg\nkqhkiG9w0BAQEF\r\nAASCAUAwggE8"
    env = {"SIGNING_KEY": key, "DB_PASSWORD_RO": "users", "PWD": "users"}
    result = bootctl("status", "--json", cwd=tmp_path, env=env)
    assert result.code == 0, result.stderr
    assert not [line for line in key.splitlines()[1:] if line in result.stderr]
    printed = {line["message"] for line in result.events("inspect.output")}
    assert {"the word is users", "postgresql://app:***@db/app"} <= printed
    (told,) = result.events("settings.weak_secret")
    assert told["secrets"] == ["DB_PASSWORD_RO"]


@pytest.mark.parametrize("name", ["note", "ledger_Zq8xKw5Pj7"])
def test_a_baseline_accepts_a_name_that_is_a_secret(
    tmp_path: Path, sqlite: Database, name: str
) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    env = {"DB_PASSWORD": name, "BOOTCTL__VERIFY__MODE": "full"}
    assert bootctl("migrate", cwd=tmp_path, env=env).code == 0
    sqlite.execute(f"CREATE TABLE {name} (id integer)")
    report = bootctl("check", "--format", "json", cwd=tmp_path, env=env)
    shown = [item["name"] for item in json.loads(report.stdout)["differences"]]
    assert (report.code, shown) == (20, ["note" if name == "note" else "***"])
    (tmp_path / "baseline.json").write_text(report.stdout)
    accepted = bootctl("check", "--set", "verify.baseline=baseline.json", cwd=tmp_path, env=env)
    assert accepted.code == 0, accepted.stderr
    assert bootctl("check", cwd=tmp_path, env=env).code == 20
