"""As much of two protocols as tells where a statement begins and where its answer ends.

https://www.postgresql.org/docs/current/protocol-message-formats.html
https://mariadb.com/kb/en/clientserver-protocol/
"""

import asyncio
import struct
from collections import deque
from typing import Protocol


class Conversation(Protocol):
    """What one client and its server have said to each other so far."""

    refusal: bytes
    """The answer to a client that asks for encryption; it then goes on without."""

    async def from_client(self, reader: asyncio.StreamReader) -> bytes:
        """The next message."""

    async def from_server(self, reader: asyncio.StreamReader) -> bytes:
        """The next message."""

    def asks_for_encryption(self, message: bytes) -> bool:
        """Whether a client's message does."""

    def statement(self, message: bytes) -> str | None:
        """The statement that a client's message has executed."""

    def answered(self, message: bytes) -> int:
        """How many statements have their whole answer with this message of the server."""

    def parts(self, text: str) -> list[str]:
        """The statements in ``text`` that the server commits one by one."""

    def message(self, text: str) -> bytes:
        """A client's message that has ``text`` executed."""


class PostgreSQL:
    """See ``Conversation``: simple queries, and executions of prepared statements."""

    refusal = b"N"
    _ENCRYPTION = (80877103, 80877104)  # of TLS, and of GSSAPI

    def __init__(self) -> None:
        self._started = False
        self._prepared: dict[bytes, str] = {}
        self._portals: dict[bytes, str] = {}
        self._executed = 0
        self._awaited: deque[int] = deque()
        """The number of statements before each ``ReadyForQuery`` that is to come."""

    async def from_client(self, reader: asyncio.StreamReader) -> bytes:
        if self._started:
            return await self._typed(reader)
        head = await reader.readexactly(4)
        return head + await reader.readexactly(struct.unpack("!I", head)[0] - 4)

    async def from_server(self, reader: asyncio.StreamReader) -> bytes:
        return await self._typed(reader)

    @staticmethod
    async def _typed(reader: asyncio.StreamReader) -> bytes:
        head = await reader.readexactly(5)
        return head + await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)

    def asks_for_encryption(self, message: bytes) -> bool:
        return not self._started and struct.unpack("!I", message[4:8])[0] in self._ENCRYPTION

    def statement(self, message: bytes) -> str | None:
        if not self._started:
            self._started = True
            self._awaited.append(0)
            return None
        kind, words = message[:1], message[5:].split(b"\0", 2)
        if kind == b"Q":
            self._awaited.append(1)
            return words[0].decode()
        if kind == b"P":
            self._prepared[words[0]] = words[1].decode()
        elif kind == b"B":
            self._portals[words[0]] = self._prepared[words[1]]
        elif kind == b"S":
            self._awaited.append(self._executed)
            self._executed = 0
        elif kind == b"E":
            self._executed += 1
            return self._portals[words[0]]
        return None

    def answered(self, message: bytes) -> int:
        return self._awaited.popleft() if message[:1] == b"Z" else 0

    def parts(self, text: str) -> list[str]:
        return [text]

    def message(self, text: str) -> bytes:
        body = text.encode() + b"\0"
        return b"Q" + struct.pack("!I", len(body) + 4) + body


class MariaDB:
    """See ``Conversation``: text queries, which is all that these clients send."""

    refusal = b""
    _QUIT, _QUERY, _PREPARE = 0x01, 0x03, 0x16
    _OK, _END, _ERROR = 0x00, 0xFE, 0xFF
    _MORE_RESULTS = 0x0008

    def __init__(self) -> None:
        self._authenticated = False
        self._queried = False
        self._ends_to_come = 0
        """Of the result that is being sent: of its columns and of its rows."""

    async def from_client(self, reader: asyncio.StreamReader) -> bytes:
        return await self._packet(reader)

    async def from_server(self, reader: asyncio.StreamReader) -> bytes:
        return await self._packet(reader)

    @staticmethod
    async def _packet(reader: asyncio.StreamReader) -> bytes:
        head = await reader.readexactly(4)
        return head + await reader.readexactly(int.from_bytes(head[:3], "little"))

    def asks_for_encryption(self, message: bytes) -> bool:
        return False

    def statement(self, message: bytes) -> str | None:
        if not self._authenticated:
            return None
        self._queried = message[4] == self._QUERY
        assert message[4] != self._PREPARE  # no driver of bootctl's does
        return message[5:].decode() if self._queried else None

    def answered(self, message: bytes) -> int:
        if not self._authenticated:
            self._authenticated = message[4] == self._OK
            return 0
        return int(self._queried and not self._goes_on(message[4:]))

    def _goes_on(self, answer: bytes) -> bool:
        if answer[0] == self._ERROR:
            return False
        if self._ends_to_come == 0:
            if answer[0] == self._OK:
                return self._has_more(answer[_after_number(answer, _after_number(answer, 1)) :])
            self._ends_to_come = 2
        elif answer[0] == self._END and len(answer) < 9:
            self._ends_to_come -= 1
            return self._ends_to_come > 0 or self._has_more(answer[3:])
        return True

    def _has_more(self, status: bytes) -> bool:
        return bool(int.from_bytes(status[:2], "little") & self._MORE_RESULTS)

    def parts(self, text: str) -> list[str]:
        return [f"{part.strip()};" for part in text.split(";") if part.strip()]

    def message(self, text: str) -> bytes:
        body = bytes([self._QUERY]) + text.encode()
        return len(body).to_bytes(3, "little") + b"\0" + body


def _after_number(packet: bytes, start: int) -> int:
    """Where a length-encoded integer ends."""
    return start + {0xFC: 3, 0xFD: 4, 0xFE: 9}.get(packet[start], 1)
