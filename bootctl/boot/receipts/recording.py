"""What a boot reads while it verifies, seen as it happens: files, folders, variables.

As a compiler writes down the files that it opened. Python tells who asks with an audit hook of every
file that is opened and every folder that is listed, whatever library does so
(https://docs.python.org/3/library/audit_events.html). It does not tell of ``os.stat``, nor of
``os.environ``: these are replaced while something is recorded.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bootctl.output import log

_PROGRAMS = (
    *("subprocess.Popen", "os.system", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"),
    *("os.exec", "pty.spawn"),
)
_EVENTS = frozenset(
    ("open", "os.listdir", "os.scandir", "socket.connect", "sqlite3.connect", *_PROGRAMS)
)
"""Of the many that Python tells."""
_LOOKING = ("stat", "lstat", "access")
"""What of ``os`` tells whether a file is there."""

_ABLE = (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks)

Port = int | str
"""A port, or the path of a socket."""


class Recorder:
    """What was read since it was made: paths as absolute ones."""

    def __init__(self) -> None:
        self.since = time.time_ns()
        self.opened: set[str] = set()
        self.asked: set[str] = set()
        """What was asked to be there, and not opened for that."""
        self.listed: set[str] = set()
        self.variables: set[str] = set()
        self.every_variable = False
        self._yielded: list[object] = []
        self.ports: set[Port] = set()
        """Where connections went."""
        self.files_of_sqlite: set[str] = set()
        self.failed = False
        """Whether something could not be taken note of."""
        self.programs = False
        """Whether a program was started: what it has read, nobody tells."""

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take note of an event of Python's. What is raised here, whoever caused it would get."""
        try:
            self._note(event, arguments)
        except Exception:  # a working directory that is gone, a path that is none
            self.failed = True

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._open(*arguments[:3])
        elif event in ("os.listdir", "os.scandir"):
            self._add(self.listed, "." if arguments[0] is None else arguments[0])
        elif event == "socket.connect":
            self._connect(arguments[1])
        elif event == "sqlite3.connect":
            self._add(self.files_of_sqlite, arguments[0])
        elif event in _PROGRAMS and not _is_own():
            self.programs = True

    def ask(self, path: Any) -> None:
        """Take note that somebody wants to know what is at ``path``."""
        try:
            self._add(self.asked, path)
        except Exception:  # as above
            self.failed = True

    def read_variable(self, name: Any) -> None:
        """Take note of a variable, unless it is the next of all that are read."""
        if self._yielded[:1] == [name]:
            del self._yielded[0]
        else:
            self.variables.add(os.fsdecode(name))

    def read_every_variable(self, names: Iterator[Any]) -> Iterator[Any]:
        """Take note that all were read: which of them was used, nobody knows."""
        if not _is_own():
            self.every_variable = True
        self._yielded = []
        for name in names:
            self._yielded.append(name)  # dict() takes all names before the first value
            yield name

    def _open(self, path: Any, mode: Any, flags: Any) -> None:
        writes = isinstance(mode, str) and not set(mode) & set("r+")
        if mode is None and isinstance(flags, int):
            writes = flags & os.O_ACCMODE == os.O_WRONLY
        if not writes:
            self._add(self.opened, path)

    def _connect(self, address: Any) -> None:
        if log.current_stage() == "wait":
            return
        self.ports.add(address[1] if isinstance(address, tuple) else os.fsdecode(address))

    def _add(self, names: set[str], path: Any) -> None:
        if isinstance(path, str | bytes | os.PathLike):
            names.add(os.path.join(os.getcwd(), os.fsdecode(path)))


_current: Recorder | None = None
_hooked = False


@contextmanager
def recorded() -> Iterator[Recorder]:
    """Record what is read inside."""
    _hook()
    recorder = Recorder()
    with ExitStack() as stack:
        stack.callback(_record, None)
        _record(recorder)
        for variables in (os.environ, os.environb):
            stack.callback(setattr, variables, "__class__", type(variables))
            variables.__class__ = _SeenEnviron
        for name in _LOOKING:
            _replace(name, stack)
        environ = os.environ
        yield recorder
        recorder.failed |= os.environ is not environ


def _record(recorder: Recorder | None) -> None:
    global _current
    _current = recorder


def _replace(name: str, stack: ExitStack) -> None:
    """Have a function of ``os`` be seen; what asks ``os`` whether it can do something, asks for it."""
    function = getattr(os, name)
    seen = _seen(function)
    stack.callback(setattr, os, name, function)
    setattr(os, name, seen)
    for able in (*_ABLE, os.supports_effective_ids):
        if function in able:
            able.add(seen)
            stack.callback(able.discard, seen)


def _hook() -> None:
    global _hooked
    if not _hooked:
        sys.addaudithook(_audit)  # it cannot be taken away again
        _hooked = True


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _EVENTS and _current is not None:
        _current.audit(event, arguments)


def _seen(function: Callable[..., Any]) -> Callable[..., Any]:
    def seen(path: Any, *arguments: Any, **named: Any) -> Any:
        if _current is not None and named.get("dir_fd") is None:
            _current.ask(path)
        return function(path, *arguments, **named)

    return seen


class _SeenEnviron(os._Environ):  # type: ignore[type-arg]  # of text, and of bytes
    def __getitem__(self, key: Any) -> Any:
        if _current is not None:
            _current.read_variable(key)
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[Any]:
        names = super().__iter__()
        return names if _current is None else _current.read_every_variable(names)


def _is_own() -> bool:
    """Return whether bootctl itself asks, through whatever Python has between: as to judge a risk."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name not in (__name__, "os", "_collections_abc", "collections.abc", "subprocess"):
            return name.startswith("bootctl.")
        frame = frame.f_back
    return False
