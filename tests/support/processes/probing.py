"""Probes as a kubelet makes them: from outside, again and again, and the process is ended for it."""

import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FAILURES = 3


@dataclass
class Liveness:
    """What a liveness probe has seen."""

    bodies: list[str] = field(default_factory=list)
    failures: int = 0
    has_killed: bool = False


def answer(port: int, path: str) -> tuple[int, str]:
    """The status and the body. Raises ``OSError`` where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@contextmanager
def liveness(
    process: subprocess.Popen[str], port: int, period: float, delay: float
) -> Iterator[Liveness]:
    """Probe ``/livez`` each ``period`` seconds after ``delay``; end ``process`` after three failures."""
    found, ended = Liveness(), threading.Event()

    def probe() -> None:
        wait = delay
        while not ended.wait(wait) and process.poll() is None:
            wait = period
            try:
                status, body = answer(port, "/livez")
            except OSError:
                status, body = 0, ""
            found.failures = 0 if status == 200 else found.failures + 1
            found.bodies.append(body)
            if found.failures >= FAILURES:
                found.has_killed = True
                process.terminate()
                return

    thread = threading.Thread(target=probe)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()
