"""A thousand tenants, a schema each, on PostgreSQL: what one at head takes, of a whole boot.

``python -m tests.bench.tenants --migrated 200 --kills 20`` first migrates so many of them, and kills that as
often at a random moment, its processes with it or not. The others are copies, with a receipt that is written as
bootctl's are: a thousand processes take half an hour. It is no section of the others.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bootctl.boot.receipts.cached import digest_of
from bootctl.boot.receipts.receipt import Receipt
from bootctl.boot.tenants import place
from bootctl.config.secret import Secret
from bootctl.config.settings import Database as Named
from bootctl.config.settings import Settings, Tenants
from bootctl.config.sources import Loaded
from bootctl.database.plain_connection import PlainConnection, connect
from bootctl.database.url import Url, parse
from bootctl.ledger import receipts
from tests.bench.processes import Cost, Subject
from tests.support.databases.fresh import Database, fresh
from tests.support.processes.spawned import environment
from tests.support.projects.kits import ALEMBIC

RAN = "CREATE TABLE public.ran (tenant text, revision text)"
NOTES = "    op.execute(\"INSERT INTO public.ran VALUES (current_schema(), 'a1')\")\n"
TWICE = (
    "SELECT count(*) FROM (SELECT tenant FROM public.ran GROUP BY tenant HAVING count(*) <> 1) t"
)
DONE = "SELECT count(DISTINCT tenant), count(*) FROM public.ran"
BOOTCTL = (sys.executable, "-m", "bootctl", "migrate")
ROUNDS = 3
PATH = "{tenant}"
COPY = """
CREATE TABLE {name}.users (id SERIAL PRIMARY KEY, email VARCHAR(100) NOT NULL);
CREATE TABLE {name}.alembic_version (LIKE {first}.alembic_version INCLUDING ALL);
INSERT INTO {name}.alembic_version SELECT * FROM {first}.alembic_version;
CREATE TABLE {name}.bootctl_ledger (LIKE {first}.bootctl_ledger INCLUDING ALL);
INSERT INTO {name}.bootctl_ledger SELECT * FROM {first}.bootctl_ledger WHERE scope <> 'receipt:'
"""
MOST_SECONDS = 20.0


def names(count: int) -> list[str]:
    """The tenants."""
    return [f"tenant_{number:04}" for number in range(count)]


def made(folder: Path, database: Database, count: int) -> Mapping[str, str]:
    """A project whose migration notes that it ran, and a schema for each tenant; returns its variables."""
    ALEMBIC.project(folder, database)
    [migration] = (folder / "migrations/versions").glob("*a1.py")
    migration.write_text(migration.read_text().rstrip() + "\n" + NOTES)
    database.execute(RAN)
    for name in names(count):
        database.execute(f"CREATE SCHEMA {name}")
    return {
        "BOOTCTL__TENANTS__FILE": "tenants.txt",
        "BOOTCTL__TENANTS__SEARCH_PATH": PATH,
        "BOOTCTL__DATABASE__URL": ALEMBIC.url(database),
    }


def copied(database: Database, count: int, migrated: int) -> None:
    """Make those behind the ``migrated`` ones what the first of these is, its receipt too."""
    first, *others = names(count)
    _, connection = _connected(database, first)
    row, beside = receipts.read(connection)[0], receipts.beside(connection)[0]
    connection.close()
    known = Receipt.of(row.text)
    for name in others[migrated - 1 :]:
        url, connection = _connected(database, name)
        connection.rows(COPY.format(name=name, first=first))
        state = " ".join(receipts.state(connection, known.table, of_tenant=True))
        own = replace(known, state=state, database=digest_of(url, known.salt))
        receipts.write(connection, [], own.text(), beside.text, row.at)
        connection.close()


def _connected(database: Database, tenant: str) -> tuple[Url, PlainConnection]:
    named = Settings(database=Named(Secret(database.sync_url)), tenants=Tenants(search_path=PATH))
    base = Loaded(named, {}, {}, {})
    url = parse(place.url_of(place.template(Path("/"), base, {}), tenant))
    return url, connect(url, 30)


def killed(folder: Path, env: Mapping[str, str], database: Database, times: int) -> None:
    """Start migrating and kill it, again and again; every second time alone, without its processes."""
    chosen = random.Random()
    for number in range(times):
        process = subprocess.Popen(
            (*BOOTCTL, "--tenants"),
            cwd=folder,
            env=environment(env),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        seconds = chosen.uniform(1.0, MOST_SECONDS)
        time.sleep(seconds)
        if number % 2:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        say(f"killed after {seconds:.1f} s: {database.execute(DONE)[0]} tenants, rows")


def write_names(folder: Path, count: int) -> None:
    """Name so many of the tenants."""
    (folder / "tenants.txt").write_text("\n".join(names(count)))


def measured(folder: Path, env: Mapping[str, str]) -> None:
    """Print what a tenant at head takes, of a whole boot of one."""
    many = Subject("all", (*BOOTCTL, "--tenants"), folder, env)
    one = Subject("one", BOOTCTL, folder, {**env, "BOOTCTL_TENANT": names(1)[0]})
    count = len((folder / "tenants.txt").read_text().split())
    found: list[tuple[Cost, Cost]] = [(many.run(), one.run()) for _ in range(ROUNDS)]
    for figure in ("wall", "cpu"):
        each = [(getattr(a, figure) / count, getattr(b, figure)) for a, b in found]
        ratio = statistics.median(a / b for a, b in each)
        say(f"{figure}: a tenant at head is {ratio:.3f} of a whole boot {each}")
    say(f"peak: {max(a.peak for a, _ in found):.0f} MB, of one {found[0][1].peak:.0f} MB")


def say(text: str) -> None:
    """Print it at once."""
    print(text, flush=True)


def main() -> None:
    """Do what the module says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--migrated", type=int, default=20)
    parser.add_argument("--kills", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, fresh("postgresql", Path(place)) as database:
        folder = Path(place) / "project"
        env = made(folder, database, given.tenants)
        write_names(folder, given.migrated)
        killed(folder, env, database, given.kills)
        begun = time.monotonic()
        Subject("first", (*BOOTCTL, "--tenants"), folder, env).run()
        say(
            f"the rest: {time.monotonic() - begun:.0f} s, {database.execute(DONE)[0]} tenants, rows"
        )
        say(f"not once: {database.execute(TWICE)[0][0]}")
        copied(database, given.tenants, given.migrated)
        write_names(folder, given.tenants)
        measured(folder, env)


if __name__ == "__main__":
    main()
