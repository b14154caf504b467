"""The server that a project's image starts: the app, found by its syntax, and the program that serves it."""

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bootctl.config.invocation import Invocation
from bootctl.errors import BootError
from bootctl.project.code import import_path
from bootctl.project.source_files import python_files
from bootctl.server import command as server_command
from bootctl.values import frozen

_PORT = "8000"
_ASGI = {
    "fastapi": ("FastAPI",),
    "starlette": ("Starlette",),
    "litestar": ("Litestar",),
    "quart": ("Quart",),
    "blacksheep": ("Application",),
    "esmerald": ("Esmerald",),
    "falcon.asgi": ("App",),
    "connexion": ("AsyncApp", "FlaskApp"),
}
_WSGI = {"flask": ("Flask",), "falcon": ("App",), "bottle": ("Bottle",)}
_CLASSES = {
    **{name: "asgi" for names in _ASGI.values() for name in names},
    **{name: "wsgi" for names in _WSGI.values() for name in names},
}
_LIBRARIES = {name.partition(".")[0] for name in (*_ASGI, *_WSGI)}
_NAMES = ("app", "application", "api", "asgi", "server", "wsgi")
_FACTORY = re.compile(
    r"(?:\w+\.)*(?:create|make|get|build|init|setup|new)_\w*(?:app|api|server)\w*|\w*app_factory"
)
_FILES = ("main", "app", "asgi", "server", "api", "application", "wsgi", "__init__", "__main__")
_MENTIONS = re.compile(rb"\b(?:%s)\b" % b"|".join(name.encode() for name in (*_CLASSES, "scope")))


@frozen
class App:
    """An application, and how it is named: ``package.module:variable``."""

    name: str
    interface: str
    """``asgi`` or ``wsgi``; empty for what another function returns."""
    factory: bool = False


@frozen
class Server:
    """What is started. An empty ``command`` is none, or one that ``bootctl run`` finds by itself."""

    kind: str
    """``robyn``, ``asgi``, ``wsgi``, ``own`` for a command in the settings, or ``unknown``."""
    command: tuple[str, ...] = ()
    missing: str = ""
    """What is not known, as a sentence."""


def find(invocation: Invocation, dependencies: Mapping[str, str]) -> Server:
    """Return the project's server; ``dependencies`` are the packages that it has, and their extras."""
    root, settings = invocation.root, invocation.loaded.settings.server
    with suppress(BootError):
        own = server_command.find(root, (), settings, {})
        return Server("robyn" if server_command.is_robyn(own, root) else "own")
    if "robyn" in dependencies:
        return Server("robyn", missing="no file that starts a Robyn app was found in the project")
    apps = sorted(_apps(root), key=_rank)
    if not apps:
        return Server("unknown", missing="no application was found in the project")
    interface = next((app.interface for app in apps if app.interface), "asgi")
    app = replace(apps[0], interface=apps[0].interface or interface)
    command = _served(app, dependencies)
    if command:
        return Server(app.interface, command)
    usual = _uvicorn(app) if app.interface == "asgi" else _gunicorn(app, {})
    missing = f"{usual[0]}, which serves {app.name}, is not among the project's dependencies"
    return Server(app.interface, usual, missing)


def _served(app: App, dependencies: Mapping[str, str]) -> tuple[str, ...]:
    """Return the command of the server that the project depends on; empty where there is none."""
    if "gunicorn" in dependencies and (app.interface == "wsgi" or _has_uvicorn(dependencies)):
        return _gunicorn(app, dependencies)
    if app.interface == "wsgi":
        return ()
    if _has_uvicorn(dependencies):
        return _uvicorn(app)
    if "granian" in dependencies:
        factory = ("--factory",) if app.factory else ()
        listening = ("--host", "0.0.0.0", "--port", _PORT)  # noqa: S104 - in a container
        return ("granian", "--interface", "asgi", *listening, *factory, app.name)
    called = f"{app.name}()" if app.factory else app.name
    if "hypercorn" in dependencies:
        return ("hypercorn", "--bind", f"0.0.0.0:{_PORT}", called)
    if "daphne" in dependencies and not app.factory:
        return ("daphne", "-b", "0.0.0.0", "-p", _PORT, app.name)  # noqa: S104 - in a container
    return ()


def _has_uvicorn(dependencies: Mapping[str, str]) -> bool:
    brought = {"fastapi": ("standard", "all"), "litestar": ("standard", "full")}
    named = (
        extra in dependencies.get(name, "") for name, extras in brought.items() for extra in extras
    )
    return any(named) or not {"uvicorn", "uvicorn-worker"}.isdisjoint(dependencies)


def _uvicorn(app: App) -> tuple[str, ...]:
    factory = ("--factory",) if app.factory else ()
    return ("uvicorn", app.name, *factory, "--host", "0.0.0.0", "--port", _PORT)  # noqa: S104


def _gunicorn(app: App, dependencies: Mapping[str, str]) -> tuple[str, ...]:
    called = f"{app.name}()" if app.factory else app.name
    worker = "uvicorn_worker" if "uvicorn-worker" in dependencies else "uvicorn.workers"
    classed = ("--worker-class", f"{worker}.UvicornWorker") if app.interface == "asgi" else ()
    # Its workers' heartbeats are files, which need a place that can be written.
    return ("gunicorn", called, *classed, "--bind", f"0.0.0.0:{_PORT}", "--worker-tmp-dir", "/tmp")  # noqa: S108


def _rank(app: App) -> tuple[bool, int, int, int, str]:
    module, _, variable = app.name.partition(":")
    file, name = (
        names.index(word) if word in names else len(names)
        for names, word in ((_FILES, module.rpartition(".")[2]), (_NAMES, variable))
    )
    return app.factory, file, name, module.count("."), app.name


def _apps(root: Path) -> Iterator[App]:
    for path in python_files(root):
        source = b""
        with suppress(OSError):
            source = path.read_bytes()
        if not _MENTIONS.search(source) and not _BUILDS.search(source):
            continue
        with suppress(SyntaxError, ValueError):
            module = _module(root, path)
            for name, interface, factory in _defined(ast.parse(source)):
                yield App(f"{module}:{name}", interface, factory)


_BUILDS = re.compile(rb"(?m)^(?:%s)\b.*=" % b"|".join(name.encode() for name in _NAMES))
"""What a file has whose app is built by another's function."""


def _module(root: Path, path: Path) -> str:
    base = next((base for base in import_path(root) if path.is_relative_to(base)), root)
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _defined(tree: ast.Module) -> Iterator[tuple[str, str, bool]]:
    """Yield the apps of a module: the name, the interface, and whether it is a factory."""
    known = _imported(tree)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield from _assigned(target.id, node.value, known)
        elif isinstance(node, ast.AsyncFunctionDef) and _arguments(node) == [
            "scope",
            "receive",
            "send",
        ]:
            yield node.name, "asgi", False
        elif (
            isinstance(node, ast.FunctionDef)
            and _FACTORY.fullmatch(node.name)
            and not _required(node)
        ):
            made = (
                known.get(_called(call)) for call in ast.walk(node) if isinstance(call, ast.Call)
            )
            interface = next(filter(None, made), None)
            if interface:
                yield node.name, interface, True


def _assigned(
    name: str, call: ast.Call, known: Mapping[str, str]
) -> Iterator[tuple[str, str, bool]]:
    called = _called(call)
    if called in known:
        yield name, known[called], False
    elif _FACTORY.fullmatch(called) and name in _NAMES:
        yield name, "", False


def _imported(tree: ast.Module) -> dict[str, str]:
    """Return the interfaces of the classes that a module knows, by the names it calls them."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            top = node.module.partition(".")[0]
            for alias in node.names:
                if top in _LIBRARIES and alias.name in _CLASSES:
                    wsgi = _CLASSES[alias.name] if node.module != "falcon.asgi" else "asgi"
                    found[alias.asname or alias.name] = "wsgi" if node.module in _WSGI else wsgi
        elif isinstance(node, ast.Import):
            for alias in node.names:
                classes = {**_ASGI, **_WSGI}.get(alias.name, ())
                for name in classes:
                    found[f"{alias.asname or alias.name}.{name}"] = _CLASSES[name]
    return found


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _arguments(node: ast.AsyncFunctionDef) -> list[str]:
    return [argument.arg for argument in node.args.args]


def _required(node: ast.FunctionDef) -> bool:
    return len(node.args.args) + len(node.args.posonlyargs) > len(node.args.defaults)
