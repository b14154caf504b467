"""bootctl in real containers."""

import json
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.containers.images import EXTRAS, example_image, podman, prepare_machine
from tests.support.processes.spawned import Result

HARDENED = (
    "--read-only",
    "--read-only-tmpfs=false",  # Docker has no such writable directories
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
)


@dataclass(frozen=True)
class Container:
    """A container that was started; ``pid`` is the host's number of its first process."""

    name: str
    pid: int

    def signal(self, name: str) -> None:
        """Send the first process TERM, INT and so on."""
        podman("kill", "--signal", name, self.name)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that has not ended it within ten seconds."""
        podman("stop", self.name)

    def wait(self, timeout: float = 10) -> int:
        """The exit code, once it has ended."""
        return int(podman("wait", self.name, timeout=timeout).stdout)

    def logs(self) -> Result:
        """What it has written so far, and its exit code, which is 0 while it runs."""
        code = podman("inspect", "--format", "{{.State.ExitCode}}", self.name).stdout
        written = podman("logs", self.name)
        return Result(int(code), written.stdout, written.stderr)

    def boot_log(self) -> Result:
        """What it wrote to its log until the server was started."""
        lines = self.logs().stderr.splitlines(keepends=True)
        last = next(i for i, line in enumerate(lines) if '"event": "exec"' in line)
        return Result(0, "", "".join(lines[: last + 1]))

    def health(self) -> int:
        """The exit code of its image's health check: 0 or 1."""
        command = ["podman", "healthcheck", "run", self.name]
        return subprocess.run(command, capture_output=True, check=False).returncode

    def until_it_serves(self, port: int, timeout: float = 30) -> None:
        """Return once it answers at ``/health``."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                page(port, "/health")
                return
            except OSError:
                running = podman("inspect", "--format", "{{.State.Running}}", self.name).stdout
                assert running == "true\n", self.logs()
                assert time.monotonic() < deadline, self.logs()
                time.sleep(0.05)


def page(port: int, path: str, body: str | None = None) -> str:
    """GET, or POST where there is a body; raises ``OSError`` unless that succeeds."""
    data = None if body is None else body.encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data, timeout=10) as answer:
        return str(answer.read().decode())


def refusing(names: Sequence[str], place: Path) -> str:
    """The option of podman that refuses these system calls as well, with a file in ``place``."""
    prepare_machine()
    own = podman("info", "--format", "{{.Host.Security.SECCOMPProfilePath}}").stdout.strip()
    rules = json.loads(Path(own).read_text())
    for rule in rules["syscalls"]:
        rule["names"] = [name for name in rule["names"] if name not in names]
    path = place / f"refuses-{'-'.join(names) or 'nothing'}.json"
    path.write_text(json.dumps(rules))
    return f"--security-opt=seccomp={path}"


@contextmanager
def container(
    *arguments: str, env: Mapping[str, str] | None = None, options: Sequence[str] = ()
) -> Iterator[Container]:
    """``bootctl ARGUMENTS`` as PID 1, where every driver is installed; removed afterwards."""
    image = example_image("alembic", f"EXTRAS={EXTRAS}")
    with started(image, *arguments, env=env, options=(*options, "--entrypoint=bootctl")) as it:
        yield it


@contextmanager
def started(
    image: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> Iterator[Container]:
    """A container of ``image`` on the host's network; removed afterwards."""
    name = f"bootctl-test-{uuid.uuid4().hex[:12]}"
    variables = [f"--env={key}={value}" for key, value in (env or {}).items()]
    own = ["--detach", "--name", name, "--network", "host", "--http-proxy=false", "--pull=never"]
    try:
        podman("run", *own, *variables, *options, image, *arguments)
        pid = podman("inspect", "--format", "{{.State.Pid}}", name).stdout
        yield Container(name, int(pid))
    finally:
        podman("rm", "--force", "--volumes", "--time", "0", "--ignore", name)
