"""The project's code may not end the process: neither by itself, nor in a child that goes on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_process: int | None = None
"""The process that was started as bootctl."""


def remember_process() -> None:
    """Take this process for the one that was started as bootctl."""
    global _process
    _process = os.getpid()


def end_if_forked() -> None:
    """End this process at once where the project's code has forked it, and let it go on.

    A child has the connections of its parent: it must neither commit nor become the server.
    """
    if _process is not None and os.getpid() != _process:
        os._exit(1)


@contextmanager
def exits_seen() -> Iterator[None]:
    """Have ``os._exit`` raise ``SystemExit`` inside, but for children that were forked there.

    It would end the boot without a verdict, and with a status that the project's code has chosen.
    """
    original, own = os._exit, os.getpid()

    def _exit(status: int) -> None:
        if os.getpid() != own:
            original(status)
        raise SystemExit(f"os._exit({status}) was called")

    os._exit = _exit  # type: ignore[assignment]  # the purpose
    try:
        yield
    finally:
        os._exit = original
