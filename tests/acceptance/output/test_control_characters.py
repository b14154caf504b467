"""What a database, a migration or a file is called commands no terminal, and no CI."""

import json
import re
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC
from tests.support.projects.steps import Change, Python

NAME = "a\x1b]0;b\x07\r\n::error::c\x9b31m\u202ed ##[group]e\x85\x7f"
COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]")
OURS = ("::error file=migrations/versions/a2", "::notice title=not looked at::")
LOG_FORMATS = {"console": {"NO_COLOR": "1", "BOOTCTL__LOG__FORMAT": "console"}, "json": {}}


def assert_harmless(text: str, *, ours: tuple[str, ...] = ()) -> None:
    """Find nothing that a terminal takes for a command, nor GitHub but for what begins as ``ours`` do."""
    assert not COMMANDING.search(text), ascii(text)
    lines = [line for line in text.splitlines() if not line.startswith(ours)]
    assert not [line for line in lines if re.match(r"\s*::", line)], text


def test_no_result_and_no_line_of_the_log_is_a_command(tmp_path: Path, sqlite: Database) -> None:
    project = ALEMBIC.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute(f'CREATE TABLE "{NAME}" (id integer)')
    wrong = f"import warnings; warnings.warn({NAME!r}); raise RuntimeError({NAME!r})"
    path = project.migration("a2", "a1", Change.ADD_NAME, Python(wrong))
    text = path.read_text().replace('"""a2"""', repr(f"t{NAME}"), 1)
    path.with_name("a2\x1b[31m\r::error::.py").write_text(text)
    path.unlink()
    commands = {
        "migrate --plan": (0, ()),
        "status": (0, ()),
        "check": (20, ()),
        "check --format github": (20, OURS),
        "check --format json": (20, ()),
        "check --format sarif": (20, ()),
        "check --format junit": (20, ()),
        "check --format markdown": (20, ()),
        "check --format html": (20, ()),
        "migrate": (14, ()),
    }
    for command, (code, ours) in commands.items():
        for env in LOG_FORMATS.values() if command == "migrate" else [LOG_FORMATS["console"]]:
            result = bootctl(*command.split(), cwd=tmp_path, env=env)
            assert result.code == code, (command, result.stderr)
            assert_harmless(result.stdout, ours=ours)
            assert_harmless(result.stderr)
            plain = result.stdout + result.stderr
            assert command == "status" or r"\x1b" in plain or r"\u001b" in plain, command


def test_json_has_the_names_as_they_are(tmp_path: Path, sqlite: Database) -> None:
    ALEMBIC.project(tmp_path, sqlite)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    sqlite.execute(f'CREATE TABLE "{NAME}" (id integer)')
    result = bootctl("check", "--format", "json", cwd=tmp_path)
    assert_harmless(result.stdout)
    assert [item["name"] for item in json.loads(result.stdout)["differences"]] == [NAME]
    assert result.events("boot.failed")[0]["differences"] == [f"unexpected table {NAME}"]
