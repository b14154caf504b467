"""From a receipt that holds to the server: what the rest of a boot is then."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bootctl.boot.receipts import cached
from bootctl.boot.receipts.cached import Hit, MissError, Started
from bootctl.boot.receipts.receipt import Effective
from bootctl.boot.seen import otel_variables
from bootctl.output import log, weak_secrets
from bootctl.output.stopwatch import Stopwatch
from bootctl.server import command, launch
from bootctl.values import frozen

miss = ""
"""Why this process has found no receipt; empty where it has looked for none."""
hit: Hit | None = None
"""What it has found, where the rest of the boot needs the settings in full, as to wait for more."""


@frozen
class _Server:
    effective: Effective
    command: tuple[str, ...] = ()

    @property
    def app(self) -> str | None:
        return self.effective.app

    @property
    def processes(self) -> int | None:
        return self.effective.processes

    @property
    def workers(self) -> int | None:
        return self.effective.workers

    @property
    def mode(self) -> str:
        return self.effective.mode

    @property
    def stop_timeout(self) -> float:
        return self.effective.stop_timeout


@frozen
class _Log:
    level: str


@frozen
class _Options:
    server: _Server
    log: _Log


def prepared(
    root: Path, environ: Mapping[str, str], given: Sequence[str]
) -> Callable[[], None] | None:
    """Return what becomes the server, where a receipt holds and nothing else is waited for.

    Raises what reading raises, which an ordinary boot will tell.
    """
    global hit, miss
    watch = Stopwatch()
    try:
        found = cached.find(_started(root, environ))
    except MissError as why:
        miss = str(why)
        return None
    except Exception as error:  # whatever a driver raises
        miss = f"no receipt can be read ({type(error).__name__})"
        return None
    if found.receipt.effective.needs_settings or otel_variables.ask_for_traces(environ):
        hit = found
        return None
    options = _Options(_Server(found.receipt.effective), _Log(found.receipt.effective.log_level))
    server = command.find(root, given, options.server, environ)
    launch.executable(server, environ)
    weak_secrets.tell()
    _tell_ready(found, watch)
    _tell(found, watch)

    def become() -> None:
        log.release(found.receipt.effective.log_format, found.receipt.effective.log_level)
        with log.stage("exec"):
            launch.become(server, environ, root, options)

    return become


def holds_still(root: Path, environ: Mapping[str, str]) -> bool:
    """Return whether the receipt that was found holds now, after a wait."""
    global miss
    watch = Stopwatch()
    try:
        found = cached.find(_started(root, environ))
    except Exception as error:  # whatever a driver raises
        miss = f"what the receipt was of has changed during the wait ({type(error).__name__})"
        return False
    _tell(found, watch)
    return True


def _tell_ready(found: Hit, watch: Stopwatch) -> None:
    log.event(
        "wait.ready",
        f"{found.url} is ready",
        target=str(found.url),
        depth="query",
        attempt=1,
        duration_ms=watch.ms,
    )


def _started(root: Path, environ: Mapping[str, str]) -> Started:
    return Started(root, environ, tuple(sys.argv[1:]))


def _tell(found: Hit, watch: Stopwatch) -> None:
    log.event(
        "verify.cached",
        f"nothing has changed since the verification of {found.at}, which found the schema clean",
        at=found.at,
        backend=found.receipt.backend,
        files=len(found.receipt.names.files),
        read=found.read,
        duration_ms=watch.ms,
    )
