"""What the operating system refuses this process, whatever asked for it, as a typed error."""

import errno
import os
import resource
from collections.abc import Callable

from bootctl.database.causes import chain, said
from bootctl.errors import SettingsError

_OF_SQLITE = 3


def exhaustion(error: BaseException) -> SettingsError | None:
    """Return the typed error where ``error``, or what it wraps, says that this process has no more.

    Drivers call it a server that cannot be reached.
    """
    for cause in chain(error):
        if isinstance(cause, OSError) and cause.errno in _EXHAUSTED:
            return _EXHAUSTED[cause.errno]()
        if _is_unopened(cause) and not _has_descriptors():
            return _descriptors()
        if isinstance(cause, RuntimeError) and "start new thread" in said(cause):
            return _threads()
        if isinstance(cause, MemoryError):
            return _memory()
    return None


def system_fault(error: BaseException) -> SettingsError | None:
    """Return the typed error where ``error``, or what it wraps, is a refusal of the system.

    Nobody's code is at fault then: what a process may have is used up, or there is a file or
    directory that this user may not use.
    """
    for cause in chain(error):
        if isinstance(cause, OSError) and cause.errno in _REFUSED:
            return _REFUSED[cause.errno](cause)
    return exhaustion(error)


def _is_unopened(error: BaseException) -> bool:
    """Return whether SQLite could not open a file; it does not say why."""
    return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_CANTOPEN")


def _has_descriptors() -> bool:
    """Return whether there are as many as SQLite needs: for a file, its journal and its folder."""
    opened: list[int] = []
    try:
        for _ in range(_OF_SQLITE):
            opened.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        return False
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return True


def _descriptors() -> SettingsError:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return SettingsError(
        f"no file descriptor is left: this process may have {soft}",
        hint="Raise the limit of open files (`ulimit -n`, or that of the container), or have the "
        "project's code close what it opens.",
        cause="descriptors",
    )


def _all_files() -> SettingsError:
    return SettingsError(
        "the machine has no file descriptor left",
        hint="See which of its processes have so many files open; fs.file-max is the limit.",
        cause="descriptors",
    )


def _threads() -> SettingsError:
    return SettingsError(
        f"no thread can be started for this user (uid {os.getuid()})",
        hint="Raise the limit of processes (`ulimit -u`), or the number of pids that the "
        "container may have.",
        cause="threads",
    )


def _memory() -> SettingsError:
    return SettingsError(
        "there is not enough memory",
        hint="Raise the memory limit of the container, or `ulimit -v`.",
        cause="memory",
    )


def _space(error: OSError) -> SettingsError:
    return SettingsError(
        f"{_what(error, 'the disk')} cannot be written: {error.strerror}",
        hint="Free space where it is, or mount a larger volume there.",
        cause="disk full",
    )


def _permission(error: OSError) -> SettingsError:
    return SettingsError(
        f"{_what(error, 'a file')} cannot be used: {error.strerror}",
        hint=f"Let this user (uid {os.getuid()}) use it, and enter the directories above it.",
        cause="permission",
    )


def _closed(error: OSError) -> SettingsError:
    return SettingsError(
        "a descriptor of this process was closed by code that had not opened it",
        hint="Have the project's code close what it has opened: os.closerange() closes the lock "
        "and the connections too.",
        cause="descriptors",
    )


def _what(error: OSError, otherwise: str) -> str:
    return otherwise if error.filename is None else str(error.filename)


_EXHAUSTED: dict[int | None, Callable[[], SettingsError]] = {
    errno.EMFILE: _descriptors,
    errno.ENFILE: _all_files,
    errno.ENOMEM: _memory,
}
_REFUSED: dict[int | None, Callable[[OSError], SettingsError]] = {
    errno.EBADF: _closed,
    errno.ENOSPC: _space,
    errno.EDQUOT: _space,
    errno.EACCES: _permission,
    errno.EPERM: _permission,
    errno.EROFS: _permission,
}
