"""Whatever a secret is, every output is what it is with another one: no key, no name, no format changes.

Seeded: a failure names the secret and the command, and the next run tries the same.
"""

import itertools
import json
import os
import random
import shlex
import string
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from bootctl.output.strength import is_weak
from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.projects.steps import Change, Table

SEED = 20260115
SECONDS = int(os.environ.get("FUZZ_SECONDS", "20"))
WORDS = (
    *("app", "users", "email", "note", "notes", "backend", "alembic", "migrations", "sqlite"),
    *("true", "false", "null", "None", "0001", "20", "12345678", "a2", "id", "error", "message"),
    *("pending", "missing", "direction", "at-head", "environment", "create", "table", "varchar"),
    *("infrastructure", "models", "stage", "value", "source", "password", "token", "serve"),
)
JSON = ('{"a": 1}', '"quoted"', "[null]", "a\\b\\", '\\"', "{}", "[]")
CONTROL = "\x01\x07\x08\t\x1b[]m\x7f\x9b\u202e\u2028é:'\"%"
FORMATS: tuple[tuple[str, ...], ...] = (
    ("status", "--json"),
    ("check", "--format", "json"),
    ("config", "--json"),
    ("detect", "--json"),
    ("wait", "--list", "--json"),
    ("migrate", "--sql"),
    ("migrate", "--plan"),
    ("status",),
    ("check",),
    ("check", "--format", "github"),
    ("check", "--format", "sarif"),
    ("check", "--format", "junit"),
    ("check", "--format", "markdown"),
    ("check", "--format", "html"),
    ("config",),
    ("detect",),
    ("wait", "--list"),
    ("wait",),
    ("run", "--", "no-such-server", "--password"),
)


def secrets() -> Iterator[str]:
    """Words, what JSON is made of, control characters, and what nobody would guess."""
    numbers = random.Random(SEED)
    printable = string.ascii_letters + string.digits + string.punctuation
    while True:
        yield numbers.choice(WORDS)
        yield "".join(numbers.choices(printable, k=numbers.randint(8, 24)))
        yield "".join(numbers.choices(CONTROL + string.ascii_letters, k=numbers.randint(6, 16)))
        yield numbers.choice(JSON) + str(numbers.randint(0, 99))


def variables(secret: str) -> dict[str, str]:
    """A secret in each of the places where bootctl learns one, of those that the outputs show."""
    url = f"redis://app:{quote(secret, safe='')}@127.0.0.1:1/0"
    return {
        "DB_PASSWORD_RO": secret,
        "BOOTCTL__WAIT__TARGETS": url,
        "BOOTCTL__WAIT__TIMEOUT": "10ms",
        "BOOTCTL__ALEMBIC__X": shlex.join([f"token={secret}", "tenant=a"]),
        "BOOTCTL__SERVER__COMMAND": shlex.join(["serve", "--password", secret, "--port", "1"]),
    }


def forms(secret: str) -> set[str]:
    """How it would be read in an output."""
    written = {secret, quote(secret, safe=""), repr(secret)[1:-1], json.dumps(secret)[1:-1]}
    if not is_weak(secret):
        return written | {json.dumps(json.dumps(secret))[3:-3]}
    credentials = ("token={}", "--password {}", "--password, {}", ":{}@", "{}@127")
    return {place.format(form) for place in credentials for form in written}


def keys(value: object) -> object:
    """The shape of a document."""
    if isinstance(value, Mapping):
        return {key: keys(item) for key, item in value.items()}
    return [keys(item) for item in value] if isinstance(value, list) else type(value).__name__


def run(project: Path, command: tuple[str, ...], secret: str) -> Result:
    """How a command ends where this is the secret."""
    given = (*command, secret) if command[-1] == "--password" else command
    result = bootctl(*given, cwd=project, env=variables(secret))
    text = result.stdout + result.stderr
    leaked = [form for form in forms(secret) if form in text]
    assert not leaked, f"{secret!r}: {given} shows {leaked}"
    assert result.code != 1, result.stderr
    for line in result.lines:
        assert line["run_id"]
    if "json" in command[-1] or command[-1] == "sarif":
        json.loads(result.stdout)
    return result


def shape(result: Result) -> dict[str, object]:
    """The keys of each event: which of them come depends on how fast a server answers too."""
    return {line["event"]: keys(line) for line in result.lines}


@pytest.fixture
def project(tmp_path: Path, sqlite: Database, kit: Kit) -> Path:
    """A project that is behind its code, whose schema differs, with names that are words."""
    made = kit.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    made.migration("a2", "a1", Change.ADD_NAME, Table("Note", "note", "backend"))
    made.models("name")
    sqlite.execute("CREATE TABLE app (infrastructure integer)")
    return tmp_path


def compare(project: Path, tries: Iterator[tuple[tuple[str, ...], str]], at_least: int) -> None:
    """Try as many as the time allows, on a busy machine too; each shows what it does with another secret."""
    known: dict[tuple[str, ...], Result] = {}
    until = time.monotonic() + SECONDS
    for count, (command, secret) in enumerate(tries):
        if count >= at_least and time.monotonic() > until:
            break
        if command not in known:
            known[command] = run(project, command, "Zq8-Xv2_Kw5~Pj7")
        expected, found = known[command], run(project, command, secret)
        what = f"{secret!r}: {command}"
        assert (found.code, found.stdout) == (expected.code, expected.stdout), what
        events = shape(expected)
        assert {e: k for e, k in shape(found).items() if e in events and k != events[e]} == {}, what


@pytest.mark.parametrize("kit", [ALEMBIC], ids=lambda kit: kit.name)
def test_no_output_depends_on_the_secret(project: Path) -> None:
    tries = zip(FORMATS[::2], secrets(), strict=False)
    compare(project, tries, at_least=6)


@pytest.mark.slow
def test_no_output_depends_on_any_of_many_secrets(project: Path) -> None:
    tries = ((command, secret) for secret in secrets() for command in FORMATS)
    compare(project, tries, at_least=len(FORMATS))


def test_the_secrets_that_are_tried_are_of_both_kinds() -> None:
    tried = list(itertools.islice(secrets(), 40))
    weak = sum(map(is_weak, tried))
    assert 5 < weak < 35
