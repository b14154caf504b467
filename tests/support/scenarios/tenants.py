"""A service with many databases, or many schemas in one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.databases.fresh import Database
from tests.support.processes.spawned import Result, bootctl
from tests.support.projects.kits import Kit, Project

RAN = "CREATE TABLE public.ran (tenant text, revision text)"
NOTES = "    op.execute(\"INSERT INTO public.ran VALUES (current_schema(), 'a1')\")\n"
"""A line of a migration that tells which schemas it has run in."""


@dataclass(frozen=True)
class Fleet:
    """A project, and the settings that name its tenants."""

    project: Project
    names: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str, **variables: str) -> Result:
        """``bootctl`` with these words, as a process."""
        env = {"BOOTCTL__TENANTS__NAMES": " ".join(self.names), **self.env, **variables}
        return bootctl(*words, cwd=self.project.root, env=env, timeout=180)

    def migrate(self, *words: str, **variables: str) -> Result:
        """``bootctl migrate --tenants``."""
        return self.run("migrate", "--tenants", *words, **variables)


def of_databases(kit: Kit, root: Path, databases: Sequence[Database]) -> Fleet:
    """A database for each tenant; an SQLite file is called after it."""
    first = databases[0]
    names = [Path(item.name).stem for item in databases]
    own = first.sync_url if first.kind == "sqlite" else kit.url(first)
    url = own.replace(names[0], "{tenant}")
    return Fleet(kit.project(root, first), names, {"BOOTCTL__TENANTS__URL": url})


def of_schemas(kit: Kit, root: Path, database: Database, names: Sequence[str]) -> Fleet:
    """A schema for each tenant, in one database."""
    for name in names:
        database.execute(f'CREATE SCHEMA "{name}"')
    env = {"BOOTCTL__TENANTS__SEARCH_PATH": "{tenant}", "BOOTCTL__DATABASE__URL": kit.url(database)}
    return Fleet(kit.project(root, database), names, env)


def noting(fleet: Fleet, database: Database) -> None:
    """Have the migration ``a1`` of a fleet of schemas tell where it ran, in ``public.ran``."""
    database.execute(RAN)
    path = fleet.project.root / "migrations/versions/a1.py"
    path.write_text(path.read_text().rstrip() + "\n" + NOTES)


def states(result: Result) -> dict[str, str]:
    """How each tenant ended, by the report that was printed as JSON."""
    return {item["tenant"]: item["state"] for item in report(result)["tenants"]}


def codes(result: Result) -> dict[str, int | None]:
    """The exit code of each."""
    return {item["tenant"]: item["exit_code"] for item in report(result)["tenants"]}


def report(result: Result) -> dict[str, Any]:
    """What was printed as JSON."""
    found: dict[str, Any] = json.loads(result.stdout)
    return found
