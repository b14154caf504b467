"""Each change by hand of the corpus: whether Alembic's own check sees it, and bootctl's.

python -m tests.bench.drift [BACKEND...] [KIND...] [-k WORD]
"""

import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.corpus import projects, tool
from tests.support.corpus.changes import changes
from tests.support.corpus.template import Template
from tests.support.databases.fresh import Database, fresh
from tests.support.processes.forked import run

KINDS = ("postgresql", "mariadb", "sqlite")


@contextmanager
def migrated(
    backend: str, kind: str, *, record: bool = True
) -> Iterator[tuple[Path, Database, Template]]:
    """A project, its database at head, and a copy of it."""
    with tempfile.TemporaryDirectory() as folder, fresh(kind, Path(folder)) as database:
        root = Path(folder) / "project"
        projects.make(backend, root, database)
        if record:
            done = run("bootctl", "migrate", cwd=root, env={"BOOTCTL__VERIFY__ON_DRIFT": "warn"})
            assert done.code == 0, done.stderr
        else:
            for command in projects.UPGRADE[backend]:
                done = run(*command, cwd=root)
                assert done.code == 0, done.stdout + done.stderr
        projects.accept(root)
        text = (root / "pyproject.toml").read_text() if (root / "pyproject.toml").exists() else ""
        (root / "pyproject.toml").write_text(
            f'{text}\n[tool.bootctl]\nverify.baseline = "baseline.json"\n'
        )
        template = Template(database, Path(folder))
        try:
            yield root, database, template
        finally:
            template.drop()


def main() -> None:
    """Print the table."""
    word = sys.argv[sys.argv.index("-k") + 1] if "-k" in sys.argv else ""
    size = int(sys.argv[sys.argv.index("-n") + 1]) if "-n" in sys.argv else 12
    backends = [name for name in projects.BACKENDS if name in sys.argv] or projects.BACKENDS
    for backend in backends:
        for kind in [name for name in KINDS if name in sys.argv] or KINDS:
            with migrated(backend, kind, record="--without-record" not in sys.argv) as (
                root,
                database,
                template,
            ):
                code, report = tool.check(root)
                print(
                    f"## {backend} {kind}: {code}",
                    [tool._told(i) for i in report["differences"]],
                    report["not_compared"],
                    flush=True,
                )
                _measure(kind, root, database, template, word, size)


def _measure(kind, root, database, template, word, size) -> None:
    chosen = [change for change in changes(kind) if word in change.name]
    bad = 0
    batches = tool.batches(chosen, size, by_table=kind == "sqlite")
    print(f"{len(chosen)} in {len(batches)}", flush=True)
    for batch in batches:
        try:
            outcome = tool.outcome(root, database, batch)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            outcome = tool.Batch(batch, [f"{type(error).__name__}: {str(error)[-1500:]}"])
        if outcome.problems:
            bad += 1
            print(
                f"- {[(change.name, change.statements) for change in batch]}",
                *outcome.problems,
                sep="\n    ",
                flush=True,
            )
        if not outcome.is_undone:
            template.restore()
    print(f"## {kind}: {len(batches) - bad} of {len(batches)}", flush=True)


if __name__ == "__main__":
    main()
