"""A loaded container that is stopped and replaced: what is lost, with and without drain mode.

``python -m tests.bench.replacement [TIMES]``
"""

import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import robyn_app
from tests.support.containers import HARDENED, podman, started
from tests.support.images import example_image
from tests.support.load import Load
from tests.support.services import free_port

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


def replaced(mode: str, processes: int, times: int) -> Outcome:
    """Start a container, and stop it, ``times`` over, under load all the while."""
    outcome, load = Outcome(mode, processes), Load(free_port())
    with tempfile.TemporaryDirectory(prefix="bootctl-load-") as name:
        place = Path(name)
        place.chmod(0o755)
        shutil.copy(robyn_app.__file__, place / "app.py")
        log = place / "accepted"
        log.touch()
        log.chmod(0o666)
        with load.running():
            for _ in range(times):
                _serve_and_stop(place, load.port, outcome)
        accepted = {int(line) for line in log.read_text().split()}
    outcome.accepted, outcome.lost = len(accepted), len(accepted - load.answered)
    outcome.refused = len(load.unanswered - accepted)
    return outcome


def _serve_and_stop(place: Path, port: int, outcome: Outcome) -> None:
    variables = {
        "ACCEPTED": "/load/accepted",
        "BOOTCTL__ORM": "none",
        "BOOTCTL__SERVER__MODE": outcome.mode,
        "ROBYN_PORT": str(port),
    }
    command = ("python", "/load/app.py", "--processes", str(outcome.processes))
    options = (*HARDENED, f"--volume={place}:/load")
    image = example_image("alembic")
    with started(image, *command, "--log-level=WARN", env=variables, options=options) as service:
        service.until_it_serves(port)
        time.sleep(_LOAD_SECONDS)
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
