"""What counts as another file, and as an ancestor; what is said of it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.schema import CreateTable

from bootctl.boot.assess import assess
from bootctl.boot.context import Context
from bootctl.config.settings import Settings, Verify
from bootctl.database.state import Direction, Revision
from bootctl.database.url import parse
from bootctl.errors import HistoryError
from bootctl.ledger import autogenerate
from bootctl.ledger.ledger import Recorded
from bootctl.ledger.table import Altered, Entry, ledger_table
from bootctl.migrate.aerich.migrations import _ADDED
from bootctl.migrate.alembic.records import version_table, without_own
from bootctl.migrate.inspection import Database, Inspection
from bootctl.project.source_files import checksum
from bootctl.verify.policy import DriftPolicy

TEXT = b'"""Users."""\n\nrevision = "a1"\n\n\ndef upgrade():\n    op.execute("SELECT 1")\n'
AT = datetime(2026, 1, 2, 3, 4, 5)


def summed(folder: Path, text: bytes, name: str = "a1.py") -> str:
    path = folder / name
    path.write_bytes(text)
    return checksum(path, omitted=_ADDED)


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.replace(b"\n", b"\r"),
        TEXT.replace(b"\n", b" \t\n"),
        TEXT.replace(b"\n\n", b"\n"),
        TEXT + b"\n\n",
        TEXT.rstrip(),
        b"\xef\xbb\xbf" + TEXT,
        b"RUN_IN_TRANSACTION = True\n" + TEXT,
        TEXT + b'MODELS_STATE = (\n    "eJzt"\n    "(x)"\n)\n',
    ],
    ids=["crlf", "cr", "trailing", "blank", "end", "no end", "bom", "transaction", "state"],
)
def test_what_does_not_count(tmp_path: Path, other: bytes) -> None:
    assert summed(tmp_path, other) == summed(tmp_path, TEXT)


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace(b"SELECT 1", b"SELECT  1"),
        TEXT.replace(b"    op", b"  op"),
        TEXT.replace(b"Users", b"Users\xe9"),
        TEXT + b"# edited\n",
        b"RUN_IN_TRANSACTION = False\n" + TEXT,
        TEXT + b'MODELS_STATE = (\n    "eJzt"\n)\nop.execute("SELECT 2")\n',
    ],
    ids=["string", "indent", "bytes", "comment", "transaction", "after the state"],
)
def test_what_counts(tmp_path: Path, other: bytes) -> None:
    assert summed(tmp_path, other) != summed(tmp_path, TEXT)


def test_bytecode_has_none(tmp_path: Path) -> None:
    assert summed(tmp_path, TEXT, "a1.cpython-311.pyc") == ""


def entry(revision: str, *parents: str, scope: str = "alembic_version") -> Entry:
    file = f"versions/{revision}.py"
    return Entry(scope, revision, parents, file, f"sum of {revision}", 1, "1.2", AT)


def recorded(*entries: Entry, dialect: Any = None, schema: str | None = None) -> Recorded:
    found = {item.revision: item for item in entries}
    return Recorded(found, {}, schema, (dialect or sqlite.dialect()).name)


def revisions(**checksums: str) -> dict[str, Revision]:
    return {key: Revision(key, "", f"{key}.py", value) for key, value in checksums.items()}


def names(found: tuple[Altered, ...]) -> list[str]:
    return [item.revision for item in found]


CHAIN = (entry("a1"), entry("b2", "a1"), entry("c3", "b2"))


def test_edited_is_what_both_know_and_differs() -> None:
    applied = revisions(a1="sum of a1", b2="another", z9="never recorded")
    assert names(recorded(*CHAIN).edited(applied)) == ["b2"]


def test_a_file_without_source_is_not_called_edited() -> None:
    assert recorded(*CHAIN).edited(revisions(a1="")) == ()
    without = Entry("alembic_version", "a1", (), "a1.pyc", "", 1)
    assert recorded(without).edited(revisions(a1="a sum")) == ()


@pytest.mark.parametrize(
    ("entries", "heads", "known", "expected"),
    [
        (CHAIN, ["c3"], ["a1", "b2", "c3"], []),
        (CHAIN, ["c3"], ["a1", "c3"], ["b2"]),
        (CHAIN, ["c3"], ["c3"], ["a1", "b2"]),
        (CHAIN, ["a1"], ["a1"], []),  # the others are downgraded
        (CHAIN[:2], ["c3"], ["a1", "c3"], []),  # nobody knows what c3 followed
        (CHAIN, [], [], []),
        ((*CHAIN, entry("m4", "c3", "x1"), entry("x1")), ["m4"], ["a1", "b2", "c3", "m4"], ["x1"]),
        ((entry("a1", "b2"), entry("b2", "a1")), ["a1"], ["a1"], ["b2"]),  # a circle ends
    ],
    ids=["all", "one", "two", "downgraded", "gap", "empty", "merge", "circle"],
)
def test_vanished_is_below_a_head(
    entries: tuple[Entry, ...], heads: list[str], known: list[str], expected: list[str]
) -> None:
    assert names(recorded(*entries).vanished(heads, known)) == expected


@pytest.mark.parametrize(
    ("dialect", "table"),
    [
        (sqlite.dialect, '"Own".bootctl_ledger'),
        (postgresql.dialect, '"Own".bootctl_ledger'),
        (asyncpg.dialect, '"Own".bootctl_ledger'),
        (mysql.dialect, "`Own`.bootctl_ledger"),
    ],
    ids=["sqlite", "postgresql", "asyncpg", "mysql"],
)
def test_the_statements_are_whole(dialect: Callable[[], Any], table: str) -> None:
    odd = entry("50%_o'clock", scope="Own.alembic_version")
    found = recorded(odd, entry("c3", odd.revision), dialect=dialect(), schema="Own")
    where = f"WHERE {table}.scope = 'Own.alembic_version' AND {table}.revision = '50%_o''clock'"
    [edited] = found.edited({odd.revision: Revision("a1", "", "a1.py", "new")})
    assert edited.accept == f"UPDATE {table} SET checksum='new' {where}"
    [vanished] = found.vanished(["c3"], ["c3"])
    assert vanished.accept == f"DELETE FROM {table} {where}"


def database(edited: tuple[Altered, ...] = (), vanished: tuple[Altered, ...] = ()) -> Database:
    url = parse("postgresql://app:secret@db/app", name="the test")
    return Database(
        url, True, Direction.AT_HEAD, ("c3",), (), (), (), None, edited=edited, vanished=vanished
    )


def assessed(*databases: Database) -> None:
    backend = SimpleNamespace(refusal=lambda inspection, found: None)
    loaded = SimpleNamespace(settings=Settings())
    context: Any = Context(SimpleNamespace(loaded=loaded), backend, DriftPolicy(Verify()))  # type: ignore[arg-type]
    assess(context, Inspection(databases))


def test_an_unaltered_history_is_not_refused() -> None:
    assessed(database(), database())


def test_the_refusal_names_it_all() -> None:
    edited = entry("a1").altered("a1", "UPDATE ...")
    vanished = Altered("b2", "versions/b2.py", AT, "", "DELETE ...")
    with pytest.raises(HistoryError) as caught:
        assessed(database(), database((edited,), (vanished,)))
    error = caught.value
    assert "a1 (versions/a1.py, applied 2026-01-02T03:04:05Z by version 1.2) was edited" in (
        error.message
    )
    assert "b2 (versions/b2.py, applied 2026-01-02T03:04:05Z) is gone" in error.message
    assert "git log -- versions/a1.py versions/b2.py" in error.hint
    assert error.hint.endswith(": UPDATE ...; DELETE ...;")
    assert error.fields["accept"] == ["UPDATE ...", "DELETE ..."]
    assert "secret" not in f"{error.message}{error.hint}{error.fields}"


def test_the_user_s_own_filter_still_decides() -> None:
    is_version_table = version_table(None, {})
    everything = without_own(None, is_version_table)
    assert everything("users", "table", {})
    assert not everything("bootctl_ledger", "table", {"schema_name": "own"})
    few = without_own(
        lambda name, kind, parents: name == "users" or kind == "schema", is_version_table
    )
    assert few("users", "table", {})
    assert few(None, "schema", {})
    assert not few("posts", "table", {})


def test_a_version_table_is_known_by_the_default_schema_s_name_too() -> None:
    with create_engine("sqlite://").connect() as connection:
        connection.dialect.default_schema_name = "main"
        given = {"version_table": "versions", "version_table_schema": "main"}
        is_version_table = version_table(connection, given)
        assert is_version_table("versions", None)
        assert is_version_table("versions", "main")
        assert not is_version_table("versions", "other")
        assert not is_version_table("alembic_version", None)


def test_alembic_finds_the_plugin_in_either_way() -> None:
    assert isinstance(autogenerate, ModuleType)
    assert list(autogenerate) == [autogenerate]  # before 1.20.1 it iterates


def test_mysql_is_told_how_to_keep_it_whatever_the_server_s_defaults_are() -> None:
    table = ledger_table(None, "mysql")
    made = str(CreateTable(table).compile(dialect=mysql.dialect()))  # type: ignore[no-untyped-call]
    for option in ("ENGINE=InnoDB", "ROW_FORMAT=DYNAMIC", "CHARSET=utf8mb4", "COLLATE utf8mb4_bin"):
        assert option in made
    assert ledger_table(None).columns.keys() == table.columns.keys()
