"""Stopping a Robyn server that is the container's: under load, idle, and with little allowed."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.bench.replacement import replaced
from tests.support import robyn_app
from tests.support.containers import HARDENED, Container, page, started
from tests.support.images import example_image
from tests.support.services import free_port

pytestmark = pytest.mark.slow

PROFILE = Path("/usr/share/containers/seccomp.json")


@pytest.mark.parametrize("processes", [1, 4])
def test_nothing_is_lost_when_a_loaded_container_is_replaced_20_times(
    processes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    drained = replaced("drain", processes, 20)
    plain = replaced("exec", processes, 3)
    with capsys.disabled():
        print(f"\n{drained}\n{plain}")
    assert drained.codes == [0] * 20
    assert drained.lost == 0
    assert drained.accepted > 1000
    assert "drain.cut" not in drained.logs


@contextmanager
def serving(place: Path, mode: str, *options: str) -> Iterator[tuple[Container, int]]:
    """The app in a container, and its port."""
    port, log = free_port(), place / "accepted"
    shutil.copy(robyn_app.__file__, place / "app.py")
    log.touch()
    for path, permissions in ((place, 0o755), (log, 0o666)):
        path.chmod(permissions)
    variables = {
        "ACCEPTED": "/load/accepted",
        "BOOTCTL__ORM": "none",
        "BOOTCTL__SERVER__MODE": mode,
        "ROBYN_PORT": str(port),
    }
    mounted = (*HARDENED, f"--volume={place}:/load", *options)
    command = ("python", "/load/app.py", "--log-level=WARN")
    image = example_image("alembic")
    with started(image, *command, env=variables, options=mounted) as service:
        service.until_it_serves(port)
        yield service, port


def test_requests_are_answered_where_no_socket_of_another_process_may_be_copied(
    tmp_path: Path,
) -> None:
    profile = json.loads(PROFILE.read_text())
    for rule in profile["syscalls"]:
        rule["names"] = [name for name in rule["names"] if name != "pidfd_getfd"]
    (tmp_path / "seccomp.json").write_text(json.dumps(profile))
    option = f"--security-opt=seccomp={tmp_path / 'seccomp.json'}"
    with serving(tmp_path, "drain", option) as (service, port), ThreadPoolExecutor() as pool:
        idle = HTTPConnection("127.0.0.1", port)
        idle.request("GET", "/fast")
        assert idle.getresponse().read() == b"fast"
        answer = pool.submit(page, port, "/slow?id=slow&seconds=2")
        while "slow" not in (tmp_path / "accepted").read_text():
            pass
        service.signal("TERM")
        assert answer.result() == "slow"
        assert service.wait(timeout=20) == 0
        assert "drain.cut" not in service.logs().stderr


def test_without_drain_mode_pid_1_says_that_it_will_not_stop(tmp_path: Path) -> None:
    with serving(tmp_path, "exec") as (service, _):
        (warning,) = service.boot_log().events("exec.undrained")
        assert warning["level"] == "warning"
        assert "BOOTCTL__SERVER__MODE=drain" in warning["hint"]
    with serving(tmp_path, "drain") as (service, _):
        assert not service.boot_log().events("exec.undrained")
