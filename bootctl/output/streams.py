"""The process's standard streams: there whatever was closed, and as they were after user code."""

import fcntl
import io
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO, cast

_NAMES = ("stdin", "stdout", "stderr")
_ASIDE = 512
"""Copies of descriptors have higher numbers: code that closes all it knows closes the low ones."""


def prepare() -> None:
    """Have all three streams, and keep what is printed in step with the log when stdout is a pipe."""
    for number, name in enumerate(_NAMES):
        if getattr(sys, name) is None:  # it was closed when Python started
            stream = _opened(number)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)


def flush() -> None:
    """Flush what Python still holds of stdout and stderr: exec would lose it."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError, AttributeError):  # closed, of a closed pipe, or none
            stream.flush()  # type: ignore[union-attr]  # none is suppressed


def copy(descriptor: int) -> int:
    """Return another descriptor of the same file, which programs that are started do not get."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    aside = _ASIDE if soft == resource.RLIM_INFINITY or soft > 2 * _ASIDE else 3
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, aside)


@contextmanager
def kept() -> Iterator[None]:
    """Have the three descriptors, and ``sys.stdin`` and its like, be the same afterwards."""
    streams = [getattr(sys, name) for name in _NAMES]
    with ExitStack() as stack:
        for number in range(3):
            stack.enter_context(_descriptor_kept(number))
        try:
            yield
        finally:  # first: a wrapper that is let go closes the descriptor that it has
            for name, stream in zip(_NAMES, streams, strict=True):
                setattr(sys, name, stream)
    for number, name in enumerate(_NAMES):
        if not _is_usable(getattr(sys, name)):
            setattr(sys, name, _opened(number))


@contextmanager
def _descriptor_kept(number: int) -> Iterator[None]:
    aside = copy(number)
    flags = fcntl.fcntl(aside, fcntl.F_GETFL)
    try:
        yield
    finally:
        os.dup2(aside, number)
        fcntl.fcntl(number, fcntl.F_SETFL, flags)
        os.close(aside)


def _is_usable(stream: TextIO) -> bool:
    with suppress(ValueError):  # it is detached
        return not stream.closed
    return False


def _opened(number: int) -> TextIO:
    mode = "r" if number == 0 else "w"
    encoding, errors = "utf-8", "backslashreplace"
    stream = open(number, mode, 1, encoding, errors, closefd=False)  # noqa: SIM115  # it stays open
    return cast(TextIO, stream)


def refuse_other_than_file(path: Path) -> None:
    """Raise ``ValueError`` for what is no file and no stream of this process: a FIFO may have no reader."""
    if path.exists() and not path.is_file():
        own = [os.fstat(descriptor) for descriptor in (1, 2)]
        if not any(os.path.samestat(path.stat(), stream) for stream in own) and (
            path.resolve() != Path(os.devnull)
        ):
            raise ValueError(f"{path} is not a file")
