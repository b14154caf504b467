"""The end of bootctl: it becomes the server, or the small init that stays beside it."""

import errno
import json
import os
import shlex
import signal
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from bootctl.errors import CannotRunError, NotFoundError
from bootctl.output import log, streams
from bootctl.output.exits import end_if_forked
from bootctl.output.lines import RUN_ID
from bootctl.output.redact import redactor
from bootctl.server.command import Command, is_robyn
from bootctl.server.options import LaunchOptions

_INIT = "import sys; sys.path.append(sys.argv.pop(1)); from drain.init import main; main()"
_UNDRAINED = "as PID 1 this Robyn server does not end on SIGTERM: it is killed, with its requests"
_DRAIN = "Set BOOTCTL__SERVER__MODE=drain."
_SHELLS = ("sh", "bash", "ash", "dash")
_UNCHANGEABLE = {signal.SIGKILL, signal.SIGSTOP}
_RT_SIGACTION = {"x86_64": 13, "aarch64": 134}
_RESERVED_SIGNALS = 0b11 << 31
_MIGRATION_ONLY = ("BOOTCTL__DATABASE__MIGRATION_URL", "BOOTCTL__DATABASE__MIGRATION_URL_FILE")


def executable(command: Command, environ: Mapping[str, str]) -> str:
    """Return the program's file. Raises ``NotFoundError`` or ``CannotRunError``."""
    name = command.argv[0]
    # As shutil.which does, which imports three libraries of compression.
    places = [""] if os.path.dirname(name) else os.get_exec_path(environ)
    for file in (os.path.join(place, name) for place in places):
        if os.access(file, os.X_OK) and not os.path.isdir(file):
            return file
    if "/" in name and os.path.exists(name):
        raise _cannot_run(command, "it is a directory" if os.path.isdir(name) else "not executable")
    raise NotFoundError(
        f"the server command {name} is not found",
        hint=_one_string(command)
        or f"Correct it (from: {command.source}), or install it in the image.",
        command=shlex.join(command.argv),
    )


def _one_string(command: Command) -> str:
    """Return the hint for a command that was given as one string; empty for any other."""
    shell = os.path.basename(command.argv[0]) in _SHELLS and command.argv[1:2] == ("-c",)
    text = command.argv[2] if shell and len(command.argv) > 2 else command.argv[0]
    try:
        words = shlex.split(text)
    except ValueError:
        return ""
    if len(words) < 2 or not (shell or len(command.argv) == 1):
        return ""
    redactor.add_words(words)
    why = "The image has no shell" if shell else "It was given as one string"
    return (
        f"{why}: write each word as a string of its own, CMD {json.dumps(words)} in a Dockerfile, "
        f"args: {json.dumps(words)} in Kubernetes, or bootctl run -- {shlex.join(words)}."
    )


def become(
    command: Command, before: Mapping[str, str], root: Path, settings: LaunchOptions
) -> None:
    """Replace this process by the server, or by its init. Nothing of bootctl is left.

    ``before`` is the environment that bootctl was started with. Does not return. Raises
    ``NotFoundError`` or ``CannotRunError``.
    """
    end_if_forked()
    program, environ = executable(command, before), server_environment(command, before)
    mode, words = settings.server.mode, shlex.join(command.argv)
    if mode == "exec" and os.getpid() == 1 and is_robyn(command, root):
        log.event("exec.undrained", _UNDRAINED, level="WARNING", hint=_DRAIN)
    message = f"becoming {words}" if mode == "exec" else f"starting {words}, to stay as its init"
    path = {"pythonpath": environ["PYTHONPATH"]} if command.path else {}
    log.event(
        "exec", message, command=words, source=command.source, mode=mode, pid=os.getpid(), **path
    )
    streams.flush()
    _close_on_exec()
    _enter(root)
    try:
        if mode == "exec":
            _reset_signals()
            os.execve(program, command.argv, environ)
        else:
            _attend(_spawn(program, command, environ), environ, settings)
    except OSError as error:
        raise _refusal(command, error) from error


def _enter(root: Path) -> None:
    """Be in the project's directory again, wherever the project's code has gone."""
    try:
        os.chdir(root)
    except OSError as error:
        raise NotFoundError(
            f"the project's directory cannot be entered any more: {error.strerror}",
            hint=f"Have {root} stay where it is while the project's code runs.",
            project=str(root),
        ) from None


def _spawn(program: str, command: Command, environ: Mapping[str, str]) -> int:
    """Start the server as a shell would; from here on, signals wait for the init."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    _reset_reserved_signals()
    pid = os.posix_spawn(
        program,
        command.argv,
        environ,
        setpgroup=0,
        setsigmask=(),
        setsigdef=signal.valid_signals() - _UNCHANGEABLE,
    )
    with suppress(OSError):  # no terminal, or another session's
        os.tcsetpgrp(0, pid)
        os.killpg(
            pid, signal.SIGCONT
        )  # it may have read from the terminal, and been stopped, before
    return pid


def _attend(server: int, environ: Mapping[str, str], settings: LaunchOptions) -> None:
    """Become the init of the running ``server``."""
    volume = "quiet" if settings.log.level in ("warning", "error") else "all"
    arguments = (str(server), str(settings.server.stop_timeout), log.form(), volume, RUN_ID)
    # Isolated, and without site: neither the service's packages nor its PYTHON variables.
    command = (sys.executable, "-I", "-S", "-c", _INIT, str(Path(__file__).parent), *arguments)
    os.execve(sys.executable, command, environ)


def server_environment(command: Command, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment bootctl was started with, less what only migrating needs."""
    kept = {key: value for key, value in environ.items() if key.upper() not in _MIGRATION_ONLY}
    if command.path:
        known = kept.get("PYTHONPATH", "").split(os.pathsep)
        missing = [place for place in command.path if place not in known]
        kept["PYTHONPATH"] = os.pathsep.join([*missing, *(place for place in known if place)])
    return kept


def _refusal(command: Command, error: OSError) -> CannotRunError | NotFoundError:
    """Return why the program could not be started although it is an executable file."""
    if isinstance(error, FileNotFoundError):
        return NotFoundError(
            f"{command.argv[0]} names an interpreter that is not found",
            hint="Correct its first line (#!).",
            command=shlex.join(command.argv),
        )
    no_program = error.errno == errno.ENOEXEC
    return _cannot_run(command, "it is no program" if no_program else str(error.strerror))


def _cannot_run(command: Command, reason: str) -> CannotRunError:
    return CannotRunError(
        f"the server command {command.argv[0]} cannot be run: {reason}",
        hint=f"Make it an executable file (from: {command.source}).",
        command=shlex.join(command.argv),
    )


def _close_on_exec() -> None:
    # Not closed here: where exec fails, the verdict must still be written.
    for number in _descriptors():
        if number > 2:
            with suppress(OSError):  # the descriptor that listed them
                os.set_inheritable(number, False)


def _descriptors() -> Iterable[int]:
    try:
        return map(int, os.listdir("/dev/fd"))
    except OSError:  # /proc is not mounted, or there is no descriptor left to read it
        return range(os.sysconf("SC_OPEN_MAX"))


def _reset_signals() -> None:
    # Ignored signals and the mask survive exec, and Python ignores SIGPIPE and SIGXFSZ.
    for number in signal.valid_signals() - _UNCHANGEABLE:
        signal.signal(number, signal.SIG_DFL)
    _reset_reserved_signals()
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _reset_reserved_signals() -> None:
    # The C library keeps 32 and 33 to itself, and a child of GNU make starts with both ignored:
    # only the system call reaches them.
    number = _RT_SIGACTION.get(os.uname().machine)
    if number is not None and _ignored() & _RESERVED_SIGNALS:
        import ctypes

        for reserved in (32, 33):
            ctypes.CDLL(None).syscall(number, reserved, bytes(32), None, 8)


def _ignored() -> int:
    """Return the signals that are ignored, a bit for each; none where /proc is not mounted."""
    with suppress(OSError), open("/proc/self/status") as status:
        return next(int(line.split()[1], 16) for line in status if line.startswith("SigIgn"))
    return 0
