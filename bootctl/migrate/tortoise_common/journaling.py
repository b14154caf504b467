"""Statements of Tortoise's clients, told to the journal before they are executed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bootctl.database.answers import is_answer
from bootctl.ledger.executed import commits_by_itself, commits_transaction, rolls_back
from bootctl.ledger.journal import Journal
from bootctl.migrate.tortoise_common.sqlite import statements as of_sqlite
from bootctl.output.exits import end_if_forked
from bootctl.values import frozen

_ONE_STATEMENT = ("execute_insert", "execute_many", "execute_query")


@frozen
class Telling:
    """Who is told of the statements of a migration, and what of them."""

    journal: Journal
    scheme: str
    commits: bool
    """No transaction holds them together."""
    allowing: Callable[[str], None] | None = None
    """See ``bootctl.migrate.protocol.Guard.executing``."""

    def __call__(self, text: str) -> None:
        """Tell of one statement."""
        end_if_forked()
        if self.allowing is not None:
            self.allowing(text)
        mysql = self.scheme == "mysql"
        own = commits_by_itself(text) if mysql else self.commits
        self.journal.executing(text, commits=own, ddl_commits=mysql)
        if rolls_back(text):
            self.journal.undoing()
        elif commits_transaction(text) and self.scheme != "sqlite":
            self.journal.committing()

    @contextmanager
    def of(self, text: str) -> Iterator[None]:
        """Tell of one statement that is executed inside, and that the database has refused it, if it has."""
        self(text)
        try:
            yield
        except Exception as error:
            if is_answer(error):
                self.journal.failed(text)
            raise


@contextmanager
def journaled(tell: Telling, client: Any) -> Iterator[None]:
    """Tell what ``client`` executes inside.

    Scripts are executed statement by statement, where the server would do so too.
    """
    replaced = {name: _telling(tell, getattr(client, name)) for name in _ONE_STATEMENT}
    original = client.execute_script

    async def execute_script(script: str) -> None:
        for text in split(tell.scheme, script):
            with tell.of(text):
                await original(text)

    for name, method in {**replaced, "execute_script": execute_script}.items():
        setattr(client, name, method)
    try:
        yield
    finally:
        for name in (*replaced, "execute_script"):
            vars(client).pop(name, None)


def split(scheme: str, script: str) -> list[str]:
    """Return the statements of ``script`` that its server executes one after the other.

    PostgreSQL makes one transaction of a script, so there it is one.
    """
    if scheme == "postgresql":
        return [script]
    if scheme == "sqlite":
        return of_sqlite(script)
    import sqlparse

    return [text for text in sqlparse.split(script) if text.strip(" \n\t;")]


def _telling(tell: Telling, original: Callable[..., Any]) -> Callable[..., Any]:
    async def method(query: str, *arguments: Any) -> Any:
        with tell.of(query):
            return await original(query, *arguments)

    return method
