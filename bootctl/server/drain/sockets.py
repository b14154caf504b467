"""The TCP sockets of this network namespace, as the kernel tells of them: see sock_diag(7)."""

import socket
import struct

_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY = 4, 20
_ESTABLISHED, _CLOSE_WAIT, _LISTEN = 1, 8, 10
_STATES = 1 << _ESTABLISHED | 1 << _CLOSE_WAIT | 1 << _LISTEN
_REQUEST = struct.Struct("=IHHIIBBBxI48x")
"""A struct nlmsghdr and a struct inet_diag_req_v2."""
_HEADER = (_REQUEST.size, _SOCK_DIAG_BY_FAMILY, 0x301, 0, 0)  # NLM_F_REQUEST | NLM_F_DUMP
_INFO = 2
"""INET_DIAG_INFO: the attribute that is a struct tcp_info."""
_TICK_MS = 10
"""Two moments of a connection that are closer than this may have been in either order."""


class Socket:
    """A TCP socket as ``linux/inet_diag.h`` and ``linux/tcp.h`` describe it."""

    def __init__(self, message: bytes) -> None:
        self.listens = message[1] == _LISTEN
        (self.port,) = struct.unpack_from(">H", message, 4)
        self.unread, self._unconfirmed, _, self.inode = struct.unpack_from("=4I", message, 56)
        """Bytes, or of a listener the connections, that it has not taken yet, is ``unread``."""
        self._info = _attribute(message[72:], _INFO)

    def is_idle(self, quiet_ms: int, doubtful_ms: int, *, confirmed: bool = True) -> bool:
        """Return whether it waits for a request: what was asked is answered, and that ``quiet_ms`` ago.

        Where the last request and the last answer came together, that request may also be the one
        after that answer: then ``doubtful_ms`` ago. And the client has the answer, if ``confirmed``:
        a client that asks again within 40 ms says so only then.
        """
        received, answers = struct.unpack_from("=Q20xI", self._info, 128)
        if self.unread or (self._unconfirmed and confirmed) or (received and not answers):
            return False
        since_sent: int
        since_received: int
        since_sent, _, since_received = struct.unpack_from("=3I", self._info, 44)
        if received and abs(since_received - since_sent) <= _TICK_MS:
            quiet_ms = doubtful_ms
        elif received and since_received < since_sent:
            return False
        return min(since_sent, since_received) >= quiet_ms


def sockets_in_use() -> dict[int, Socket] | None:
    """Return the TCP sockets in use in this network namespace by their inode, as sock_diag(7) tells.

    ``None`` where the kernel does not.
    """
    try:
        sockets = [Socket(message) for message in _dump()]
    except OSError:
        return None
    return {each.inode: each for each in sockets}


def _dump() -> list[bytes]:
    """Return the kernel's descriptions of the TCP sockets that are in use in this network namespace."""
    found = []
    for family in (socket.AF_INET, socket.AF_INET6):
        kind = _SOCK_DIAG_BY_FAMILY
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as diag:
            diag.send(
                _REQUEST.pack(*_HEADER, family, socket.IPPROTO_TCP, 1 << (_INFO - 1), _STATES)
            )
            while kind == _SOCK_DIAG_BY_FAMILY:
                data = diag.recv(1 << 16)
                while data:
                    length, kind = struct.unpack_from("=IH", data)
                    found += [data[16:length]] if kind == _SOCK_DIAG_BY_FAMILY else []
                    data = data[length + 3 & ~3 :]
    return found


def _attribute(data: bytes, wanted: int) -> bytes:
    length, kind = struct.unpack_from("=HH", data)
    return data[4:length] if kind == wanted else _attribute(data[length + 3 & ~3 :], wanted)
