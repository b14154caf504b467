"""A database of the project's, asked as the project would ask it: through its own engine.

So what its code supplies counts too: a token for a password, arguments of the driver, a function
that connects. Where its driver would go is where the question goes.
"""

import asyncio
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from bootctl.database.causes import said
from bootctl.database.connector import Connector
from bootctl.database.driver_errors import classify
from bootctl.database.session import Session
from bootctl.project.environment import environment_fault
from bootctl.wait.connection import ATTEMPT_SECONDS, typed
from bootctl.wait.database_failures import database_failure
from bootctl.wait.probe import WRITABLE, NotReady, Refused

if TYPE_CHECKING:
    from sqlalchemy import Connection

_READ_ONLY = {
    "postgresql": "SHOW transaction_read_only",
    "mysql": "SELECT @@global.read_only",
    "mariadb": "SELECT @@global.read_only",
}


class OwnDatabase:
    """See ``bootctl.wait.probe.Probe``."""

    depth = "query"

    def __init__(self, connector: Connector) -> None:
        self.url = connector.url
        self.target = str(connector.url)
        self._connector = connector
        self._begun: Future[None] | None = None
        self._writable = connector.url.query.get(WRITABLE) in ("read-write", "primary")

    async def check(self) -> None:
        """Connect as the project does, and query."""
        with typed(_failure, self._connector.options):
            begun, self._begun = self._begun or self._ask(), None
            try:
                await asyncio.wrap_future(begun)
            except TimeoutError:
                raise NotReady("timeout", f"no answer within {ATTEMPT_SECONDS:.1f} s") from None
            except KeyError as error:
                raise environment_fault(error, {}, Path.cwd()) or error from error

    def is_ready(self, seconds: float) -> bool:
        """Ask, outside of an event loop, and return whether the answer is yes, within so many ``seconds``.

        What is still asked then is what ``check`` waits for first: nobody asks twice at a time.
        """
        begun = self._ask()
        try:
            begun.result(seconds)
        except Exception:  # whatever it is, the loop meets it again, and names it
            self._begun = None if begun.done() else begun
            return False
        return True

    def _ask(self) -> "Future[None]":
        """Ask on a thread of its own, which outlives who does not wait for it any more."""
        begun: Future[None] = Future()
        begun.set_running_or_notify_cancel()
        Thread(target=self._answer, args=(begun,), name="bootctl-ask", daemon=True).start()
        return begun

    def _answer(self, begun: "Future[None]") -> None:
        try:
            self._connect_and_query()
        except BaseException as error:  # it is raised where the answer is waited for
            begun.set_exception(error)
        else:
            begun.set_result(None)

    def _connect_and_query(self) -> None:
        try:
            connect = self._connector.ask or self._connector.open
            session: Session = connect(ATTEMPT_SECONDS)
            try:
                session.run(self._refuse_read_only, timeout=ATTEMPT_SECONDS)
            finally:
                session.close()
        except Exception as error:
            failure = classify(error)
            # The server behind a pooler has answered; who needs a session of it, says so.
            if failure is None or not failure.is_pooler:
                raise

    def _refuse_read_only(self, connection: "Connection") -> None:
        query = _READ_ONLY.get(connection.dialect.name, "SELECT 1")
        answer = connection.exec_driver_sql(query).scalar()
        if self._writable and str(answer).lower() not in ("0", "off"):
            raise NotReady("read-only", "it is in recovery, or takes no writes")


def _failure(error: BaseException) -> NotReady | None:
    if "rejected SSL upgrade" in said(error):  # asyncpg says it where TLS is insisted on
        return Refused("tls", f"{error}, and the option ssl asks for it")
    return database_failure(error)
