"""A project's ``TORTOISE_ORM``: where it is, and what it says."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bootctl.config.files import read_bytes, read_text
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor
from bootctl.project.code import add_to_path, imported
from bootctl.project.source_files import PythonFiles
from bootctl.project.tortoise.faults import user_code
from bootctl.values import frozen

_VARIABLE = "TORTOISE_ORM"


@frozen
class App:
    """One app of the configuration: a set of models on one connection."""

    name: str
    connection: str
    models: tuple[str, ...]
    migrations: str | None
    """The package with its native migrations."""


@frozen
class Config:
    """The configuration as Tortoise takes it, and what bootctl reads from it."""

    path: str
    """Where it is: ``package.module.VARIABLE``."""
    value: dict[str, Any]
    apps: tuple[App, ...]

    def connection(self, app: str) -> str:
        """Return the connection of an app."""
        return next(item.connection for item in self.apps if item.name == app)

    @property
    def connections(self) -> tuple[str, ...]:
        """Return the connections that apps use, in their order."""
        return tuple(dict.fromkeys(app.connection for app in self.apps))


def load(root: Path, named: Mapping[str, Any]) -> Config:
    """Import the configuration of the project at ``root``.

    ``named`` holds what may name it, by source; the first that does counts. Where nothing does,
    the project's files are searched for a variable called TORTOISE_ORM.
    Raises ``SettingsError`` where there is none or it is not one, ``HistoryError`` where the
    project's code fails.
    """
    add_to_path(root)
    source, path = next(((source, path) for source, path in named.items() if path), (None, None))
    if source is None:
        source, path = f"a search for {_VARIABLE}", _found(root)
    if not isinstance(path, str) or "." not in path or not all(path.split(".")):
        raise SettingsError(
            f"{source} is {path!r}, which does not name a variable of a module",
            hint="Write it as package.module.TORTOISE_ORM.",
            setting=source,
        )
    value = _value(root, source, path)
    return Config(path, value, tuple(_apps(path, value)))


def _found(root: Path) -> str:
    files = PythonFiles(root)
    found = [path for path in files if _assigns(path)]
    modules = [".".join(path.relative_to(root).with_suffix("").parts) for path in found]
    names = sorted(f"{module.removeprefix('src.')}.{_VARIABLE}" for module in modules)
    if len(names) != 1:
        what = f"several: {', '.join(names)}" if names else "none"
        what += f"; {files.left_out}" if files.left_out else ""
        raise SettingsError(
            f"no setting names the Tortoise configuration, and the project's files have {what}",
            hint="Name it: BOOTCTL__TORTOISE__CONFIG=package.module.TORTOISE_ORM.",
            setting="tortoise.config",
        )
    return names[0]


def _assigns(path: Path) -> bool:
    try:
        tree = ast.parse(read_bytes(path))
    except (OSError, SyntaxError, ValueError):
        return False
    return any(
        isinstance(target, ast.Name) and target.id == _VARIABLE
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def _value(root: Path, source: str, path: str) -> dict[str, Any]:
    parts = path.split(".")
    _register_secrets(root, parts)
    module, names = _module(root, source, path, parts)
    value: Any = module
    for name in names:
        value = getattr(value, name, None)
    if hasattr(value, "to_dict"):  # Tortoise 1.x has a class for it
        value = value.to_dict()
    if value is None:
        raise _unusable(source, path, f"module {module.__name__} has no {'.'.join(names)}")
    if not isinstance(value, dict):
        raise _unusable(source, path, f"it is {type(value).__name__}, not a dict")
    return value


def _module(root: Path, source: str, path: str, parts: list[str]) -> tuple[Any, list[str]]:
    """Return the module that ``path`` begins with, and the attributes that follow."""
    for length in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:length])
        with user_code(root, f"{path} cannot be imported"):
            module = imported(name)
        if module is not None:
            return module, parts[length:]
    raise _unusable(source, path, f"there is no module {'.'.join(parts[:-1])}")


def _register_secrets(root: Path, parts: list[str]) -> None:
    """The module may hold a URL, and errors quote its lines."""
    for length in range(1, len(parts)):
        for base in (root, root / "src"):
            file = base.joinpath(*parts[:length]).with_suffix(".py")
            if file.is_file():
                redactor.add_source(read_text(file))


def _apps(path: str, value: dict[str, Any]) -> Iterator[App]:
    connections, apps = value.get("connections"), value.get("apps")
    if not isinstance(connections, dict) or not connections:
        raise _unusable(path, path, 'it has no "connections"')
    if not isinstance(apps, dict) or not apps:
        raise _unusable(path, path, 'it has no "apps"')
    for name, app in apps.items():
        if not isinstance(app, dict) or not isinstance(app.get("models"), list | tuple):
            raise _unusable(path, path, f'app {name} has no list of "models"')
        connection = app.get("default_connection") or "default"
        if connection not in connections:
            has = ", ".join(map(str, connections))
            raise _unusable(
                path, path, f'app {name} uses connection "{connection}", but there is only {has}'
            )
        models = tuple(str(getattr(item, "__name__", item)) for item in app["models"])
        yield App(str(name), connection, models, app.get("migrations"))


def _unusable(source: str, path: str, why: str) -> SettingsError:
    where = path if source == path else f"{path}, which {source} names,"
    return SettingsError(
        f"{where} cannot be used: {why}",
        hint='It is a dict with "connections" and "apps"; each app has "models" and a '
        '"default_connection" that is among the connections.',
        setting=source,
        config=path,
    )
