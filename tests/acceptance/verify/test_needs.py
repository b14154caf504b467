"""Beside its receipt a verified image leaves what its models need, for who migrates while it runs."""

import base64
import zlib
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import pytest

from bootctl.boot.receipts.needs import Needs
from bootctl.database import plain_connection
from bootctl.database.url import parse
from bootctl.ledger import receipts
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from tests.support.databases.fresh import Database
from tests.support.projects.kits import ALEMBIC, Kit
from tests.support.scenarios.receipts import Booted, booted, is_cached

TYPES = {
    "postgresql": ("integer", "character varying(100)"),
    "mariadb": ("int(11)", "varchar(100)"),
    "sqlite": ("integer", "varchar(100)"),
}
EDITED = "UPDATE bootctl_ledger SET statements = {} WHERE scope = 'receipt:'"


def needs(database: Database) -> list[Needs]:
    """What is beside the receipts, newest first."""
    connection = plain_connection.connect(parse(database.sync_url), 5)
    try:
        return [Needs.of(item.text) for item in receipts.beside(connection)]
    finally:
        connection.close()


def kept(boot: Booted) -> Needs:
    """What a first boot leaves, of which the next one reads the receipt."""
    assert not is_cached(boot.run())
    assert is_cached(boot.run())
    [found] = needs(boot.database)
    return found


def parts(found: Needs, kind: str, name: str) -> dict[str, str]:
    """What is known of an object."""
    return dict(found.catalog.by_key[kind, name].parts)


def test_a_receipt_has_the_tables_columns_and_types_that_the_models_need(
    kit: Kit, database: Database, tmp_path: Path
) -> None:
    boot = booted(kit, database, tmp_path)
    project = boot.project.root / "pyproject.toml"
    text = project.read_text() if project.exists() else ""
    boot.project.write("pyproject.toml", f'[project]\nname = "app"\nversion = "1.4.2"\n{text}')
    found = kept(boot)
    number, words = TYPES[database.kind]
    assert found.code_version == "1.4.2"
    assert [item.name for item in found.catalog.objects if item.kind == "table"] == ["users"]
    columns = [item.name for item in found.catalog.objects if item.kind == "column"]
    assert columns == ["users.email", "users.id"]
    assert parts(found, "column", "users.id")["type"].lower() == number
    email = parts(found, "column", "users.email")
    assert (email["type"].lower(), email["nullable"]) == (words, "no")
    assert found.catalog.server.lower().startswith(database.kind)


@pytest.mark.slow
def test_what_the_models_do_not_have_is_not_needed(
    kit: Kit, database: Database, tmp_path: Path
) -> None:
    boot = booted(kit, database, tmp_path)
    assert boot.run().code == 0
    database.execute("CREATE TABLE others (id INTEGER)")
    database.execute("ALTER TABLE users ADD COLUMN fax VARCHAR(9)")
    ignored = {"BOOTCTL__VERIFY__IGNORE": "* others,* users.fax"}
    result = boot.run(**ignored)
    assert result.code == 0, result.stderr
    newest = needs(database)[0].catalog
    assert ("table", "others") not in newest.by_key
    assert ("column", "users.fax") not in newest.by_key
    assert ("column", "users.email") in newest.by_key


@pytest.mark.slow
def test_labels_and_keys_are_needed(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    database = fresh_database("postgresql")
    boot = booted(ALEMBIC, database, tmp_path)
    column = 'sa.Column("mood", sa.Enum("sad", "glad", name="mood"), server_default="sad")'
    boot.project.write(
        "models.py",
        f"{(boot.project.root / 'models.py').read_text()}\nusers.append_column({column})\n"
        'users.append_constraint(sa.UniqueConstraint("email", name="once"))\n',
    )
    path = boot.project.root / "migrations/versions/a1.py"
    upgrade = (
        f"    op.execute(\"CREATE TYPE mood AS ENUM ('sad', 'glad')\")\n"
        f'    op.add_column("users", {column})\n'
        '    op.create_unique_constraint("once", "users", ["email"])\n'
    )
    head, downgrade, rest = path.read_text().partition("\n\ndef downgrade")
    path.write_text(f"{head.rstrip()}\n{upgrade}\n{downgrade}{rest}")
    found = kept(boot)
    assert parts(found, "enum", "mood")["labels"] == "'sad', 'glad'"
    assert parts(found, "column", "users.mood")["default"] == "'sad'::mood"
    assert parts(found, "constraint", "users.once")["columns"] == "email"


def test_an_edited_one_is_not_read_and_no_boot_reads_it(tmp_path: Path, sqlite: Database) -> None:
    boot = booted(ALEMBIC, sqlite, tmp_path)
    kept(boot)
    sqlite.execute(EDITED.format("replace(statements, '.eN', '.eM')"))
    assert needs(sqlite) == []
    assert is_cached(boot.run())


def test_a_thousand_tables_are_a_few_pages() -> None:
    columns = [
        SchemaObject("column", f"t{n}.c{m}", f"t{n}", {"type": "integer", "nullable": "no"}, m)
        for n in range(1000)
        for m in range(10)
    ]
    text = Needs("1", Catalog(columns, "PostgreSQL 15")).text()
    assert len(text) < 200_000
    assert Needs.of(text).catalog.objects == tuple(sorted(columns, key=attrgetter("name")))


@pytest.mark.parametrize("document", [b"{}", b'{"format": 99}', b"[]"])
def test_another_release_of_it_is_told(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"need|release"):
        Needs.of(base64.b64encode(zlib.compress(document)).decode())
