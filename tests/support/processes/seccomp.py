"""What a container's seccomp profile forbids, forbidden to a process.

A script: ``python -m tests.support.processes.seccomp NAME,NAME PROGRAM ARGUMENTS`` becomes the program, which
is refused those system calls.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Sequence

AS_DOCKER = ("pidfd_getfd",)
"""What the profiles of Docker and containerd refuse, and podman's does not."""
AT_WORST = ("pidfd_getfd", "ptrace")

_NUMBERS = {
    "pidfd_getfd": {"x86_64": 438, "aarch64": 438},
    "ptrace": {"x86_64": 101, "aarch64": 117},
}
_INSTRUCTION = struct.Struct("HBBI")
_LOAD_NUMBER, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _PERMISSION_DENIED = 0x7FFF0000, 0x00050001
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2


def under(refused: Sequence[str]) -> tuple[str, ...]:
    """What to put before a command for which that is to be refused."""
    return (sys.executable, "-m", __name__, ",".join(refused)) if refused else ()


def _refuse(names: Sequence[str]) -> None:
    """From now on, for this process and all that it starts. See seccomp(2)."""
    numbers = [_NUMBERS[name][os.uname().machine] for name in names]
    steps = [(_LOAD_NUMBER, 0, 0, 0)]
    steps += [(_IF_EQUAL, len(numbers) - i, 0, each) for i, each in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _PERMISSION_DENIED)]
    program = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*step) for step in steps))
    described = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(program))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, described):
        raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    _refuse(sys.argv[1].split(","))
    os.execvp(sys.argv[2], sys.argv[2:])
