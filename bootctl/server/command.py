"""The server's command, found without importing the app."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from bootctl.errors import NotFoundError, SettingsError
from bootctl.output import log
from bootctl.output.redact import redactor
from bootctl.project.code import import_path
from bootctl.server import robyn_app
from bootctl.server.options import ServerOptions
from bootctl.values import frozen

_MODULE_ENDS = (".py", "/__main__.py")


@frozen
class Command:
    """What bootctl becomes. ``source`` says where it was found."""

    argv: tuple[str, ...]
    source: str
    path: tuple[str, ...] = field(default=())
    """Directories that the app's modules need on ``PYTHONPATH``."""


def find(
    root: Path, given: Sequence[str], settings: ServerOptions, environ: Mapping[str, str]
) -> Command:
    """Return the server's command: given, set, named by the environment, or the project's Robyn app.

    Raises ``NotFoundError`` where there is none, ``SettingsError`` where a setting names no file.
    """
    words = _words(environ.get("APP_CMD", ""))
    redactor.add_words([*given, *settings.command, *words])
    if given:
        return _unwrapped(_words_of(tuple(given), "the command line", root), root)
    if settings.command:
        return _unwrapped(_words_of(settings.command, "server.command", root), root)
    if settings.app:
        return _app(root, settings.app, "server.app", settings)
    if words:
        return _unwrapped(_words_of(words, "APP_CMD", root), root)
    for variable in ("ROBYN_APP_PATH", "ROBYN_APP_MODULE"):
        if environ.get(variable):
            return _app(root, environ[variable], variable, settings)
    place = next(robyn_app.files(root), None)
    if place is None:
        raise NotFoundError(
            f"no server command: no Robyn app was found in {root}",
            hint="Give the command after `bootctl run --`, or set BOOTCTL__SERVER__COMMAND or "
            f"BOOTCTL__SERVER__APP. It is looked for in {', '.join(robyn_app.FILES)}: one that calls "
            "start() on a Robyn app.",
        )
    return _app(root, str(place.relative_to(root)), str(place.relative_to(root)), settings)


def is_robyn(command: Command, root: Path) -> bool:
    """Return whether the command starts a Robyn app, by the syntax of the file that it runs."""
    if _behind_wrapper(list(command.argv))[0]:
        return True
    program, *words = command.argv
    if not os.path.basename(program).startswith("python"):
        return False
    if "-m" in words[:-1]:
        module = words[words.index("-m") + 1].replace(".", "/")
        names = [f"src/{module}", module]
        return any(
            robyn_app.is_started_by(root / f"{n}{end}", root) for n in names for end in _MODULE_ENDS
        )
    return any(robyn_app.is_started_by(root / w, root) for w in words if w.endswith(".py"))


def _words_of(argv: tuple[str, ...], source: str, root: Path) -> Command:
    """Return a command that finds the modules that the migrations find."""
    file = next((root / word for word in argv[1:] if word.endswith(".py")), root / "a.py")
    # Python puts the folder of a file that it runs in the place of the working directory.
    beside = () if file.parent == root or not file.is_relative_to(root) else (str(root),)
    return Command(argv, source, (*import_path(root), *beside))


def _app(root: Path, named: str, source: str, settings: ServerOptions) -> Command:
    """Return the command for a Robyn app that is named by its file or by its module."""
    arguments: list[str] = []
    for option in ("processes", "workers"):
        value = getattr(settings, option)
        arguments += [f"--{option}", str(value)] if value is not None else []
    if not named.endswith(".py"):
        module = named.partition(":")[0]
        return Command((sys.executable, "-m", module, *arguments), source, import_path(root))
    file = root / named
    if not file.is_file():
        raise SettingsError(
            f"{source} names {named}, which is not a file",
            hint=f"Correct {source}; the path starts in the project's directory.",
            setting=source,
        )
    return Command((sys.executable, *_entry(root, file), *arguments), source, import_path(root))


def _entry(root: Path, file: Path) -> tuple[str, ...]:
    """``-m MODULE`` where the file imports what ``python FILE`` would not find, or ``FILE``."""
    if not file.is_relative_to(root):
        return (str(file),)
    imported = robyn_app.imported(file)
    for base in (root / "src", root):
        if file.is_relative_to(base) and file.parent != base:
            found = any(_holds(base, name) and not _holds(file.parent, name) for name in imported)
            if found or "" in imported:
                module = ".".join(file.relative_to(base).with_suffix("").parts)
                return ("-m", module.removesuffix(".__main__"))
    return (os.path.relpath(file, root),)


def _holds(folder: Path, name: str) -> bool:
    """Return whether ``import name`` finds something in ``folder``."""
    return bool(name) and ((folder / name).is_dir() or (folder / f"{name}.py").is_file())


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise SettingsError(
            f"APP_CMD is not a command line: {error}", hint="Close its quotes.", setting="APP_CMD"
        ) from None


def _unwrapped(command: Command, root: Path) -> Command:
    """``command`` without Robyn's command-line wrapper, which forwards no signal.

    ``--dev`` needs the wrapper; so does what it does without an app.
    """
    program, arguments = _behind_wrapper(list(command.argv))
    app = next((item for item in arguments if item.endswith(".py")), None)
    if app is None or "--dev" in arguments:
        return command
    arguments.remove(app)
    file = (root / app).resolve()
    entry = _entry(root, file) if file.exists() else (app,)
    rewritten = Command((*program, *entry, *arguments), command.source, import_path(root))
    log.event(
        "exec.rewritten",
        f"{shlex.join(command.argv)} runs as {shlex.join(rewritten.argv)}: Robyn's wrapper "
        "forwards no signal and loses the exit status",
        command=shlex.join(rewritten.argv),
    )
    return rewritten


def _behind_wrapper(argv: list[str]) -> tuple[list[str], list[str]]:
    """Return the interpreter and the arguments of Robyn's wrapper; none for any other command."""
    name = os.path.basename(argv[0])
    if name == "robyn":
        return [sys.executable], argv[1:]
    if name.startswith("python"):
        for index, word in enumerate(argv[1:], start=1):
            if word == "-mrobyn":
                return argv[:index], argv[index + 1 :]
            if word == "-m":
                return (
                    (argv[:index], argv[index + 2 :])
                    if argv[index + 1 :][:1] == ["robyn"]
                    else ([], [])
                )
            if not word.startswith("-") and argv[index - 1] not in ("-X", "-W"):
                break
    return [], []
