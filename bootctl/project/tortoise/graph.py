"""A project's migration packages, loaded by Tortoise and checked before anything is applied."""

import asyncio
import importlib
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

from tortoise.migrations.graph import MigrationGraph, MigrationKey
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.recorder import MigrationRecorder

from bootctl.errors import HistoryError
from bootctl.output.process_state import directory_kept
from bootctl.project.code import imported
from bootctl.project.tortoise.config import App, Config
from bootctl.project.tortoise.faults import user_code


class NoRecorder(MigrationRecorder):
    """A recorder without a database: Tortoise's own swallows every error and then has no rows."""

    def __init__(self) -> None:
        """Do without its model, which is made of its source."""

    async def applied_migrations(self) -> list[MigrationKey]:
        """None: what is applied is read by bootctl."""
        return []


def apps_with_migrations(root: Path, config: Config) -> dict[str, Any]:
    """Return the configuration of the apps that have a migrations package."""
    names = {app.name for app in config.apps if app.migrations and _has_package(root, config, app)}
    return {name: app for name, app in config.value["apps"].items() if name in names}


def load(root: Path, apps: dict[str, Any]) -> MigrationGraph:
    """Return the graph of the migrations of ``apps``.

    Raises ``HistoryError`` where it is not one history for each app.
    """
    loader = MigrationLoader(apps, NoRecorder())
    try:
        with directory_kept():
            for name, app in apps.items():
                _refuse_other_files(root, name, importlib.import_module(app["migrations"]))
            asyncio.run(loader.build_graph())
    except ValueError as error:  # Tortoise's own: a missing parent
        raise HistoryError(
            f"the migration files are not one history: {error}",
            hint="Correct `dependencies` of the migration named, or restore the missing file.",
        ) from error
    for app in apps:
        _refuse_forks(root, apps, loader.graph, app)
    _refuse_cycles(loader.graph)
    return loader.graph


def ordered(graph: MigrationGraph) -> list[MigrationKey]:
    """Return every migration, each after those that it depends on."""
    plan = [key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf)]
    return list(dict.fromkeys(plan))


def heads(graph: MigrationGraph, app: str) -> list[MigrationKey]:
    """Return the migrations of ``app`` that no other one of it follows."""
    own = [key for key in graph.nodes if key.app_label == app]
    followed = {parent.key for key in own for parent in graph.node_map[key].parents}
    return sorted(key for key in own if key not in followed)


def file_of(root: Path, apps: dict[str, Any], key: MigrationKey) -> str:
    """Return the file of a migration, relative to the project."""
    module = sys.modules[f"{apps[key.app_label]['migrations']}.{key.name}"]
    return os.path.relpath(str(module.__file__), root)


def _has_package(root: Path, config: Config, app: App) -> bool:
    assert app.migrations is not None  # only such apps are asked for
    with user_code(root, f"{app.migrations} cannot be imported"):
        module: Any = imported(app.migrations)
    if module is None:
        place = root.joinpath(*app.migrations.split("."))
        if place.exists():
            raise _no_directory(os.path.relpath(place, root), config, app)
        return False
    if not hasattr(module, "__path__"):
        raise _no_directory(os.path.relpath(module.__file__, root), config, app)
    return True


def _refuse_other_files(root: Path, app: str, package: Any) -> None:
    """Every module of a migrations package is a migration, but for names like ``_helpers``."""
    for _, name, is_package in pkgutil.iter_modules(package.__path__):
        if is_package or name[0] in "_~":
            continue
        with user_code(root, f"{app}.{name} cannot be loaded"):
            module: Any = importlib.import_module(f"{package.__name__}.{name}")
        if not hasattr(module, "Migration"):
            file = os.path.relpath(module.__file__, root)
            raise HistoryError(
                f"{file} is no migration: it has no class Migration ({file}:1)",
                hint="Write it as `tortoise makemigrations` does, or begin its name with '_'.",
                file=file,
                line=1,
            )


def _no_directory(file: str, config: Config, app: App) -> HistoryError:
    return HistoryError(
        f"{file} is not a directory",
        hint=f"{config.path} says that it is the package with the migrations of app {app.name}: "
        "make it a directory.",
        file=file,
    )


def _refuse_forks(root: Path, apps: dict[str, Any], graph: MigrationGraph, app: str) -> None:
    keys = heads(graph, app)
    found = [str(key) for key in keys]
    if len(found) > 1:
        files = [file_of(root, apps, key) for key in keys]
        raise HistoryError(
            f"the migrations of app {app} have {len(found)} heads: {' and '.join(found)} "
            f"({', '.join(files)})",
            hint="Make one depend on the other: its `dependencies` name the one it follows.",
            heads=found,
            files=files,
        )


def _refuse_cycles(graph: MigrationGraph) -> None:
    reached = set(ordered(graph))
    lost = sorted(str(key) for key in graph.nodes if key not in reached)
    if lost:
        raise HistoryError(
            f"migrations depend on each other in a circle: {', '.join(lost)}",
            hint="Correct `dependencies` of one of them.",
            revisions=lost,
        )
