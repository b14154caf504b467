"""A proxy before PostgreSQL or MariaDB that sees every statement, and can end things in between."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto
from types import TracebackType
from typing import Any, Self

from tests.support.databases.fresh import Database
from tests.support.databases.proxy_protocols import Conversation, MariaDB, PostgreSQL

CONVERSATIONS: dict[str, type[Conversation]] = {"postgresql": PostgreSQL, "mariadb": MariaDB}


class Then(Enum):
    """What becomes of a connection at a moment."""

    GO_ON = auto()
    CUT = auto()
    """Nothing is forwarded any more, in either direction, and nobody is told."""
    CLOSE = auto()


@dataclass(frozen=True)
class Statement:
    """One statement, by its number over all connections, from 1."""

    number: int
    connection: int
    text: str
    at: float = 0.0
    """When it was sent, in seconds of ``time.monotonic``."""


@dataclass(frozen=True)
class Moment:
    """A point between two things that a database does.

    Before the statement is begun if ``done`` is 0, and else when as many of its ``parts`` are
    executed and the client has not seen the answer.
    """

    statement: Statement
    done: int
    parts: int

    @property
    def answered(self) -> bool:
        """Whether the whole statement was executed."""
        return self.done == self.parts


Act = Callable[[], Then]


class Wire:
    """The proxy, from its start to its end; ``database`` is what clients are to connect to."""

    def __init__(self, database: Database) -> None:
        self.statements: list[Statement] = []
        self.late: dict[int, float] = {}
        """By how many seconds each answer on a connection is late, by its number, from 0."""
        self.server = database
        self._connections: list[_Connection] = []
        self._moment: Moment | None = None
        self._act: Act = lambda: Then.GO_ON
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        port = self._in_loop(self._listen())
        self.database = replace(self.server, port=port)
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._in_loop(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def moments(self) -> list[Moment]:
        """Every moment of what was recorded."""
        conversation = CONVERSATIONS[self.server.kind]()
        found = []
        for statement in self.statements:
            parts = len(conversation.parts(statement.text)) or 1
            found += [Moment(statement, done, parts) for done in range(parts + 1)]
        return found

    def begin(self, moment: Moment | None = None, act: Act | None = None) -> None:
        """Count from 1 again, and do ``act`` once, at ``moment``, while its connection waits."""
        self.statements = []
        self._moment = moment
        self._act = act or (lambda: Then.GO_ON)

    @property
    def is_awaited(self) -> bool:
        """Whether the moment has not come."""
        return self._moment is not None

    @property
    def opened(self) -> int:
        """How many connections there were until now."""
        return len(self._connections)

    def connections(self, text: str) -> list[int]:
        """The connections that have sent a statement with ``text`` in it."""
        return list(dict.fromkeys(s.connection for s in self.statements if text in s.text))

    def port(self, connection: int) -> int:
        """What the server sees as the client's port."""
        return self._connections[connection].port

    def cut(self, connection: int) -> None:
        """Forward nothing of it any more."""
        self._connections[connection].cut = True

    def reset(self, connection: int) -> None:
        """End it, in both directions."""
        self._loop.call_soon_threadsafe(self._connections[connection].close)

    def _in_loop(self, work: Coroutine[Any, Any, int]) -> int:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> int:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._listener.sockets[0].getsockname()[1])

    async def _end(self) -> int:
        self._listener.close()
        for connection in self._connections:
            connection.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*tasks, return_exceptions=True)
        return 0

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = await asyncio.open_connection(self.server.host, self.server.port)
        connection = _Connection(self, len(self._connections), (reader, writer), server)
        self._connections.append(connection)
        await connection.run()

    def record(self, connection: int, text: str) -> Statement:
        """A client is about to execute ``text``."""
        statement = Statement(len(self.statements) + 1, connection, text, time.monotonic())
        self.statements.append(statement)
        return statement

    def cut_short(self, statement: Statement) -> int | None:
        """After how many of its parts the server must stop for what is to be done then."""
        moment = self._moment
        if moment is None or moment.statement.number != statement.number or moment.answered:
            return None
        return moment.done or None

    async def reached(self, number: int, done: int | None) -> Then:
        """What becomes of a connection at this moment; ``done`` is ``None`` for all parts."""
        moment = self._moment
        if moment is None or (moment.statement.number, moment.done) != (
            number,
            moment.parts if done is None else done,
        ):
            return Then.GO_ON
        self._moment = None
        return await asyncio.to_thread(self._act)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Connection:
    """One client, and the connection to the server that it has through the proxy."""

    def __init__(self, wire: Wire, number: int, client: Streams, server: Streams) -> None:
        self.cut = False
        self._closed = asyncio.Event()
        self._wire = wire
        self._number = number
        self._client, self._server = client, server
        self._conversation = CONVERSATIONS[wire.database.kind]()
        self._unanswered: list[Statement] = []
        self._part: int | None = None

    @property
    def port(self) -> int:
        return int(self._server[1].get_extra_info("sockname")[1])

    async def run(self) -> None:
        pumps = [asyncio.ensure_future(self._requests()), asyncio.ensure_future(self._answers())]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        if self.cut:
            await self._closed.wait()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        self.close()

    def close(self) -> None:
        self._closed.set()
        for _, writer in (self._client, self._server):
            writer.close()

    async def _requests(self) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                message = await self._conversation.from_client(self._client[0])
                if self._conversation.asks_for_encryption(message):
                    await self._write(self._client, self._conversation.refusal)
                    continue
                text = self._conversation.statement(message)
                if text is not None:
                    message = await self._begun(message, text)
                await self._write(self._server, message)

    async def _begun(self, message: bytes, text: str) -> bytes:
        statement = self._wire.record(self._number, text)
        await self._pass(statement, 0)
        self._unanswered.append(statement)
        self._part = self._wire.cut_short(statement)
        if self._part is None:
            return message
        parts = self._conversation.parts(text)[: self._part]
        return self._conversation.message(" ".join(parts))

    async def _answers(self) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                message = await self._conversation.from_server(self._server[0])
                await asyncio.sleep(self._wire.late.get(self._number, 0))
                for _ in range(self._conversation.answered(message)):
                    await self._pass(self._unanswered.pop(0), self._part)
                await self._write(self._client, message)

    async def _pass(self, statement: Statement, done: int | None) -> None:
        match await self._wire.reached(statement.number, done):
            case Then.CUT:
                self.cut = True
            case Then.CLOSE:
                raise ConnectionError

    async def _write(self, streams: Streams, message: bytes) -> None:
        if self.cut:
            await self._closed.wait()
        streams[1].write(message)
        await streams[1].drain()
