"""A label of an enum that somebody changed is told once: of the enum, and not of every column too."""

import json
from pathlib import Path
from typing import Any

from tests.acceptance.verify.test_unchanged_databases import KEY, project
from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl

LABELS = '"a", "b"'
MODEL = f"""\
status = sa.Enum({{labels}}, name="status")
sa.Table("t", metadata, {KEY}, sa.Column("c", status), sa.Column("d", sa.ARRAY(status)))
"""
MADE = f"""\
status = sa.Enum({LABELS}, name="status")
op.create_table("t", {KEY}, sa.Column("c", status), sa.Column("d", sa.ARRAY(status)))
"""


def checked(root: Path) -> list[dict[str, Any]]:
    """The differences that a check finds."""
    result = bootctl("check", "--format", "json", cwd=root)
    found: list[dict[str, Any]] = json.loads(result.stdout)["differences"]
    assert result.code == (20 if found else 0), result.stderr
    return found


def test_a_label_is_told_once(tmp_path: Path, postgresql: Database) -> None:
    project(tmp_path, postgresql, MODEL.format(labels=LABELS), MADE)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute("ALTER TYPE status RENAME VALUE 'b' TO 'z'")
    [found] = checked(tmp_path)
    assert (found["kind"], found["name"]) == ("changed enum", "status")
    assert set(found["layers"]) == {"models != database", "migrations != database"}
    assert (found["wrong"], found["live"]) == ("database", "labels: 'a', 'z'")
    for statement in found["fix"]:
        postgresql.execute(statement)
    assert checked(tmp_path) == []


def test_all_three_have_other_labels(tmp_path: Path, postgresql: Database) -> None:
    made = MODEL.format(labels=LABELS)
    project(tmp_path, postgresql, made, MADE)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    models = tmp_path / "models.py"
    models.write_text(models.read_text().replace(LABELS, '"a", "y"'))
    postgresql.execute("ALTER TYPE status RENAME VALUE 'b' TO 'z'")
    [found] = checked(tmp_path)
    assert (found["kind"], found["name"], found["wrong"]) == ("changed enum", "status", "")
    assert len(found["layers"]) == 3


def test_a_column_of_another_type_is_told_too(tmp_path: Path, postgresql: Database) -> None:
    project(tmp_path, postgresql, MODEL.format(labels=LABELS), MADE)
    assert bootctl("migrate", cwd=tmp_path).code == 0
    postgresql.execute("ALTER TYPE status RENAME VALUE 'b' TO 'z'")
    postgresql.execute("ALTER TABLE t ALTER c TYPE text")
    told = [(item["kind"], item["name"]) for item in checked(tmp_path)]
    assert sorted(told) == [("changed enum", "status"), ("changed type", "t.c")]
