"""What is done in a thread while a server answers: Python has nothing else to do then."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Thread


def begin(work: Callable[[], object]) -> None:
    """Do ``work``, which who needs it does again. What it fails by is not told, nor that no thread can be had.

    Who imports what is imported there waits for it, as Python has one import of a module at a time.
    """

    def attempt() -> None:
        with suppress(Exception):
            work()

    with suppress(RuntimeError):
        Thread(target=attempt, daemon=True).start()


def begin_to_import(module: str) -> None:
    """Import ``module``, which is imported where it is used, too."""
    begin(lambda: import_module(module))
