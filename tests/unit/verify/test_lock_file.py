"""``schema.lock``: what is written is read again, in one form, and what is broken is named."""

from pathlib import Path

import pytest

from bootctl.errors import SettingsError
from bootctl.verify import lock_file
from bootctl.verify.catalog.changes import changes
from bootctl.verify.catalog.objects import Catalog, SchemaObject

BODY = "CREATE FUNCTION f() RETURNS int\nAS $$ SELECT 'ü \"quoted\"' $$"
CATALOG = Catalog(
    [
        SchemaObject("view", "recent", parts={"definition": " SELECT 1\n  FROM users"}),
        SchemaObject("column", "users.email", "users", {"type": "text", "nullable": "no"}),
        SchemaObject("table", "users"),
        SchemaObject("column", "app.a.id", "app.a", {"type": "integer"}),
        SchemaObject("function", "f()", parts={"definition": BODY}),
    ],
    "postgresql 15",
    schemas=("app",),
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "schema.lock"
    lock_file.write(path, CATALOG, ["b", "a"])
    record = lock_file.read(path)
    assert record.catalog.digest == CATALOG.digest
    assert (record.catalog.server, record.catalog.schemas) == ("postgresql 15", ("app",))
    assert (record.heads, record.source) == (("a", "b"), "schema.lock")
    assert not list(changes(record.catalog, CATALOG))
    assert [item.name for item in tmp_path.iterdir()] == ["schema.lock"]


def test_the_text_is_one_line_an_object_and_depends_on_no_order() -> None:
    text = lock_file.text(CATALOG, ["a"])
    assert text == lock_file.text(
        Catalog(reversed(CATALOG.objects), "postgresql 15", (), ["app"]), ["a"]
    )
    assert text.endswith("}\n")
    [line] = [line for line in text.splitlines() if "users.email" in line]
    assert '"table": "users"' in line
    assert '"nullable": "no"' in line
    assert '"  FROM users"' in text.replace("\\n", "")
    names = ["app.a.id", "f()", "recent", '"users"', "users.email"]
    assert sorted(names, key=text.index) == names


def test_the_line_of_an_object(tmp_path: Path) -> None:
    path = tmp_path / "schema.lock"
    lock_file.write(path, CATALOG, ["a"])
    lines = path.read_text().splitlines()
    assert '"users.email"' in lines[lock_file.line(path, "users.email") - 1]
    assert '"f()"' in lines[lock_file.line(path, "f()") - 1]
    assert lock_file.line(path, "nowhere") == 1


def test_an_empty_catalog(tmp_path: Path) -> None:
    lock_file.write(tmp_path / "schema.lock", Catalog([], "sqlite 3"), [])
    assert lock_file.read(tmp_path / "schema.lock").catalog.objects == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1 is not JSON"),
        ("{", "is not JSON"),
        ("[]", 'it has no "objects"'),
        ('{"objects": {}}', 'it has no "objects"'),
        ('{"objects": [], "format": 2}', "its format is 2, not 1"),
        ('{"objects": [], "format": 1}', "not as bootctl writes it"),
        (
            '{"objects": [1], "format": 1, "server": "", "schemas": [], "heads": []}',
            "not as bootctl",
        ),
        (
            '{"objects": [{"kind": "a"}], "format": 1, "server": "", "schemas": [], "heads": []}',
            "not as",
        ),
        ('{\n<<<<<<< HEAD\n  "format": 1\n', "line 2 has a mark of a merge conflict"),
        ("[" * 100_000, "nested too deeply"),
        ("\udcff", "is not UTF-8"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "schema.lock"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsError, match=said) as caught:
        lock_file.read(path)
    assert caught.value.fields["file"] == str(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written: No such file"):
        lock_file.write(tmp_path / "nowhere/schema.lock", CATALOG, [])


def test_a_file_that_is_there_is_replaced_at_once(tmp_path: Path) -> None:
    path = tmp_path / "schema.lock"
    path.write_text("before")
    before = path.stat().st_ino
    lock_file.write(path, CATALOG, [])
    assert path.stat().st_ino != before
    assert lock_file.read(path).catalog.digest == CATALOG.digest
