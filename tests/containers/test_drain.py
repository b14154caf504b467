"""Stopping a Robyn server that is the container's: under load, idle, and with little allowed."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.bench.replacement import accepted_by, replaced, serving
from tests.support.containers.running import page, refusing
from tests.support.processes import seccomp
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("processes", [1, 4])
@pytest.mark.parametrize(
    ("times", "refused"), [(20, seccomp.AS_DOCKER), (5, ())], ids=["docker", "podman"]
)
def test_nothing_is_lost_when_a_loaded_container_is_replaced_again_and_again(
    processes: int,
    times: int,
    refused: Sequence[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    drained = replaced("drain", processes, times, [refusing(refused, tmp_path)])
    plain = replaced("exec", processes, 3)
    with capsys.disabled():
        print(f"\n{drained}\n{plain}")
    assert drained.codes == [0] * times
    assert drained.lost == 0
    assert drained.accepted > 50 * times
    assert "drain.cut" not in drained.logs


def test_requests_are_answered_where_no_socket_of_another_process_may_be_taken(
    tmp_path: Path,
) -> None:
    option = refusing(seccomp.AT_WORST, tmp_path)
    port = free_port()
    with (
        serving(tmp_path, port, "drain", options=[option]) as service,
        ThreadPoolExecutor() as pool,
    ):
        idle = HTTPConnection("127.0.0.1", port)
        idle.request("GET", "/fast")
        assert idle.getresponse().read() == b"fast"
        answer = pool.submit(page, port, "/slow?id=slow&seconds=2")
        while "slow" not in accepted_by(tmp_path):
            time.sleep(0.01)
        service.signal("TERM")
        assert answer.result() == "slow"
        assert service.wait(timeout=20) == 0
        assert "drain.cut" not in service.logs().stderr


def test_without_drain_mode_pid_1_says_that_it_will_not_stop(tmp_path: Path) -> None:
    with serving(tmp_path, free_port(), "exec") as service:
        (warning,) = service.boot_log().events("exec.undrained")
        assert warning["level"] == "warning"
        assert "BOOTCTL__SERVER__MODE=drain" in warning["hint"]
    with serving(tmp_path, free_port(), "drain") as service:
        assert not service.boot_log().events("exec.undrained")
