"""What user code may change of the process, and what is then as it was before."""

import locale
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

Restore = Callable[[], object]

_UNCHANGEABLE = {signal.SIGKILL, signal.SIGSTOP}
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
_LIMITS = [number for name, number in vars(resource).items() if name.startswith("RLIMIT_")]


@contextmanager
def kept() -> Iterator[None]:
    """Have signals, umask, locale, timers and limits be afterwards as they were before.

    The environment and the working directory stay as the code left them: modules that are
    imported once, and then used again, may have set them for good.
    """
    yield from _kept(_umask, _locale, _timers, _limits, _signals)


@contextmanager
def surroundings_kept() -> Iterator[None]:
    """Have the environment and the working directory be as before too, as after a migration."""
    yield from _kept(_environment, working_directory, _umask, _locale)


@contextmanager
def directory_kept() -> Iterator[None]:
    """Have the working directory be afterwards what it was before."""
    yield from _kept(working_directory)


def _kept(*parts: Callable[[], Restore]) -> Iterator[None]:
    restores = [part() for part in parts]
    try:
        yield
    finally:
        for restore in restores:
            restore()


def working_directory() -> Restore:
    """Return what makes the directory of now the working directory again, wherever it is then."""
    try:
        descriptor = os.open(".", os.O_PATH | os.O_DIRECTORY)
    except OSError:
        return lambda: None
    return partial(_enter, descriptor)


def _enter(descriptor: int) -> None:
    with suppress(OSError):
        os.fchdir(descriptor)
        os.close(descriptor)


def _environment() -> Restore:
    environ = os.environ
    # What it keeps, encoded: it takes each variable apart to tell it, which costs more than a migration.
    kept: Any = getattr(environ, "_data", environ)
    return partial(_set_environment, environ, kept, dict(kept))


def _set_environment(environ: Any, kept: dict[Any, Any], before: dict[Any, Any]) -> None:
    os.environ = environ  # noqa: B003  # the object that it was
    if kept != before:
        for name in kept.keys() - before.keys():
            del environ[os.fsdecode(name)]
        environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in before.items()})
        time.tzset()


def _umask() -> Restore:
    before = os.umask(0o077)
    os.umask(before)
    return partial(os.umask, before)


def _locale() -> Restore:
    return partial(_set_locale, locale.setlocale(locale.LC_ALL))


def _set_locale(before: str) -> None:
    if locale.setlocale(locale.LC_ALL) != before:
        locale.setlocale(locale.LC_ALL, before)


def _timers() -> Restore:
    idle = [timer for timer in _TIMERS if not signal.getitimer(timer)[0]]
    return lambda: [signal.setitimer(timer, 0) for timer in idle]


def _limits() -> Restore:
    return partial(_set_limits, {number: resource.getrlimit(number) for number in _LIMITS})


def _set_limits(before: dict[int, tuple[int, int]]) -> None:
    for number, limits in before.items():
        if resource.getrlimit(number) != limits:
            with suppress(OSError, ValueError):  # one that only root may raise again
                resource.setrlimit(number, limits)


def _signals() -> Restore:
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    numbers = signal.valid_signals() - _UNCHANGEABLE
    handlers = {number: signal.getsignal(number) for number in numbers}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())

    def restore() -> None:
        for number, handler in handlers.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return restore
