"""The entrypoint files that users copy, fitted to their project and written into it."""

import difflib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from bootctl.config.files import replace_file
from bootctl.config.invocation import Invocation
from bootctl.errors import SettingsError, UsageError
from bootctl.init import profile, wheel
from bootctl.output import log
from bootctl.output.redact import redactor
from bootctl.values import frozen

_SOURCE = Path(__file__).parent / "entrypoints"
_TARGETS = {
    "docker": {"Dockerfile": "Dockerfile", "Dockerfile.dockerignore": "Dockerfile.dockerignore"},
    "compose": {"compose.yaml": "compose.yaml"},
    "make": {"bootctl.mk": "bootctl.mk"},
    "ci": {
        "workflow.yaml": ".github/workflows/bootctl.yaml",
        "action.yaml": ".github/actions/bootctl/action.yaml",
        "gitlab.yaml": ".gitlab/bootctl.yaml",
    },
    "k8s": {".": "k8s"},
}
_NEXT = {
    "docker": (
        "docker build --tag {name} .",
        "docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges "
        "--stop-timeout 40{settings} --publish 127.0.0.1:8000:8000 {name}",
    ),
    "make": ("make -f bootctl.mk migrate", "make -f bootctl.mk run"),
    "compose": ("docker compose up --build",),
    "ci": ("git add .github .gitlab vendor",),
    "k8s": (
        "kubectl create secret generic {name} --from-env-file=.env",
        "kubectl apply -k k8s",
    ),
}
_IMAGE = ("make -f bootctl.mk image", "make -f bootctl.mk up")
"""What takes the place of the commands of Docker and make where there are both."""
_WITH_WHEEL = {"docker", "ci"}
"""The kinds whose files install bootctl."""


@frozen
class Change:
    """A file of the project: as it is, and as it would be."""

    name: str
    path: Path
    before: bytes | None
    after: bytes

    @property
    def differs(self) -> bool:
        """Return whether there is anything to write."""
        return self.before != self.after

    @property
    def is_edited(self) -> bool:
        """Return whether there is another file."""
        return self.differs and self.before is not None

    def diff(self) -> str:
        """Return what ``git apply`` takes; secrets of what is there are masked."""
        old = (self.before or b"").decode(errors="backslashreplace").splitlines(keepends=True)
        new = self.after.decode().splitlines(keepends=True)
        _know_secrets("".join(set(old) - set(new)))
        origin = "/dev/null" if self.before is None else f"a/{self.name}"
        lines = difflib.unified_diff(old, new, origin, f"b/{self.name}")
        return "".join(map(_diff_line, lines))


def overview() -> str:
    """Return the kinds there are, and the files of each."""
    return "\n".join(
        f"{kind}\t{', '.join(target for _, target in files(kind))}" for kind in _TARGETS
    )


def init(
    invocation: Invocation,
    kinds: Sequence[str],
    show: Callable[[str], None],
    *,
    overwrite: bool,
    dry: bool,
) -> None:
    """``show`` what changes, write it unless ``dry``, and ``show`` the commands to run next.

    A file that differs from what would be written is kept, unless ``overwrite``: its kind is left
    as it is, and the others are written. Raises ``UsageError`` where no kind is left, and
    ``SettingsError`` for what cannot be written.
    """
    with log.stage("init"):
        fit = profile.fit(invocation)
        changes = {kind: [*_changes(invocation, kind, fit)] for kind in dict.fromkeys(kinds)}
        everything = [change for found in changes.values() for change in found]
        for change in everything:
            if change.differs and (dry or change.before is not None):
                show(change.diff().rstrip("\n"))
        if dry:
            return
        edited = [] if overwrite else [change for change in everything if change.is_edited]
        _refuse(everything, edited)
        for change in everything:
            if change not in edited:
                _apply(change, show)
        if not any(change.differs for change in everything):
            show("nothing changes")
        _conclude(invocation, kinds, show, fit, edited)


def _conclude(
    invocation: Invocation,
    kinds: Sequence[str],
    show: Callable[[str], None],
    fit: profile.Fit,
    edited: Sequence[Change],
) -> None:
    """``show`` what was left undone, and the commands to run next."""
    if edited:
        names = ", ".join(change.name for change in edited)
        show(f"kept, since edited: {names} (--overwrite changes what is there)")
    if fit.server.missing and {"docker", "compose", "k8s"} & set(kinds):
        log.event(
            "init.no_server",
            f"the image has no server to start: {fit.server.missing}",
            level="WARNING",
            hint="Give the Dockerfile a CMD, or correct the one that it has; or set "
            "BOOTCTL__SERVER__COMMAND.",
        )
    show("next:\n" + "\n".join(f"  {command}" for command in _next(invocation, kinds, fit)))


def files(kind: str) -> Iterator[tuple[Path, str]]:
    """Yield the entrypoint files of a kind, and what they are called in a project."""
    for name, target in _TARGETS[kind].items():
        source = _SOURCE / kind / name
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                if path.is_file() and path.name != "README.md":
                    yield path, f"{target}/{path.relative_to(source)}"
        else:
            yield source, target


def _changes(invocation: Invocation, kind: str, fit: profile.Fit) -> Iterator[Change]:
    for source, name in files(kind):
        path = _inside(invocation.root, name)
        try:
            before = path.read_bytes() if path.exists() else None
        except OSError as error:
            raise _unusable(name, error.strerror) from None
        yield Change(name, path, before, fit.fitted(source.read_text("utf-8")).encode())


def _inside(root: Path, name: str) -> Path:
    """Return the file that ``name`` leads to, through symbolic links that stay in the project."""
    path = root / name
    with suppress(RuntimeError):  # of Python below 3.13, for a link that leads to itself
        path = path.resolve()
    if path.is_symlink():
        raise _unusable(name, "its symbolic links go in circles")
    if not path.is_relative_to(root):
        raise _unusable(name, "a symbolic link leads out of the project")
    return path


def _refuse(changes: Collection[Change], edited: Collection[Change]) -> None:
    """Raise where nothing would be done, or something cannot be."""
    if edited and all(change in edited for change in changes if change.differs):
        names = [change.name for change in edited]
        raise UsageError(
            f"{', '.join(names)} would be changed; nothing was written",
            hint="Read the diff, and pass --overwrite to change what is there.",
            files=names,
        )
    for change in changes:
        folder = next(parent for parent in change.path.parents if parent.exists())
        if change not in edited and not os.access(folder, os.W_OK | os.X_OK):
            raise _unusable(change.name, f"this user cannot write to {folder}")


def _apply(change: Change, show: Callable[[str], None]) -> None:
    if not change.differs:
        log.event("init.kept", f"{change.name} is as it would be written", file=change.name)
        return
    try:
        _write(change)
    except OSError as error:
        raise _unusable(change.name, error.strerror) from None
    if change.before is None:
        show(f"new: {change.name}")
    log.event("init.written", f"{change.name} is written", file=change.name)


def _write(change: Change) -> None:
    change.path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(change.path, change.after)


def _next(invocation: Invocation, kinds: Collection[str], fit: profile.Fit) -> Iterator[str]:
    if _WITH_WHEEL & set(kinds):
        yield from wheel.commands(invocation.root)
    dotenv = " --env-file .env" if (invocation.root / ".env").is_file() else ""
    settings = dotenv + (" --env SETTINGS__LOGGING__FILE=" if fit.settings else "")
    both = {"docker", "make"} <= set(kinds)
    if both:
        yield from _IMAGE
    for kind, commands in _NEXT.items():
        if kind in kinds and not (both and kind in ("docker", "make")):
            yield from (command.format(name=fit.name, settings=settings) for command in commands)


def _unusable(name: str, reason: str | None) -> SettingsError:
    return SettingsError(
        f"{name} cannot be written: {reason}",
        hint=f"Make {name} a file of the project that this user (uid {os.getuid()}) can write.",
        file=name,
    )


def _know_secrets(text: str) -> None:
    redactor.add_source(text)
    pairs = (line.replace("=", ":", 1).partition(":") for line in text.splitlines())
    redactor.add_environment({name.strip("- "): value.strip(" '\"") for name, _, value in pairs})


def _diff_line(line: str) -> str:
    shown = redactor.text(line) if line.startswith("-") else line
    return shown if shown.endswith("\n") else f"{shown}\n\\ No newline at end of file\n"
