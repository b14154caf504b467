"""A pooler in session mode, as PgBouncer is to its clients: it refuses start-up options."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.databases.fresh import Database

_SSL_REQUEST = 80877103
_REFUSED = b"lock_timeout"
_ANSWER = b"SFATAL\0C08P01\0Munsupported startup parameter: lock_timeout\0\0"


@contextmanager
def pooler(database: Database) -> Iterator[int]:
    """The port of one that leads to ``database``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, database), daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener: socket.socket, database: Database) -> None:
    with suppress(OSError):  # it is closed
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, database), daemon=True).start()


def _serve(client: socket.socket, database: Database) -> None:
    with client:
        packet = client.recv(8192)
        if packet[4:8] == struct.pack("!i", _SSL_REQUEST):
            client.sendall(b"N")
            packet = client.recv(8192)
        if _REFUSED in packet:
            client.sendall(b"E" + struct.pack("!i", len(_ANSWER) + 4) + _ANSWER)
            return
        with socket.create_connection((database.host, database.port)) as server:
            server.sendall(packet)
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
