"""A boot that has nothing to verify anew is told so by a receipt; any doubt is a full verification."""

import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.databases.proxy import Wire
from tests.support.databases.roles import reader
from tests.support.processes import spawned
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import ALEMBIC, ASYNC_ALEMBIC, Kit
from tests.support.projects.steps import Change
from tests.support.projects.tortoise import native_project
from tests.support.scenarios.receipts import Booted, booted, is_cached

IN_DATABASE = "UPDATE bootctl_ledger SET {} WHERE scope = 'receipt:'"


def test_the_second_boot_runs_no_code_of_the_project_and_writes_nothing(
    kit: Kit, database: Database, tmp_path: Path
) -> None:
    boot = booted(kit, database, tmp_path)
    first = boot.run()
    assert first.events("verify.clean")
    assert not is_cached(first)
    [full] = first.events("verify.full")
    assert full["not_kept"] == ""
    before, times = database.whole_dump(), boot.times()
    second = boot.run()
    assert is_cached(second)
    [cached] = second.events("verify.cached")
    assert cached["at"] == full["receipt"]
    assert [line["event"] for line in second.lines] == ["wait.ready", "verify.cached", "exec"]
    assert database.whole_dump() == before
    assert boot.times() == times


def test_a_database_that_only_the_projects_files_name_is_found_again(
    kit: Kit, database: Database, tmp_path: Path
) -> None:
    root = kit.project(tmp_path, kit.url(database)).root
    assert bootctl("migrate", cwd=root).code == 0
    assert not is_cached(bootctl("run", "--", "true", cwd=root))
    assert is_cached(bootctl("run", "--", "true", cwd=root))


def test_a_database_that_only_an_expression_names_is_verified_in_full(
    tmp_path: Path, sqlite: Database
) -> None:
    project = native_project(tmp_path, sqlite.tortoise_url)
    project.configure(connection=f'"sqlite://" + {sqlite.name!r}')
    assert bootctl("migrate", cwd=project.root).code == 0
    [full] = bootctl("run", "--", "true", cwd=project.root).events("verify.full")
    assert full["not_kept"] == "only the project's code names the database"


def test_what_is_not_as_it_was_is_said_in_words(tmp_path: Path, sqlite: Database) -> None:
    boot = booted(ALEMBIC, sqlite, tmp_path)
    kept = boot.run().events("verify.full")[0]["receipt"]
    root, env = boot.project.root, {"DATABASE_URL": boot.url}
    [full] = bootctl("run", "--", "true", "x", cwd=root, env=env).events("verify.full")
    assert full["reason"] == f"how bootctl is started changed since the receipt of {kept}"


def test_check_and_migrate_are_never_cached(kit: Kit, tmp_path: Path, sqlite: Database) -> None:
    boot = booted(kit, sqlite, tmp_path)
    boot.run()
    for command in ("check", "migrate"):
        times = boot.times()
        env = {"DATABASE_URL": boot.url}
        done = bootctl(command, cwd=boot.project.root, env=env)
        assert done.code == 0
        assert not done.events("verify.cached")
        assert boot.times() > times
    assert len(boot.receipts()) == 1


def _model(boot: Booted) -> None:
    boot.project.models("name")


def _helper(boot: Booted) -> None:
    boot.project.write("helper.py", "SIZE = 2\n")


def _data(boot: Booted) -> None:
    boot.project.write("sizes.json", '{"size": 2}\n')


def _equal_times(boot: Booted) -> None:
    path = boot.project.root / "sizes.json"
    before = path.stat()
    path.write_text(path.read_text().replace("1", "3"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


@pytest.mark.slow
def test_code_that_was_compiled_from_another_source_keeps_no_receipt(
    tmp_path: Path, sqlite: Database
) -> None:
    boot = replace(booted(ALEMBIC, sqlite, tmp_path), program=spawned.bootctl)
    boot.project.write("models.py", (boot.project.root / "models.py").read_text())
    assert not is_cached(boot.run(PYTHONDONTWRITEBYTECODE=""))
    assert is_cached(boot.run(PYTHONDONTWRITEBYTECODE=""))
    path = boot.project.root / "models.py"
    before = path.stat()
    path.write_text(path.read_text().replace('"email"', '"emial"'))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    result = boot.run(PYTHONDONTWRITEBYTECODE="")  # of the compiled code, which Python believes
    assert not is_cached(result)
    assert "models.py" in result.events("verify.full")[0]["not_kept"]
    assert boot.run().code == 0


def _migration(boot: Booted) -> None:
    boot.project.migration("a2", "a1", Change.CREATE_POSTS)


def _dotenv(boot: Booted) -> None:
    boot.project.write(".env", "OTHER=1\n")


def _flag(boot: Booted) -> None:
    boot.project.write("flag", "")


def _shadow(boot: Booted) -> None:
    boot.project.write("colorsys.py", "")


def _column(boot: Booted) -> None:
    boot.database.execute("ALTER TABLE users ADD COLUMN fax VARCHAR(9)")


def _index(boot: Booted) -> None:
    boot.database.execute("CREATE INDEX by_email ON users (email)")


def _revision(boot: Booted) -> None:
    table = {"alembic": "alembic_version", "aerich": "aerich"}
    name = next((table for table in table.values() if table in boot.database.tables()), "")
    boot.database.execute(f"DELETE FROM {name or 'tortoise_migrations'}")


def _checksum(boot: Booted) -> None:
    boot.database.execute("UPDATE bootctl_ledger SET checksum = 'edited' WHERE scope <> 'receipt:'")


def _edited(boot: Booted) -> None:
    boot.database.execute(IN_DATABASE.format("statements = 'eJ' || statements"))


def _deleted(boot: Booted) -> None:
    boot.database.execute("DELETE FROM bootctl_ledger WHERE scope = 'receipt:'")


CHANGES = (
    *(_model, _helper, _data, _equal_times, _migration, _dotenv, _flag, _shadow, _column, _index),
    *(_revision, _checksum, _edited, _deleted),
)
READS = """\
import json
import helper
with open("sizes.json") as sizes:
    json.load(sizes)
os.path.exists("flag")
os.environ.get("READ")
"""


def prepared(kit: Kit, database: Database, tmp_path: Path, more: str = READS) -> Booted:
    boot = booted(kit, database, tmp_path, more)
    boot.project.write("helper.py", "SIZE = 1\n")
    boot.project.write("sizes.json", '{"size": 1}\n')
    assert not is_cached(boot.run())
    assert is_cached(boot.run())
    return boot


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_changes_is_verified_in_full(
    change: Callable[[Booted], None], kit: Kit, tmp_path: Path, sqlite: Database
) -> None:
    boot = prepared(kit, sqlite, tmp_path)
    change(boot)
    times, after = boot.times(), boot.run()
    assert not after.events("verify.cached")
    assert boot.times() > times
    assert after.code == boot.run(BOOTCTL__VERIFY__MODE="full").code


def test_a_variable_that_code_reads_counts_and_another_does_not(
    tmp_path: Path, sqlite: Database
) -> None:
    boot = prepared(ALEMBIC, sqlite, tmp_path)
    assert is_cached(boot.run(OTHER="1"))
    assert not is_cached(boot.run(READ="1"))
    assert is_cached(boot.run(READ="1"))
    assert is_cached(boot.run())


@pytest.mark.slow
def test_code_that_reads_all_variables_depends_on_all_but_those_of_a_process(
    tmp_path: Path, sqlite: Database
) -> None:
    boot = prepared(ALEMBIC, sqlite, tmp_path, READS + "dict(os.environ); {**os.environ}\n")
    assert not is_cached(boot.run(OTHER="1", HOSTNAME="one"))
    assert is_cached(boot.run(OTHER="1", HOSTNAME="another"))
    assert not is_cached(boot.run(OTHER="2", HOSTNAME="another"))


@pytest.mark.slow
def test_code_that_names_a_variable_of_a_process_depends_on_it(
    tmp_path: Path, sqlite: Database
) -> None:
    boot = prepared(ALEMBIC, sqlite, tmp_path, READS + 'dict(os.environ).get("HOSTNAME")\n')
    assert not is_cached(boot.run(HOSTNAME="one"))
    assert not is_cached(boot.run(HOSTNAME="another"))


def test_no_value_is_in_a_receipt(tmp_path: Path, sqlite: Database) -> None:
    import base64
    import zlib

    secret = "correct-horse-battery"  # no secret of anything
    boot = booted(ALEMBIC, sqlite, tmp_path, READS.replace("import helper", ""))
    boot.project.write("sizes.json", "1")
    assert not is_cached(boot.run(READ=secret))
    [(_, _, text)] = boot.receipts()
    assert secret not in zlib.decompress(base64.b64decode(text)).decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [
        "import subprocess; subprocess.run(['true'])",
        "import sqlite3; sqlite3.connect('other.db').close()",
        "import socket; s = socket.socketpair()[0]; u = socket.socket(type=socket.SOCK_DGRAM); "
        "u.connect(('127.0.0.1', 9)); u.close()",
    ],
    ids=["a program", "another file of SQLite", "the network"],
)
def test_what_nobody_can_compare_keeps_no_receipt(
    more: str, tmp_path: Path, sqlite: Database
) -> None:
    boot = booted(ALEMBIC, sqlite, tmp_path, more)
    for _ in range(2):
        result = boot.run()
        assert not is_cached(result)
        assert result.events("verify.full")[0]["not_kept"]
    assert not boot.receipts()


@pytest.mark.slow
def test_a_receipt_that_was_copied_to_another_database_is_of_none(
    tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    boot = prepared(ALEMBIC, fresh_database("sqlite"), tmp_path)
    other = fresh_database("sqlite")
    with sqlite3.connect(boot.database.name) as source, sqlite3.connect(other.name) as target:
        source.backup(target)
    copied = Booted(boot.project, other, ALEMBIC.url(other), boot.ran)
    assert not is_cached(copied.run())


@pytest.mark.slow
def test_replicas_that_start_at_once_write_one_receipt(
    tmp_path: Path, postgresql: Database
) -> None:
    boot = booted(ASYNC_ALEMBIC, postgresql, tmp_path)
    boot.check()
    bootctl("migrate", cwd=boot.project.root, env={"DATABASE_URL": boot.url})
    with ThreadPoolExecutor(4) as pool:
        assert all(result.code == 0 for result in pool.map(lambda _: boot.run(), range(4)))
    assert len(boot.receipts()) == 1
    assert is_cached(boot.run())


@pytest.mark.slow
def test_no_more_than_a_handful_is_kept(tmp_path: Path, sqlite: Database) -> None:
    boot = prepared(ALEMBIC, sqlite, tmp_path)
    for number in range(9):
        assert not is_cached(boot.run(READ=str(number)))
    assert len(boot.receipts()) == 8
    assert is_cached(boot.run(READ="8"))
    assert is_cached(boot.run(READ="1"))
    assert not is_cached(boot.run(READ="0"))


def test_a_role_that_may_not_write_verifies_in_full_and_says_so_once(
    tmp_path: Path, postgresql: Database
) -> None:
    with reader(postgresql) as role:
        boot = booted(ALEMBIC, postgresql, tmp_path)
        bootctl("migrate", cwd=boot.project.root, env={"DATABASE_URL": boot.url})
        reading = Booted(boot.project, postgresql, ALEMBIC.url(role), boot.ran)
        result = reading.run()
        assert not is_cached(result)
        assert "cannot be written" in result.events("verify.full")[0]["not_kept"]
    assert not boot.receipts()


@pytest.mark.slow
def test_without_a_ledger_every_boot_verifies_in_full(tmp_path: Path, sqlite: Database) -> None:
    boot = booted(ALEMBIC, sqlite, tmp_path)
    boot.run()
    sqlite.execute("DROP TABLE bootctl_ledger")
    for _ in range(2):
        assert not is_cached(boot.run())
    assert "bootctl_ledger" not in str(sqlite.execute("SELECT name FROM sqlite_master"))


def test_the_setting_asks_for_a_full_verification(tmp_path: Path, sqlite: Database) -> None:
    boot = prepared(ALEMBIC, sqlite, tmp_path)
    times = boot.times()
    result = boot.run(BOOTCTL__VERIFY__MODE="full")
    assert result.events("verify.clean")
    assert not result.events("verify.cached")
    assert boot.times() > times


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables",
    [
        {"BOOTCTL__WAIT__TARGETS": "tcp://127.0.0.1:5432"},
        {"BOOTCTL__WAIT__WRITABLE": "true"},
        {"BOOTCTL__LOG__FILE": "/dev/null"},
        {"BOOTCTL__SERVER__COMMAND": "true"},
    ],
    ids=lambda variables: "".join(variables),
)
def test_what_the_settings_ask_for_besides_is_done_without_the_projects_code(
    variables: dict[str, str], tmp_path: Path, postgresql: Database
) -> None:
    boot = booted(ALEMBIC, postgresql, tmp_path)
    assert not is_cached(boot.run(**variables))
    times, result = boot.times(), boot.run(**variables)
    assert is_cached(result)
    assert boot.times() == times
    waited = {line["target"] for line in result.events("wait.ready")}
    assert len(waited) == 1 + ("BOOTCTL__WAIT__TARGETS" in variables)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_the_server_is_asked_little_and_told_nothing(
    kind: str, kit: Kit, tmp_path: Path, fresh_database: Callable[[str], Database]
) -> None:
    with Wire(fresh_database(kind)) as wire:
        boot = booted(kit, wire.database, tmp_path)
        assert not is_cached(boot.run())
        wire.begin()
        assert is_cached(boot.run())
        texts = [item.text for item in wire.statements]
    assert len({item.connection for item in wire.statements}) == 1
    assert len(texts) <= 4
    assert all(text.startswith(("SELECT ", "SET NAMES ")) for text in texts)


def _reinstalled(folder: Path) -> None:
    (folder / "shapes-1.dist-info/RECORD").write_text("shapes/__init__.py,sha256=2,9\n")


def _released(folder: Path) -> None:
    (folder / "shapes-1.dist-info").rename(folder / "shapes-2.dist-info")


def _patched(folder: Path) -> None:
    (folder / "shapes/__init__.py").write_text("SIDES = 44\n")


def _beside(folder: Path) -> None:
    (folder / "helper.py").write_text("")


@pytest.mark.slow
@pytest.mark.parametrize("change", [_reinstalled, _released, _patched, _beside])
def test_another_library_is_verified_in_full(
    change: Callable[[Path], None], tmp_path: Path, sqlite: Database
) -> None:
    folder = tmp_path / "site-packages"
    for name, text in {
        "shapes/__init__.py": "SIDES = 4\n",
        "shapes-1.dist-info/RECORD": "shapes/__init__.py,sha256=1,9\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    boot = replace(booted(ALEMBIC, sqlite, tmp_path, "import shapes"), program=spawned.bootctl)
    assert not is_cached(boot.run(PYTHONPATH=str(folder)))
    assert is_cached(boot.run(PYTHONPATH=str(folder)))
    change(folder)
    assert not is_cached(boot.run(PYTHONPATH=str(folder)))
