"""A connection beside the project's own, opened as the project opens its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from bootctl.database.driver_connection import DriverConnection, in_turns

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

Execute = Callable[[str], object]
"""Executes one statement, and returns the only value that it gives."""

_Result = TypeVar("_Result")
_CLOSE_SECONDS = 2.0


class Session:
    """A connection in autocommit, on a thread of its own, whatever driver ``engine`` has.

    On its own thread because the project may be inside a statement, or inside an event loop, in
    which no other can run. Raises what connecting raises, and ``TimeoutError`` after ``timeout``
    seconds.
    """

    def __init__(self, engine: "Engine", timeout: float | None = None) -> None:
        self._worker: _Worker | _AsyncWorker | _DriverWorker
        self._worker = _AsyncWorker(engine) if engine.dialect.is_async else _Worker(engine)
        self._begin(self._work, timeout)

    def _begin(self, work: Callable[[], None], timeout: float | None) -> None:
        """Open the connection, on a thread that does ``work``."""
        self._calls: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        threading.Thread(target=work, name="bootctl-session", daemon=True).start()
        try:
            self._call(lambda: self._worker.open()).result(timeout)
        except TimeoutError:
            self._calls.put((lambda: self._worker.close(), Future()))  # whenever it answers
            self._calls.put(None)
            raise
        except BaseException:
            self.close()
            raise

    def run(
        self, function: "Callable[[Connection], _Result]", *, timeout: float | None = None
    ) -> _Result:
        """Return what ``function`` makes of the connection, from any thread.

        Raises ``TimeoutError`` after ``timeout`` seconds: the session is then of no more use.
        """
        result: _Result = self._call(lambda: self._worker.run(function)).result(timeout)
        return result

    def close(self) -> None:
        """Close the connection; a server that does not answer is not waited for."""
        closed = self._call(lambda: self._worker.close())
        self._calls.put(None)
        with suppress(Exception):
            closed.result(_CLOSE_SECONDS)

    def _call(self, function: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        self._calls.put((function, future))
        return future

    def _work(self) -> None:
        while call := self._calls.get():
            function, future = call
            try:
                future.set_result(function())
            except BaseException as error:  # it is raised where the result is asked for
                future.set_exception(error)


class HostedSession(Session):
    """A session inside of the project's code, for what connects only while that code runs.

    ``host`` runs the code, and calls what it is given where that connects, with an engine that
    connects in the same way; then it comes back. This is when the session is closed.
    """

    def __init__(
        self, host: "Callable[[Callable[[Engine], None]], None]", timeout: float | None = None
    ) -> None:
        self._host = host
        self._is_over = False
        self._begin(self._be_hosted, timeout)

    def _be_hosted(self) -> None:
        failure: BaseException = RuntimeError("the project's code did not connect again")
        try:
            self._host(self._serve)
        except BaseException as error:  # it is raised where a result is asked for
            failure = error
        while not self._is_over and (call := self._calls.get()):
            call[1].set_exception(failure)

    def _serve(self, engine: "Engine") -> None:
        # An engine of asyncio too: its code runs where SQLAlchemy awaits for it.
        self._worker = _Worker(engine)
        self._work()
        self._is_over = True


class DriverSession(Session):
    """A session of asyncpg by itself: functions are given a ``DriverConnection``.

    ``connect`` connects, in the event loop of the session.
    """

    def __init__(
        self, connect: Callable[[], Coroutine[Any, Any, Any]], timeout: float | None = None
    ) -> None:
        self._worker = _DriverWorker(connect)
        self._begin(self._work, timeout)


class _Worker:
    """Runs functions with a driver that blocks."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def open(self) -> None:
        from bootctl.database.initialization import connect  # SQLAlchemy is imported by now

        self._connection = connect(self._engine)
        self._connection.execution_options(isolation_level="AUTOCOMMIT")

    def run(self, function: "Callable[[Connection], _Result]") -> _Result:
        assert self._connection is not None  # the session raises where it could not be opened
        try:
            return function(self._connection)
        except BaseException:
            self._connection.rollback()  # of SQLAlchemy's own: the server has no transaction
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()


class _AsyncWorker:
    """A driver of asyncio, with an event loop of its own."""

    def __init__(self, engine: "Engine") -> None:
        from bootctl.database.sqlalchemy_internals import in_greenlet

        self._runner = asyncio.Runner()
        self._worker = _Worker(engine)
        self._in_greenlet = in_greenlet

    def open(self) -> None:
        self._runner.run(self._in_greenlet(self._worker.open))

    def run(self, function: "Callable[[Connection], _Result]") -> _Result:
        result: _Result = self._runner.run(self._in_greenlet(self._worker.run, function))
        return result

    def close(self) -> None:
        with self._runner:
            self._runner.run(self._in_greenlet(self._worker.close))


class _DriverWorker:
    """A connection of asyncpg, with an event loop of its own."""

    def __init__(self, connect: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._runner = asyncio.Runner()
        self._connect = connect
        self._raw: Any = None

    def open(self) -> None:
        self._raw = self._runner.run(self._connect())

    def run(self, function: "Callable[[Connection], _Result]") -> _Result:
        result: _Result = self._runner.run(in_turns(function, DriverConnection(self._raw)))
        return result

    def close(self) -> None:
        with self._runner:
            if self._raw is not None:
                self._raw.terminate()  # nobody asks the server what it says to the end
