"""Which statements are taken for a migration's own."""

from sqlalchemy import create_engine

from bootctl.database.state import Revision
from bootctl.migrate.alembic.progress import AlembicProgress
from bootctl.migrate.progress import Progress


def begin(progress: Progress, revision: str) -> None:
    progress.start(Revision(revision, "", "a.py"), None, None)


def test_what_records_a_migration_is_none_of_its_statements() -> None:
    progress, told = AlembicProgress(), list[str]()
    progress.allowing = told.append
    with create_engine("sqlite://").connect() as connection:
        progress.executing(connection, None, "what env.py executes")
        for revision in ("a1", "a2"):
            begin(progress, revision)
            progress.executing(connection, None, f"what {revision} executes")
            progress.end_journal()
            progress.executing(connection, None, "WITH catalog AS (SELECT 1) SELECT *")
            progress.finish()
        progress.executing(connection, None, "what env.py executes last")
    assert told == [
        "what env.py executes",
        "what a1 executes",
        "what a2 executes",
        "what env.py executes last",
    ]
