"""Whether the server will be told to stop: which process is to be PID 1, and what it does then."""

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from bootctl.boot.doctor.finding import Findings
from bootctl.config.settings import Server
from bootctl.errors import NotFoundError
from bootctl.server import command, launch

_SHELLS = ("sh", "bash", "ash", "dash", "zsh")
_START = re.compile(r"(?im)^\s*(?P<what>ENTRYPOINT|CMD)\s+(?P<words>(?:.|\\\n)+?)\s*$")
_AREA = "process"
_EXEC = "Let the shell's last command be `exec ...`, or write each word as a string of its own: {}."


def examine(root: Path, settings: Server, environ: Mapping[str, str], found: Findings) -> None:
    """Look at the server's command, at this process, and at what image files start."""
    pid = os.getpid()
    found.ok(_AREA, f"this is process {pid}; PID 1 is {_first_process() or 'not to be seen'}")
    with found.looking(_AREA, stops=False):
        _server(root, settings, environ, found)
    for path in _image_files(root):
        with found.looking(_AREA, stops=False):
            _image(path, root, found)


def _server(root: Path, settings: Server, environ: Mapping[str, str], found: Findings) -> None:
    try:
        server = command.find(root, (), settings, environ)
    except NotFoundError as error:
        found.note(_AREA, error.message, error.hint)
        return
    words = shlex.join(server.argv)
    launch.executable(server, environ)
    found.ok(_AREA, f"the server is {words}, by {server.source}; mode {settings.mode}")
    if os.path.basename(server.argv[0]) in _SHELLS and "-c" in server.argv[1:]:
        text = server.argv[-1]
        if not re.search(r"(?:^|[;&]\s*)exec\s", text):
            found.warn(
                _AREA,
                f"the server's command is a shell ({words}), which passes no signal on",
                _EXEC.format(json.dumps(_split(text))),
            )
    elif settings.mode == "exec" and command.is_robyn(server, root):
        found.warn(
            _AREA,
            "a Robyn server does not end on SIGTERM as PID 1: it is killed, with its requests",
            "Set BOOTCTL__SERVER__MODE=drain; an init before it, as `docker run --init`, is not "
            "enough for its requests.",
        )


def _image_files(root: Path) -> Iterator[Path]:
    for pattern in ("Dockerfile*", "Containerfile*", "*/Dockerfile*"):
        yield from sorted(path for path in root.glob(pattern) if path.is_file())


def _image(path: Path, root: Path, found: Findings) -> None:
    """Find an entrypoint or a command that is one string: a shell runs it, and is PID 1."""
    text = path.read_text(encoding="utf-8", errors="replace")
    stages = re.split(r"(?im)^\s*FROM\s", text)
    last = {match["what"].upper(): match["words"] for match in _START.finditer(stages[-1])}
    for what, words in last.items():
        if words.startswith("[") or re.match(r"exec\s", words):
            continue
        found.warn(
            _AREA,
            f"{path.relative_to(root)}: {what} {words} is one string, so a shell is PID 1 and "
            "passes no signal on",
            _EXEC.format(f"{what} {json.dumps(_split(words))}"),
        )
    if last and not any("bootctl" in words for words in last.values()):
        found.note(
            _AREA,
            f"{path.relative_to(root)} does not start bootctl",
            'ENTRYPOINT ["bootctl", "run", "--"], and the server as CMD; `bootctl init docker '
            "--diff` shows one that is fitted to this project.",
        )


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _first_process() -> str:
    try:
        words = Path("/proc/1/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return os.path.basename(words[0].decode(errors="replace"))
