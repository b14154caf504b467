"""A Pod whose own container migrates for longer than its liveness probe has patience.

Podman counts the failures of a Pod's ``livenessProbe``, and restarts the container for them, but leaves
it to timers of systemd to ask: here it is asked as often as the manifest says.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.containers.images import base_image, example_image, podman
from tests.support.containers.manifests import Manifest
from tests.support.containers.pods import Pod, Service, played, service
from tests.support.databases.fresh import Database, fresh
from tests.support.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

PATH = "/alive"
STARTED = '"event": "detect.found"'
MIGRATIONS = ROOT / "examples/minimal/alembic/migrations/versions"
SLOW = """
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade():
    op.execute("SELECT pg_sleep({seconds})")
"""
ASK = """\
#!/opt/venv/bin/python3
import os, urllib.request
urllib.request.urlopen(f"http://127.0.0.1:{{os.environ['ROBYN_PORT']}}{path}", timeout=1)
"""
PROGRAMS = "/bin"
"""Where this podman has its shell, and on the PATH; the image has nothing there."""


@dataclass(frozen=True)
class Probed:
    """A pod whose container is asked whether it lives, each ``period`` seconds."""

    pod: Pod
    service: Service
    period: float

    def was_ended(self) -> bool:
        """Whether podman has ended it; where there is no systemd, it fails at starting it again."""
        is_running = self.pod.inspect(self.service.name)["State"]["Running"]
        return not is_running or self.log().count(STARTED) > 1

    def log(self) -> str:
        """What it has written, before it was restarted too."""
        return self.pod.container(self.service.name).logs().stderr

    def has_logged(self, event: str) -> bool:
        """Whether there is a line of this event."""
        return f'"event": "{event}"' in self.log()

    def until(self, event: str, seconds: float) -> bool:
        """Ask until ``event`` is logged, or podman has ended it; return whether it has not."""
        deadline = time.monotonic() + seconds
        while not self.has_logged(event):
            assert time.monotonic() < deadline, self.log()
            if self.was_ended():
                return False
            if STARTED in self.log():  # until then it is initialDelaySeconds
                self.ask()
            time.sleep(self.period)
        return True

    def ask(self) -> None:
        """Have podman ask once, and do what follows of the answer."""
        command = ["podman", "healthcheck", "run", f"{self.pod.name}-{self.service.name}"]
        subprocess.run(command, capture_output=True, check=False)


def manifest(notes: Service, folder: Path, period: int, env: Mapping[str, str]) -> Manifest:
    """The Deployment, whose server's container migrates.

    This podman asks by /bin/sh, and with curl where it is to ask over HTTP. The image has
    neither: a shell, and a program that asks, are mounted.
    """
    deployment: dict[str, Any] = notes.manifests["Deployment"]
    spec = deployment["spec"]["template"]["spec"]
    [container] = spec["containers"]
    container |= {
        "env": [{"name": key, "value": value} for key, value in env.items()],
        "livenessProbe": {
            "exec": {"command": ["ask"]},
            "periodSeconds": period,
            "failureThreshold": 3,
            "timeoutSeconds": 5,
        },
    }
    for name, place in (("versions", "/app/migrations/versions"), ("programs", PROGRAMS)):
        container["volumeMounts"] = [*container["volumeMounts"], {"name": name, "mountPath": place}]
        path = {"path": str(folder / name), "type": "Directory"}
        spec["volumes"] = [*spec["volumes"], {"name": name, "hostPath": path}]
    for key in ("startupProbe", "readinessProbe", "lifecycle"):
        container.pop(key)
    del spec["initContainers"]
    return deployment


def shell_of_base_image(target: Path) -> None:
    """Copy it there: the libraries of the service's image are those of the same Debian."""
    image = base_image()
    root = Path(podman("image", "mount", image).stdout.strip())
    shutil.copy(root / "bin/dash", target)
    podman("image", "unmount", image)


@contextmanager
def migrating(
    database: Database, folder: Path, seconds: float, period: int = 1, **env: str
) -> Iterator[Probed]:
    """A pod on an empty database, one of whose migrations takes so many ``seconds`` in the database."""
    versions, programs = folder / "versions", folder / "programs"
    shutil.copytree(MIGRATIONS, versions)
    (versions / "0003_slow.py").write_text(SLOW.format(seconds=seconds))
    programs.mkdir()
    (programs / "ask").write_text(ASK.format(path=PATH))
    (programs / "ask").chmod(0o755)
    shell_of_base_image(programs / "sh")
    with service("base", example_image("alembic"), DATABASE_URL=database.async_url) as notes:
        told = {key: value.format(port=notes.port) for key, value in env.items()}
        with played(manifest(notes, folder, period, told), restarts="Always") as pod:
            yield Probed(pod, notes, period)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh("postgresql", tmp_path) as database:
        yield database


def test_a_long_migration_is_ended_by_the_liveness_probe(
    tmp_path: Path, database: Database
) -> None:
    with migrating(database, tmp_path / "pod", 60) as probed:
        assert not probed.until("migrate.applied", 40)
        assert '"signal": "SIGTERM"' in probed.log()
    assert database.tables() == set()


def test_a_long_migration_outlives_the_liveness_probe_with_startup_health(
    tmp_path: Path, database: Database
) -> None:
    health = {"BOOTCTL__SERVER__STARTUP_HEALTH": f"127.0.0.1:{{port}}{PATH}"}
    with migrating(database, tmp_path / "pod", 6, **health) as probed:
        assert probed.until("exec", 40)
        probed.pod.container(probed.service.name).until_it_serves(probed.service.port)
