"""A loaded container that is stopped and replaced: what is lost, with and without drain mode.

``python -m tests.bench.replacement [TIMES]``
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.containers.images import example_image
from tests.support.containers.running import HARDENED, Container, podman, started
from tests.support.processes.load import Load
from tests.support.projects import robyn_app
from tests.support.servers.ports import free_port

PROCESSES = (1, 4)
_LOAD_SECONDS = 0.7
_GRACE_SECONDS = {"drain": 40, "exec": 2}
"""From SIGTERM to SIGKILL. Without drain mode Robyn takes it all, however long."""


@dataclass
class Outcome:
    """Of all the stops of one mode, with one number of processes."""

    mode: str
    processes: int
    codes: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    accepted: int = 0
    lost: int = 0
    """Requests that had reached their handler, and were not answered."""
    refused: int = 0
    """Requests that had not, so that asking again is safe."""
    logs: str = ""

    def __str__(self) -> str:
        stops = f"{len(self.codes)} stops: exit {sorted(set(self.codes))}"
        took = f"{statistics.median(self.seconds):.2f} s, at most {max(self.seconds):.2f} s"
        counts = f"{self.accepted} accepted, {self.lost} lost, {self.refused} refused"
        return f"{self.mode:<5} {self.processes} processes  {stops}, {took}; {counts}"


def replaced(mode: str, processes: int, times: int, options: Sequence[str] = ()) -> Outcome:
    """Start a container, and stop it, ``times`` over, under load all the while."""
    outcome, load = Outcome(mode, processes), Load(free_port())
    with tempfile.TemporaryDirectory(prefix="bootctl-load-") as name, load.running():
        for _ in range(times):
            with serving(Path(name), load.port, mode, processes, options) as service:
                time.sleep(_LOAD_SECONDS)
                _stop(service, outcome)
        accepted = {int(number) for number in accepted_by(Path(name))}
    outcome.accepted, outcome.lost = len(accepted), len(accepted - load.answered)
    outcome.refused = len(load.unanswered - accepted)
    return outcome


@contextmanager
def serving(
    place: Path, port: int, mode: str, processes: int = 1, options: Sequence[str] = ()
) -> Iterator[Container]:
    """The app in a container that has ``place``, once it answers at ``port``."""
    log = place / "accepted"
    log.touch()
    shutil.copy(robyn_app.__file__, place / "app.py")
    for path, permissions in ((place, 0o755), (log, 0o666)):
        path.chmod(permissions)
    variables = {
        "ACCEPTED": "/load/accepted",
        "BOOTCTL__ORM": "none",
        "BOOTCTL__SERVER__MODE": mode,
        "ROBYN_PORT": str(port),
    }
    command = ("python", "/load/app.py", "--processes", str(processes), "--log-level=WARN")
    mounted = (*HARDENED, f"--volume={place}:/load", *options)
    image = example_image("alembic")
    with started(image, *command, env=variables, options=mounted) as service:
        service.until_it_serves(port)
        yield service


def accepted_by(place: Path) -> list[str]:
    """The requests that have reached a handler of the app that has ``place``."""
    return (place / "accepted").read_text().split()


def _stop(service: Container, outcome: Outcome) -> None:
    before = time.monotonic()
    podman("stop", "--time", str(_GRACE_SECONDS[outcome.mode]), service.name)
    outcome.seconds.append(time.monotonic() - before)
    outcome.codes.append(service.wait())
    outcome.logs += service.logs().stderr


def main() -> None:
    """Print what was lost, mode beside mode."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for processes in PROCESSES:
        for mode in ("drain", "exec"):
            print(replaced(mode, processes, times), flush=True)


if __name__ == "__main__":
    main()
