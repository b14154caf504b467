"""A tiny Kafka look-alike for tests: ApiVersions, SASL/PLAIN and Metadata with one broker."""

import argparse
import asyncio
import struct
from dataclasses import dataclass

import tls
from starting import Starting

METADATA, SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE = 3, 17, 18, 36
VERSIONS = {METADATA: (0, 1), SASL_HANDSHAKE: (0, 1), API_VERSIONS: (0, 0)}
VERSIONS |= {SASL_AUTHENTICATE: (0, 0)}
UNSUPPORTED_SASL_MECHANISM, UNSUPPORTED_VERSION = 33, 35
SASL_AUTHENTICATION_FAILED = 58


def text(value: str) -> bytes:
    return struct.pack(">h", len(value.encode())) + value.encode()


@dataclass
class Server:
    port: int
    user: str | None
    password: str | None
    starting: Starting

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        authenticated = self.user is None
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                if not 10 <= size <= 1_000_000:
                    return
                request = await reader.readexactly(size)
                key, version, correlation, name = struct.unpack(">hhih", request[:10])
                body = request[10 + max(name, 0) :]
                if key == API_VERSIONS:
                    answer = self.api_versions(version)
                elif key == SASL_HANDSHAKE:
                    wrong = body[2:] != b"PLAIN"
                    code = UNSUPPORTED_SASL_MECHANISM if wrong else 0
                    answer = struct.pack(">hi", code, 1) + text("PLAIN")
                elif key == SASL_AUTHENTICATE:
                    authenticated = self.accepts(body[4:])
                    answer = self.sasl_answer(authenticated)
                elif key == METADATA and authenticated:
                    answer = self.metadata(version)
                else:
                    return  # as Kafka does before a login, and with what it does not know
                data = struct.pack(">i", correlation) + answer
                writer.write(struct.pack(">i", len(data)) + data)
                await writer.drain()
                if key == SASL_AUTHENTICATE and not authenticated:
                    return
        except (asyncio.IncompleteReadError, ConnectionError, struct.error):
            pass
        finally:
            writer.close()

    def api_versions(self, version: int) -> bytes:
        code = UNSUPPORTED_VERSION if version > 0 else 0
        ranges = b"".join(struct.pack(">hhh", key, *span) for key, span in VERSIONS.items())
        return struct.pack(">hi", code, len(VERSIONS)) + ranges

    def accepts(self, token: bytes) -> bool:
        return token.split(b"\0")[1:] == [str(self.user).encode(), str(self.password).encode()]

    def sasl_answer(self, accepted: bool) -> bytes:
        if accepted:
            return struct.pack(">hhi", 0, -1, 0)
        reason = "Authentication failed: Invalid username or password"
        return struct.pack(">h", SASL_AUTHENTICATION_FAILED) + text(reason) + struct.pack(">i", 0)

    def metadata(self, version: int) -> bytes:
        rack, controller = (struct.pack(">h", -1), struct.pack(">i", 1)) if version else (b"", b"")
        broker = struct.pack(">i", 1) + text("127.0.0.1") + struct.pack(">i", self.port) + rack
        ready = self.starting.left() <= 0
        brokers = struct.pack(">i", 1) + broker if ready else struct.pack(">i", 0)
        return brokers + controller + struct.pack(">i", 0)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--starting", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--certificate", metavar="PEM")
    args = parser.parse_args()
    server = Server(args.port, args.user, args.password, Starting(args.starting))
    context = tls.context(args.certificate)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", args.port, ssl=context)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
