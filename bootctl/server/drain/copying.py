"""Sockets of another process, as this process's too."""

import ctypes
import errno
import os
import socket

from .tracing import sent

_PIDFD_GETFD = 438
_LIBC = ctypes.CDLL(None, use_errno=True)


def copied(pid: int, thread: int, fd: int) -> "socket.socket | None":
    """Return the socket ``fd`` of the process ``pid``, which has that ``thread``; ``None``: not just now.

    Raises ``OSError`` where this process may not have it.
    """
    try:
        return _copied(pid, fd) or sent(pid, thread, fd)
    except OSError as error:
        # It is gone, or it was closed, or the thread is busy with a signal.
        if error.errno in (errno.ESRCH, errno.EBADF, errno.EAGAIN):
            return None
        raise


def _copied(pid: int, fd: int) -> "socket.socket | None":
    """Return the socket as pidfd_getfd(2) copies it; ``None`` where that is forbidden.

    The seccomp profiles of Docker and containerd ask for CAP_SYS_PTRACE for it, not for ptrace(2).
    """
    process = os.pidfd_open(pid)
    number = _LIBC.syscall(_PIDFD_GETFD, process, fd, 0)
    error = ctypes.get_errno()
    os.close(process)
    if number >= 0:
        return socket.socket(fileno=number)
    if error in (errno.EPERM, errno.ENOSYS):
        return None
    raise OSError(error, os.strerror(error))
