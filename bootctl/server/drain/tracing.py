"""A process sends one of its sockets, and does not know: see ptrace(2), and unix(7).

One of its threads is stopped, executes three system calls, and goes on where it was.
"""

import ctypes
import errno
import os
import signal
import socket
import struct
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager

_STEP, _DETACH = 9, 17
_GETREGSET, _SETREGSET, _SEIZE, _INTERRUPT = 0x4204, 0x4205, 0x4206, 0x4207
_GETSIGMASK, _SETSIGMASK = 0x420A, 0x420B
_GENERAL_REGISTERS = 1
_WALL = 0x40000000
_EVENT_STOP = signal.SIGTRAP | 128 << 8
_ALL_BUT_SIGTRAP = ~(1 << signal.SIGTRAP - 1) & (1 << 64) - 1

# Which words of a thread's registers are what; how it makes a system call; the numbers of three.
_Machine = namedtuple(
    "_Machine",
    "words number result counter stack arguments restarted instruction socket sendmsg close",
)
_MACHINES = {
    "x86_64": _Machine(27, 10, 10, 16, 19, (14, 13, 12), (15,), b"\x0f\x05", 41, 46, 3),
    "aarch64": _Machine(34, 8, 0, 32, 31, (0, 1, 2), (), b"\x01\0\0\xd4", 198, 211, 57),
}
"""``restarted``: the system call that is to be restarted; negative for none."""

_MESSAGE = struct.Struct("=QI4xQQQQi12x H20s10x QQ Qiii4x")
"""A struct msghdr, and what it points to: a sockaddr_un, an iovec, and a cmsghdr with its data."""
_NAME, _PART, _CONTROL, _CONTROL_SIZE = 64, 96, 112, 24
_BELOW_STACK = 1024
"""What is written there, nobody minds: it is below every red zone."""

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_LIBC.ptrace.restype = ctypes.c_long


def sent(pid: int, thread: int, fd: int) -> socket.socket:
    """Return the socket ``fd`` of the process ``pid``, as its ``thread`` sends it.

    Raises ``OSError``, with ``EAGAIN`` where that thread cannot do so just now.
    """
    machine = _MACHINES.get(os.uname().machine)
    if machine is None:
        raise OSError(errno.ENOSYS, "an unknown machine")
    name = b"\0bootctl" + os.urandom(12)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mailbox:
        mailbox.bind(name)
        mailbox.setblocking(False)
        with _stopped(thread), open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
            instruction = _find_instruction(pid, memory.fileno(), machine.instruction)
            _Borrowed(thread, machine, instruction).send(fd, name, memory.fileno())
        _, (number,), *_ = socket.recv_fds(mailbox, 1, 1)
    return socket.socket(fileno=number)


def _find_instruction(pid: int, memory: int, instruction: bytes) -> int:
    """Return where a process has it: the vDSO, which every process has, makes system calls."""
    with open(f"/proc/{pid}/maps") as maps:
        span = next((line.split()[0] for line in maps if line.endswith("[vdso]\n")), "0-0")
    start, end = (int(address, 16) for address in span.split("-"))
    offset = os.pread(memory, end - start, start).find(instruction)
    if offset < 0:
        raise OSError(errno.ENOSYS, "no instruction")
    return start + offset


@contextmanager
def _stopped(thread: int) -> Iterator[None]:
    """Have the thread stand still inside."""
    _ptrace(_SEIZE, thread)
    _ptrace(_INTERRUPT, thread)
    status = _wait(thread)
    # One that a signal has stopped on its way to it gets that signal, and is stopped another time.
    passed_on = 0 if status >> 16 else os.WSTOPSIG(status)
    try:
        if status >> 8 != _EVENT_STOP:
            raise BlockingIOError(errno.EAGAIN, "stopped by a signal")
        yield
    finally:
        _ptrace(_DETACH, thread, None, passed_on)


class _Borrowed:
    """A stopped thread, which executes system calls, and is then as it was."""

    def __init__(self, thread: int, machine: _Machine, instruction: int) -> None:
        self._thread = thread
        self._machine = machine
        self._instruction = instruction
        self._found = self._registers()

    def send(self, fd: int, name: bytes, memory: int) -> None:
        """Have it send its descriptor ``fd`` to the socket of that name; ``memory`` is its own."""
        place = self._found[self._machine.stack] - _BELOW_STACK & ~15
        message = _MESSAGE.pack(
            *(place + _NAME, 2 + len(name), place + _PART, 1),
            *(place + _CONTROL, _CONTROL_SIZE, 0),
            *(socket.AF_UNIX, name),
            *(place, 1),
            *(20, socket.SOL_SOCKET, socket.SCM_RIGHTS, fd),
        )
        os.pwrite(memory, message, place)
        with self._undisturbed():
            channel = self._call(self._machine.socket, socket.AF_UNIX, socket.SOCK_DGRAM, 0)
            try:
                self._call(self._machine.sendmsg, channel, place, socket.MSG_DONTWAIT)
            finally:
                self._call(self._machine.close, channel, 0, 0)

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Hold signals back inside, and have it go on where it was afterwards."""
        mask = ctypes.c_uint64()
        _ptrace(_GETSIGMASK, self._thread, 8, ctypes.byref(mask))
        held_back = ctypes.c_uint64(_ALL_BUT_SIGTRAP)
        _ptrace(_SETSIGMASK, self._thread, 8, ctypes.byref(held_back))
        try:
            yield
        finally:
            self._set_registers(self._found)
            _ptrace(_SETSIGMASK, self._thread, 8, ctypes.byref(mask))

    def _call(self, number: int, *arguments: int) -> int:
        machine, words = self._machine, list(self._found)
        words[machine.number], words[machine.counter] = number, self._instruction
        for place in machine.restarted:
            words[place] = -1
        for place, word in zip(machine.arguments, arguments, strict=True):
            words[place] = word
        self._set_registers(words)
        _ptrace(_STEP, self._thread)
        if _wait(self._thread) >> 8 != signal.SIGTRAP:
            raise BlockingIOError(errno.EAGAIN, "stopped by a signal")
        result = ctypes.c_int64(self._registers()[machine.result]).value
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result

    def _registers(self) -> list[int]:
        words = (ctypes.c_uint64 * self._machine.words)()
        _ptrace(_GETREGSET, self._thread, _GENERAL_REGISTERS, _iovec(words))
        return list(words)

    def _set_registers(self, found: list[int]) -> None:
        words = (ctypes.c_uint64 * self._machine.words)(*found)
        _ptrace(_SETREGSET, self._thread, _GENERAL_REGISTERS, _iovec(words))


def _iovec(words: "ctypes.Array[ctypes.c_uint64]") -> "ctypes.Array[ctypes.c_uint64]":
    return (ctypes.c_uint64 * 2)(ctypes.addressof(words), ctypes.sizeof(words))


def _wait(thread: int) -> int:
    _, status = os.waitpid(thread, _WALL)
    if not os.WIFSTOPPED(status):
        raise ProcessLookupError(errno.ESRCH, "it has ended")
    return status


def _ptrace(request: int, thread: int, address: object = None, data: object = None) -> None:
    if _LIBC.ptrace(request, thread, address, data) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
