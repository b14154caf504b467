"""A tiny mongod look-alike for tests: hello, ping, SCRAM-SHA-256, listDatabases."""

import argparse
import asyncio
import hashlib
import hmac
import secrets
import struct
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import Any

import bson
import tls
from starting import Starting

OP_REPLY, OP_QUERY, OP_MSG, MORE_TO_COME = 1, 2004, 2013, 2
ITERATIONS = 4096
Document = dict[str, Any]


class CommandError(Exception):
    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(message)
        self.document = {"ok": 0.0, "errmsg": message, "code": code, "codeName": name}


class Server:
    def __init__(self, user: str | None, password: str, starting: float) -> None:
        self.user, self.starting = user, Starting(starting)
        self.salt, self.process = secrets.token_bytes(28), bson.ObjectId()
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), self.salt, ITERATIONS)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        self.stored_key = hashlib.sha256(client_key).digest()
        self.server_key = hmac.digest(salted, b"Server Key", "sha256")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Connection(self).talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, bson.errors.BSONError):
            pass  # the client has gone, or does not speak this protocol
        finally:
            writer.close()


class Connection:
    def __init__(self, server: Server) -> None:
        self.server, self.authenticated = server, server.user is None
        self.scram = (b"", b"", b"")  # the client's first message, the server's, the nonce

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            size, request, _, opcode = struct.unpack("<4i", await reader.readexactly(16))
            if not 16 < size <= 48_000_000 or opcode not in (OP_QUERY, OP_MSG):
                raise ConnectionError("not a MongoDB message")
            body = await reader.readexactly(size - 16)
            if opcode == OP_QUERY:  # flags, "admin.$cmd", skip, limit, document
                document = bson.decode(body[body.index(b"\0", 4) + 9 :])
                code, prefix = OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1)
            else:  # flags, section kind 0, document
                document = bson.decode(body[5 : 5 + int.from_bytes(body[5:9], "little")])
                code, prefix = OP_MSG, bytes(5)
            answer = prefix + bson.encode(await self.answer(document))
            if opcode == OP_QUERY or not body[0] & MORE_TO_COME:
                writer.write(struct.pack("<4i", 16 + len(answer), request, request, code) + answer)
                await writer.drain()

    async def answer(self, command: Document) -> Document:
        name = next(iter(command))
        try:
            match name:
                case "hello" | "ismaster" | "isMaster":
                    return await self.hello(command) | {"ok": 1.0}
                case "saslStart" | "saslContinue":
                    step = self.sasl_start if name == "saslStart" else self.sasl_continue
                    return step(command) | {"ok": 1.0}
                case "ping" | "endSessions":  # as in mongod, these need no login
                    return {"ok": 1.0}
            if not self.authenticated:
                raise CommandError(13, "Unauthorized", f"Command {name} requires authentication")
            if self.server.starting.left() > 0:
                reason = "node is not in primary or recovering state"
                raise CommandError(13436, "NotPrimaryOrSecondary", reason)
            if name == "listDatabases":
                return {"databases": [{"name": "admin"}], "totalSize": 0, "ok": 1.0}
            raise CommandError(59, "CommandNotFound", f"no such command: '{name}'")
        except CommandError as error:
            return error.document

    async def hello(self, command: Document) -> Document:
        if "topologyVersion" in command:  # a monitor that waits for news
            due, longest = self.server.starting.left(), command["maxAwaitTimeMS"] / 1000
            await asyncio.sleep(min(due, longest) if due > 0 else longest)
        ready = self.server.starting.left() <= 0
        document: Document = {
            "helloOk": True,
            "isWritablePrimary": ready,
            "ismaster": ready,
            "topologyVersion": {"processId": self.server.process, "counter": bson.Int64(ready)},
            "logicalSessionTimeoutMinutes": 30,
            "minWireVersion": 0,
            "maxWireVersion": 21,
        }
        if not ready:  # a member that has no replica set yet
            document |= {"secondary": False, "isreplicaset": True}
        if "saslSupportedMechs" in command and self.server.user is not None:
            document["saslSupportedMechs"] = ["SCRAM-SHA-256"]
        if start := command.get("speculativeAuthenticate"):
            with suppress(CommandError):  # the client asks again with saslStart
                document["speculativeAuthenticate"] = self.sasl_start(start)
        return document

    def sasl_start(self, command: Document) -> Document:
        bare = command["payload"].removeprefix(b"n,,")
        name, _, nonce = bare.removeprefix(b"n=").partition(b",r=")
        user = name.decode().replace("=2C", ",").replace("=3D", "=")
        if command["mechanism"] != "SCRAM-SHA-256" or user != self.server.user:
            raise CommandError(18, "AuthenticationFailed", "Authentication failed.")
        nonce += secrets.token_urlsafe(24).encode()
        first = b"r=%s,s=%s,i=%d" % (nonce, b64encode(self.server.salt), ITERATIONS)
        self.scram = (bare, first, nonce)
        return {"conversationId": 1, "done": False, "payload": first}

    def sasl_continue(self, command: Document) -> Document:
        bare, first, nonce = self.scram
        final, _, proof = command["payload"].partition(b",p=")
        signed = b",".join((bare, first, final))
        mask = hmac.digest(self.server.stored_key, signed, "sha256")
        client_key = bytes(a ^ b for a, b in zip(b64decode(proof), mask, strict=True))
        known = hmac.compare_digest(hashlib.sha256(client_key).digest(), self.server.stored_key)
        if not known or not nonce or final != b"c=biws,r=" + nonce:
            raise CommandError(18, "AuthenticationFailed", "Authentication failed.")
        self.authenticated = True
        verifier = hmac.digest(self.server.server_key, signed, "sha256")
        return {"conversationId": 1, "done": True, "payload": b"v=" + b64encode(verifier)}


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--starting", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--certificate", metavar="PEM")
    args = parser.parse_args()
    server = Server(args.user, args.password, args.starting)
    context = tls.context(args.certificate)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", args.port, ssl=context)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
