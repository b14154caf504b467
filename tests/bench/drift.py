"""Which changes by hand Alembic's own comparison sees, which ``alembic check`` makes, and which bootctl.

python -m tests.bench.drift [KIND...]
"""

import re
import runpy
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine

from tests.support.corpus import tool
from tests.support.corpus.changes import Change, changes
from tests.support.corpus.template import migrated
from tests.support.databases.fresh import Database

KINDS = ("postgresql", "mariadb", "sqlite")
TOGETHER = 30
ROW = "| {kind} | {name} | {alembic} | {bootctl} |"

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")

Row = tuple[Change, bool, bool]


def alembic_sees(database: Database, metadata: MetaData) -> list[str]:
    """What Alembic's comparison finds, with types and server defaults."""
    engine = create_engine(database.sync_url)
    options = {"compare_type": True, "compare_server_default": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        found = sorted(_ADDRESS.sub("", repr(item)) for item in compare_metadata(context, metadata))
    engine.dispose()
    return found


def measured(kind: str, folder: Path) -> Iterator[Row]:
    """Each change, and whether Alembic sees it, and bootctl."""
    with migrated("alembic", kind, folder) as (root, database, template):
        metadata = runpy.run_path(str(root / "models.py"))["metadata"]
        for batch in tool.batches(changes(kind), TOGETHER, by_table=kind == "sqlite"):
            seen = []
            before = alembic_sees(database, metadata)
            for change in batch:
                tool.execute(database, change.statements)
                now = alembic_sees(database, metadata)
                seen.append(now != before)
                before = now
            _, report = tool.check(root)
            for change, is_seen in zip(batch, seen, strict=True):
                yield change, is_seen, not tool.missed(change.objects, report["differences"])
            template.restore()


def main() -> None:
    """Print the table, and the sums."""
    sums = []
    print(ROW.format(kind="database", name="change", alembic="alembic check", bootctl="bootctl"))
    print("| --- | --- | --- | --- |")
    for kind in sys.argv[1:] or KINDS:
        with tempfile.TemporaryDirectory() as folder:
            rows = list(measured(kind, Path(folder)))
        for change, *found in rows:
            marks = ["yes" if each else "-" for each in found]
            print(ROW.format(kind=kind, name=change.name, alembic=marks[0], bootctl=marks[1]))
        counts = [sum(row[column] for row in rows) for column in (1, 2)]  # type: ignore[misc]
        sums.append(f"{kind}: of {len(rows)} changes alembic {counts[0]}, bootctl {counts[1]}")
    print("\n", *sums, sep="\n")


if __name__ == "__main__":
    main()
