"""The project's code may not end the process: neither by itself, nor in a child that goes on."""

import os
import posix
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from bootctl.output.event_loop import running_loop

_MODULES = (os, posix)
_ENDING = ("_exit", "execv", "execve")
"""What the functions of this module come down to that end the process without a word."""

_process: int | None = None
"""The process that was started as bootctl."""
_loop: Any = None
"""The event loop that runs where the process is forked."""
_called: list[SystemExit] = []
"""What the project's code would have ended the process with. What a thread of its raises nobody sees."""


def remember_process() -> None:
    """Take this process for the one that was started as bootctl."""
    global _process
    if _process is None:
        os.register_at_fork(before=_note_loop, after_in_child=_end_in_loop)
    _process = os.getpid()


def end_if_forked(status: int = 1) -> None:
    """End this process at once where the project's code has forked it, and let it go on.

    A child has the connections of its parent: it must neither commit nor become the server.
    """
    if _process is not None and os.getpid() != _process:
        os._exit(status)


@contextmanager
def children_ended() -> Iterator[None]:
    """End a child that was forked inside where it leaves, by an exception too, as by ``sys.exit``.

    It would roll back on the connection of its parent.
    """
    try:
        yield
        _raise_called()
    except SystemExit as error:
        end_if_forked(error.code if isinstance(error.code, int) else bool(error.code))
        raise
    finally:
        end_if_forked()


def _note_loop() -> None:
    global _loop
    _loop = running_loop()


def _end_in_loop() -> None:
    """Have a child end where it comes back to the loop of its parent, whose threads it has not."""
    if _loop is not None:
        _loop.call_soon(end_if_forked)


@contextmanager
def exits_seen() -> Iterator[None]:
    """Have ``os._exit`` and ``os.exec...`` raise inside, but for children that were forked there.

    They would end the boot without a verdict, and with a status that the project's code or
    another program has chosen. What a thread raises is raised again at the end.
    """
    originals = {(module, name): getattr(module, name) for module in _MODULES for name in _ENDING}
    own = os.getpid()

    def ending(name: str, *arguments: Any, **named: Any) -> None:
        if os.getpid() != own:
            originals[os, name](*arguments, **named)
        _called.append(SystemExit(f"os.{name}({', '.join(map(repr, arguments[:1]))}) was called"))
        raise _called[-1]

    for module, name in originals:
        setattr(module, name, partial(ending, name))
    try:
        yield
        _raise_called()
    finally:
        _called.clear()
        for (module, name), original in originals.items():
            setattr(module, name, original)


def _raise_called() -> None:
    if _called:
        raise _called[0]
