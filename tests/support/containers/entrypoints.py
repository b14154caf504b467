"""The commands of the entrypoint files and of their READMEs, and how they are run as written."""

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.paths import ENTRYPOINTS

READMES = {
    str(path.parent.relative_to(ENTRYPOINTS)): path for path in ENTRYPOINTS.rglob("README.md")
}
_CONSOLE = re.compile(r"(?s)```console\n(.*?)```")
_SECONDS = 300
_ENDING_SECONDS = 15


def console(folder: str) -> list[str]:
    """The commands that the README of a folder shows, in order."""
    blocks = _CONSOLE.findall(READMES[folder].read_text())
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def document(name: str) -> Any:
    """A YAML file."""
    return yaml.safe_load((ENTRYPOINTS / name).read_text())


@dataclass(frozen=True)
class Ran:
    """What a command wrote, and its exit code; ``None`` where it served and was then ended."""

    command: str
    code: int | None
    output: str


def run(command: str, cwd: Path, env: Mapping[str, str]) -> Ran:
    """Run a shell's command until it ends, or until the service answers; then that is ended."""
    output = cwd.with_name(f"{cwd.name}.output")
    port = env.get("ROBYN_PORT", "")
    starts = bool(port) and not serves(port)
    with output.open("wb") as sink:
        process = subprocess.Popen(
            ["bash", "-e", "-c", command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    try:
        code = _ended_or_serving(process, port if starts else "")
    finally:
        _end(process)
    return Ran(command, code, output.read_text())


def _ended_or_serving(process: "subprocess.Popen[bytes]", port: str) -> int | None:
    deadline = time.monotonic() + _SECONDS
    while process.poll() is None:
        assert time.monotonic() < deadline, f"{process.args} does not end"
        if port and serves(port):
            return None
        time.sleep(0.05)
    return process.returncode


def serves(port: str) -> bool:
    """Whether a healthy service answers there."""
    with (
        suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer,
    ):
        return bool(answer.status == 200)
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM for all that the command started, and SIGKILL where that does not end it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _ENDING_SECONDS
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
            while time.monotonic() < deadline:
                process.poll()
                os.killpg(process.pid, 0)
                time.sleep(0.05)
