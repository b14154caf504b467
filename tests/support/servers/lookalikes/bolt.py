"""A tiny Neo4j look-alike for tests: Bolt 5.4, one user, `RETURN <integer>` only."""

import argparse
import asyncio
import io
import re
import struct
from typing import Any

import tls
from starting import Starting

MAGIC = b"\x60\x60\xb0\x17"
HELLO, GOODBYE, RESET, RUN, BEGIN = 0x01, 0x02, 0x0F, 0x10, 0x11
PULL, ROUTE, LOGON = 0x3F, 0x66, 0x6A
SUCCESS, RECORD, IGNORED, FAILURE = 0x70, 0x71, 0x7E, 0x7F
TEXT, LIST, MAP, STRUCT = 0x80, 0x90, 0xA0, 0xB0
CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
SIZED = {0xD0: TEXT, 0xD4: LIST, 0xD8: MAP}
NOT_FOUND = "Neo.ClientError.Database.DatabaseNotFound"
UNAVAILABLE = "Neo.TransientError.General.DatabaseUnavailable"
UNAUTHORIZED = "The client is unauthorized due to authentication failure."
RETURN_INT = re.compile(r"\s*RETURN\s+(-?\d+)(?:\s+AS\s+(\w+))?\s*;?\s*", re.IGNORECASE)


class BoltError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.detail = {"code": code, "message": message}


def pack(value: Any) -> bytes:
    match value:
        case int():
            return b"\xcb" + struct.pack(">q", value)
        case str():
            return b"\xd1" + struct.pack(">H", len(value.encode())) + value.encode()
        case list():
            return b"\xd5" + struct.pack(">H", len(value)) + b"".join(map(pack, value))
        case _:
            pairs = (pack(key) + pack(item) for key, item in value.items())
            return b"\xd9" + struct.pack(">H", len(value)) + b"".join(pairs)


def unpack(data: io.BytesIO) -> Any:
    mark = data.read(1)[0]
    if mark < 0x80 or mark >= 0xF0:
        return mark if mark < 0x80 else mark - 256
    if mark in CONSTANTS:
        return CONSTANTS[mark]
    if 0xC8 <= mark <= 0xCB:
        return int.from_bytes(data.read(1 << (mark - 0xC8)), "big", signed=True)
    kind, size = mark & 0xF0, mark & 0x0F
    if kind == 0xD0:  # a size of 1, 2 or 4 bytes follows
        kind, size = SIZED[mark & 0xFC], int.from_bytes(data.read(1 << (mark & 0x03)), "big")
    if kind == TEXT:
        return data.read(size).decode()
    if kind == MAP:
        return {unpack(data): unpack(data) for _ in range(size)}
    return ([data.read(1)[0]] if kind == STRUCT else []) + [unpack(data) for _ in range(size)]


class Session:
    def __init__(self, args: argparse.Namespace, starting: Starting) -> None:
        self.args, self.starting = args, starting
        self.failed = self.authenticated = False
        self.row: list[int] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        try:
            magic, *offers = struct.unpack("4s" + "4s" * 4, await reader.readexactly(20))
            if magic == MAGIC:  # an offer: 0, how many minor versions below, minor, major
                agreed = any(o[3] == 5 and o[2] - o[1] <= 4 <= o[2] for o in offers)
                writer.write(b"\x00\x00\x04\x05" if agreed else bytes(4))
                while agreed and await self.exchange():
                    pass
        except (asyncio.IncompleteReadError, ConnectionError, IndexError):
            pass
        finally:
            writer.close()

    async def exchange(self) -> bool:
        data = b""
        while (size := int.from_bytes(await self.reader.readexactly(2), "big")) or not data:
            data += await self.reader.readexactly(size)
        tag, *fields = unpack(io.BytesIO(data))
        if tag == GOODBYE:
            return False
        try:
            if self.failed and tag != RESET:
                self.send(IGNORED)
            else:
                self.send(SUCCESS, self.answer(tag, fields))
        except BoltError as error:
            self.failed = True
            self.send(FAILURE, error.detail)
        await self.writer.drain()
        return self.authenticated or not self.failed  # a refused login ends it, as in Neo4j

    def send(self, tag: int, *fields: Any) -> None:
        data = bytes([0xB0 | len(fields), tag]) + b"".join(map(pack, fields))
        self.writer.write(len(data).to_bytes(2, "big") + data + b"\x00\x00")

    def answer(self, tag: int, fields: list[Any]) -> dict[str, Any]:
        if not self.authenticated and tag not in (HELLO, LOGON):
            raise BoltError("Neo.ClientError.Request.Invalid", "Log on first.")
        if tag == HELLO:
            return {"server": "Neo4j/5.26.0", "connection_id": "bolt-1"}
        if tag == LOGON:
            given = (fields[0].get("principal"), fields[0].get("credentials"))
            if self.args.user is not None and given != (self.args.user, self.args.password):
                raise BoltError("Neo.ClientError.Security.Unauthorized", UNAUTHORIZED)
            self.authenticated = True
        elif tag == RESET:
            self.failed = False
        elif tag == PULL:
            self.send(RECORD, self.row)
        elif tag in (RUN, BEGIN, ROUTE):
            self.refuse(fields[-1].get("db"))
        if tag == RUN:
            return self.run(fields[0])
        return self.route(fields[0]) if tag == ROUTE else {}

    def refuse(self, database: str | None) -> None:
        if database not in (None, "neo4j", "system"):
            raise BoltError(NOT_FOUND, f"Database does not exist. Database name: '{database}'.")
        if database != "system" and self.starting.left() > 0:
            raise BoltError(UNAVAILABLE, "Database 'neo4j' is unavailable.")

    def run(self, query: str) -> dict[str, Any]:
        if not (found := RETURN_INT.fullmatch(query)):
            raise BoltError("Neo.ClientError.Statement.SyntaxError", "Invalid input.")
        self.row = [int(found[1])]
        return {"fields": [found[2] or found[1]]}

    def route(self, context: dict[str, str]) -> dict[str, Any]:
        address = context.get("address") or f"127.0.0.1:{self.args.port}"
        servers = [{"role": r, "addresses": [address]} for r in ("WRITE", "READ", "ROUTE")]
        return {"rt": {"ttl": 300, "db": "neo4j", "servers": servers}}


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--starting", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--certificate", metavar="PEM")
    args = parser.parse_args()
    starting = Starting(args.starting)
    listener = await asyncio.start_server(
        lambda reader, writer: Session(args, starting).serve(reader, writer),
        "127.0.0.1",
        args.port,
        ssl=tls.context(args.certificate),
    )
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
