"""What is answered before anything large is imported: a version, and ports that are open.

Whatever is unusual is left to the ordinary command, which begins as if nothing had been tried.
"""

import os
import re
import sys
from collections.abc import Sequence

from bootctl import __version__
from bootctl.cli import completing, process
from bootctl.errors import ExitCode

_PORT = re.compile(r"tcp://([a-z0-9][a-z0-9.-]*):([1-9][0-9]{0,4})")


def attempt() -> None:
    """Do what the command line asks for, and end; or return where that takes more than a look."""
    words = sys.argv[1:]
    if completing.VARIABLE in os.environ:
        return
    if words == ["--version"]:
        done = _say_version()
    else:
        done = words[:1] == ["wait"] and _are_open(words[1:])
    if done:
        process.end(ExitCode.DONE)


def _say_version() -> bool:
    try:
        os.write(1, f"bootctl {__version__}\n".encode())
    except OSError:  # why, click's way of writing says
        return False
    return True


def _are_open(targets: Sequence[str]) -> bool:
    """Return whether every target is a port that is open, and the log says so."""
    found = [_PORT.fullmatch(target) for target in targets]
    addresses = [(item[1], int(item[2])) for item in found if item]
    if not addresses or len(set(targets)) < len(targets) or len(addresses) < len(targets):
        return False
    from bootctl.config import defaults

    if not defaults.are_in_force():
        return False
    from bootctl.wait import at_once

    duration_ms = at_once.open_after(addresses)
    if duration_ms is None:
        return False
    from bootctl.output import plain

    fields = {"attempt": 1, "duration_ms": duration_ms, "depth": "connection"}
    ready = [(f"{target} is ready", {"target": target, **fields}) for target in targets]
    return plain.written("wait.ready", ready, defaults.form())
