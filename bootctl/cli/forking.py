"""The process that imports what processes for tenants have in common, and then forks one for each.

It runs none of the project's code and connects to nothing. What it forks goes on as if it had been started:
with an environment, streams and signals of its own.
"""

import gc
import os
import signal
import socket
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from bootctl.boot.tenants.processes import number
from bootctl.config.invocation import TENANT
from bootctl.output import log
from bootctl.output.early import FORKS
from bootctl.project.alembic.highlighting import without_highlighting

_BYTES = 1 << 10
_DESCRIPTORS = 3
_REFUSED = -1

_telling: dict[int, int] = {}
"""Where it is told how a process ends, by its number."""


def serve() -> None:
    """Fork a process for each tenant that is asked for. Returns in these processes only."""
    descriptor, *names = os.environ.pop(FORKS).split()
    link = socket.socket(fileno=int(descriptor))
    with without_highlighting():
        for name in names:
            with suppress(ImportError):  # whoever needs it says so
                import_module(name)
    if len([*Path("/proc/self/task").iterdir()]) > 1:
        os._exit(1)  # a library has started a thread, which no child would have
    gc.freeze()  # a collection of a child's has not to look at what is there already
    signal.signal(signal.SIGCHLD, _tell_ended)
    link.send(b"1")
    while True:
        tenant, descriptors, _, _ = socket.recv_fds(
            link, _BYTES, _DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
        )
        if not tenant:
            os._exit(0)
        if _forked(*descriptors):
            link.close()
            os.environ[TENANT] = tenant.decode()
            return


def _forked(stdout: int, stderr: int, telling: int) -> bool:
    """Fork, and tell so; return whether this is the new process."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # until it is known who has ended
    pid = _REFUSED
    with suppress(OSError):
        pid = os.fork()
    if pid == 0:
        _become(stdout, stderr, telling)
    elif pid == _REFUSED:
        os.close(telling)
    else:
        os.write(telling, number(pid))
        _telling[pid] = telling
    for descriptor in (stdout, stderr):
        os.close(descriptor)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    return pid == 0


def _become(stdout: int, stderr: int, telling: int) -> None:
    """Be a process like one that was started, with these streams."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    log.follow_stderr()
    for descriptor in (telling, *_telling.values()):
        os.close(descriptor)
    _telling.clear()


def _tell_ended(*_: object) -> None:
    with suppress(ChildProcessError):  # there is none any more
        while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            telling = _telling.pop(ended[0])
            os.write(telling, number(os.waitstatus_to_exitcode(ended[1])))
            os.close(telling)
