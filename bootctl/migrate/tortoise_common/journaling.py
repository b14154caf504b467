"""Statements of Tortoise's clients, told to the journal before they are executed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bootctl.ledger.journal import Journal
from bootctl.ledger.recovery import commits_by_itself, ends_transaction
from bootctl.migrate.tortoise_common.sqlite import statements as of_sqlite

_ONE_STATEMENT = ("execute_insert", "execute_many", "execute_query")


@contextmanager
def journaled(journal: Journal, client: Any, scheme: str, *, commits: bool) -> Iterator[None]:
    """Tell ``journal`` what ``client`` executes; ``commits``: no transaction holds it together.

    Scripts are executed statement by statement, where the server would do so too.
    """

    def tell(text: str) -> None:
        mysql = scheme == "mysql"
        own = commits_by_itself(text) if mysql else commits
        journal.executing(text, commits=own, ddl_commits=mysql)
        if ends_transaction(text) and scheme != "sqlite":
            journal.committing()

    replaced = {name: _telling(tell, getattr(client, name)) for name in _ONE_STATEMENT}
    original = client.execute_script

    async def execute_script(script: str) -> None:
        for text in split(scheme, script):
            tell(text)
            await original(text)

    for name, method in {**replaced, "execute_script": execute_script}.items():
        setattr(client, name, method)
    try:
        yield
    finally:
        for name in (*replaced, "execute_script"):
            vars(client).pop(name, None)


def split(scheme: str, script: str) -> list[str]:
    """The statements of ``script`` that its server executes one after the other.

    PostgreSQL makes one transaction of a script, so there it is one.
    """
    if scheme == "postgresql":
        return [script]
    if scheme == "sqlite":
        return of_sqlite(script)
    import sqlparse

    return [text for text in sqlparse.split(script) if text.strip(" \n\t;")]


def _telling(tell: Callable[[str], None], original: Callable[..., Any]) -> Callable[..., Any]:
    async def method(query: str, *arguments: Any) -> Any:
        tell(query)
        return await original(query, *arguments)

    return method
