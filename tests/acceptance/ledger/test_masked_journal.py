"""Secrets in the SQL of a migration that stops half way: kept and shown nowhere, and no way out is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases.fresh import Database
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.scenarios.half_applied import boot, dirty, follow, migrated, write

SLOW = pytest.mark.slow
IN_LONG_SUITE = ()
STRONG = "correct-horse-4711"
SECRETS = {
    "strong": STRONG,
    "percent": "fifty%of%%4711x",
    "quote": "it''s-4711-horses",
    "blanks": "two  blanks  4711",
    "comment": "a--b4711/*c*/d",
}
"""As a string of SQL has them."""
LOOKS = ("status", "status --json", "migrate --plan", "check", "run -- true")


def up(secret: str, *rest: str) -> list[str]:
    """Statements with a secret in two that commit, and what follows them."""
    return [
        f"CREATE TABLE t1 (id INT PRIMARY KEY, a VARCHAR(50) DEFAULT '{secret}')",
        f"ALTER TABLE t1 ADD c VARCHAR(50) DEFAULT '{secret}'",
        *rest,
    ]


def remains(secret: str) -> str:
    """What a half applied migration has still to do."""
    return f"ALTER TABLE t1 ADD d VARCHAR(50) DEFAULT '{secret}'"


FAILS = "ALTER TABLE nowhere ADD b INT"


def journal(database: Database) -> str:
    """What the ledger has of the migration that did not end."""
    query = "SELECT statements FROM bootctl_ledger WHERE applied_at IS NULL"
    [(statements,)] = database.execute(query)
    return str(statements)


def plain(secret: str) -> str:
    """A secret of ``SECRETS`` as a variable has it."""
    return secret.replace("''", "'")


def is_shown(text: str, secret: str) -> bool:
    """Whether ``text`` has a secret, as it is or as SQL and JSON write it."""
    forms = (secret, plain(secret), secret.replace("%", "%%"), secret.replace("%%", "%"))
    return any(form in text for form in forms)


def stopped(kit: Kit, root: Path, database: Database, secret: str, **env: str) -> Any:
    """A project whose ``a2`` is half applied; its file is corrected."""
    project = migrated(kit, root, database)
    committing = database.kind == "postgresql"
    write(kit, project, up(secret, FAILS), commits=committing)
    failed = boot(root, **env)
    assert failed.code == 14, failed.stderr
    assert not env or not is_shown(failed.stderr, secret)
    write(kit, project, up(secret, remains(secret)), commits=committing)
    return project


@pytest.mark.parametrize(
    "kind",
    ["percent", *(pytest.param(kind, marks=SLOW) for kind in SECRETS if kind != "percent")],
)
def test_it_is_kept_and_shown_nowhere(
    tmp_path: Path, mariadb: Database, kit: Kit, kind: str
) -> None:
    secret = SECRETS[kind]
    env = {"APP_PASSWORD": plain(secret)}
    stopped(kit, tmp_path, mariadb, secret, **env)
    assert "CREATE TABLE t1" in journal(mariadb)
    assert not is_shown(journal(mariadb), secret)
    for command in LOOKS:
        result = boot(tmp_path, *command.split(), **env)
        assert not is_shown(result.stdout + result.stderr, secret), command
    verdict = boot(tmp_path, **env).verdict
    assert "of its statements 2 ran" in verdict["message"]
    assert verdict["forward"][0] == remains("***") + ";"
    assert "In place of *** write the secret that the file has there" in verdict["hint"]


@pytest.mark.parametrize("secret", [STRONG, pytest.param(SECRETS["percent"], marks=SLOW)])
@pytest.mark.parametrize("known", ["then", "now"])
def test_another_boot_may_know_other_secrets(
    tmp_path: Path, mariadb: Database, kit: Kit, known: str, secret: str
) -> None:
    env = {"APP_PASSWORD": secret}
    stopped(kit, tmp_path, mariadb, secret, **(env if known == "then" else {}))
    assert is_shown(journal(mariadb), secret) == (known == "now")
    status = boot(tmp_path, "status", "--json", **(env if known == "now" else {}))
    [database] = json.loads(status.stdout)["databases"]
    shown = secret if known == "then" else "***"
    assert database["forward"][0] == remains(shown) + ";"
    assert is_shown(database["reason"], secret) is False


@pytest.mark.parametrize(
    "word", ["backend", *(pytest.param(word, marks=SLOW) for word in ("t1", "4711", "VARCHAR"))]
)
def test_a_word_is_masked_as_a_credential_only(
    tmp_path: Path, mariadb: Database, kit: Kit, word: str
) -> None:
    env = {"APP_PASSWORD": word}
    project = migrated(kit, tmp_path, mariadb)
    noted = [f"CREATE TABLE t1 (id INT COMMENT 'password={word}', a VARCHAR(20) DEFAULT '{word}')"]
    left = f"ALTER TABLE t1 ADD b VARCHAR(20) DEFAULT '{word}' COMMENT 'not {word}'"
    write(kit, project, [*noted, FAILS])
    assert boot(tmp_path, **env).code == 14
    write(kit, project, [*noted, left])

    assert f"password={word}" not in journal(mariadb)
    verdict = boot(tmp_path, **env).verdict
    assert (verdict["exit_code"], verdict["forward"][0]) == (17, f"{left};")
    assert f"password={word}" not in json.dumps(verdict)
    follow(mariadb, verdict["forward"])
    assert boot(tmp_path, **env).code == 0


def test_what_commits_by_itself_on_postgresql(tmp_path: Path, postgresql: Database) -> None:
    env = {"APP_PASSWORD": STRONG}
    stopped(ALEMBIC, tmp_path, postgresql, STRONG, **env)
    assert "CREATE TABLE t1" in journal(postgresql)
    assert STRONG not in journal(postgresql)
    verdict = boot(tmp_path, **env).verdict
    assert (verdict["exit_code"], verdict["forward"][0]) == (17, remains("***") + ";")


def test_another_file_is_still_told_from_it(tmp_path: Path, mariadb: Database, kit: Kit) -> None:
    env = {"APP_PASSWORD": STRONG}
    project = stopped(kit, tmp_path, mariadb, STRONG, **env)
    edited = [text.replace("ADD c", "ADD e") for text in up(STRONG, remains(STRONG))]
    write(kit, project, edited)
    verdict = boot(tmp_path, **env).verdict
    assert verdict["exit_code"] == 17
    assert verdict["forward"] == []
    assert dirty(kit, tmp_path)["forward"] == []
