"""Every command of the entrypoint files and of their READMEs, run on projects made by robyn-config.

What is run in containers is in ``tests/containers``, Kubernetes' manifests in ``test_manifests``.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bootctl.init import beside
from bootctl.init.profile import Fit
from bootctl.init.scaffold import files
from bootctl.init.web import Server
from tests.support.containers.entrypoints import ENTRYPOINTS, READMES, Ran, console, document, run
from tests.support.databases.fresh import Database, fresh
from tests.support.paths import ROOT
from tests.support.projects import robyn_config
from tests.support.projects.robyn_config import Made, with_programs
from tests.support.servers import standard
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow

DESIGNS = {"sqlalchemy": "ddd", "tortoise": "mvc"}
HERE = (".", "ci", "make")
ELSEWHERE = ("compose", "docker", "k8s")
"""Folders whose READMEs are run in containers, or read against a cluster's API."""
IN_CONTAINERS = {"image", "up"}
HOOKS = {"bootctl-models": "bootctl check --models", "bootctl-database": "bootctl check"}
FITS = {
    "postgresql": Fit("shop", "3.12", "postgresql+asyncpg", "postgres", "/healthz"),
    "mariadb": Fit("shop", "3.12", "mysql+aiomysql", "mysql", "/healthz"),
    **{
        kind: Fit(
            *("shop", "3.12", "postgresql+asyncpg", "postgresql+asyncpg", "/healthz"),
            services=frozenset({"database", kind}),
        )
        for kind in beside.SERVICES
    },
    "a file": Fit(
        *("shop", "3.12", "postgresql+asyncpg", "postgresql+asyncpg", "/healthz"),
        installer="uv",
        server=Server("asgi", ("uvicorn", "shop.main:app")),
        settings=False,
        services=frozenset({"cache"}),
    ),
    "poetry": Fit(
        *("shop", "3.12", "postgresql+psycopg", "postgres", "/healthz"),
        installer="poetry",
        server=Server("unknown", missing="no app"),
        settings=False,
        services=frozenset({"database"}),
    ),
}
SCHEMAS = {
    "compose.yaml": ("vendor.compose-spec",),
    ".github/workflows/bootctl.yaml": ("vendor.github-workflows",),
    ".github/actions/bootctl/action.yaml": ("vendor.github-actions",),
    ".gitlab/bootctl.yaml": ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
}
# GitHub's own actions go by their major version, and ./ is known to GitHub's own servers of any age.
ZIZMOR = """\
rules:
  unpinned-uses: {config: {policies: {"actions/*": ref-pin}}}
  self-repository: {disable: true}
"""


@pytest.fixture(scope="module", params=DESIGNS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One project of each ORM, its first migration committed."""
    place = tmp_path_factory.mktemp("made") / request.param
    project = robyn_config.create(request.param, DESIGNS[request.param], place)
    project.commit_first_migration({})
    return project


@pytest.fixture
def project(made: Made, tmp_path: Path) -> Made:
    """A test's own copy, in git, with the hooks of pre-commit."""
    copy = made.copy(tmp_path / "shop")
    for database in copy.root.glob("*.db"):
        database.unlink()
    shutil.copy(READMES["ci"].with_name("pre-commit.yaml"), copy.root / ".pre-commit-config.yaml")
    done = copy.shell("git init -q && git add --all", {})
    assert done.code == 0, done.stderr
    return copy


def environment(project: Made) -> dict[str, str]:
    """That of a developer: the database is SQLite's, as such a project comes."""
    return with_programs(
        {
            "BOOTCTL__SERVER__MODE": "drain",
            "PRE_COMMIT_HOME": f"{project.root}.pre-commit",
            "ROBYN_PORT": str(free_port()),
        }
    )


def assert_done(ran: Ran) -> None:
    """It ended with 0, or it served."""
    assert ran.code in (0, None), f"{ran.command}: {ran.code}\n{ran.output}"


def test_every_readme_is_run() -> None:
    assert sorted(READMES) == sorted((*HERE, *ELSEWHERE))
    assert all(console(folder) for folder in (*HERE, *ELSEWHERE))


def test_every_command_of_a_job_or_hook_is_run() -> None:
    steps = document("ci/action.yaml")["runs"]["steps"]
    known = {*gitlab()[2], *HOOKS.values(), *(step.get("run") for step in steps)}
    for path in (ENTRYPOINTS / "ci").glob("*.yaml"):
        assert {*commands(document(f"ci/{path.name}"))} <= known, path


def commands(node: Any) -> Iterator[str]:
    """Whatever GitHub, GitLab or pre-commit would run, at any depth."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "script", "before_script", "after_script", "entry"):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from commands(value)
    elif isinstance(node, list):
        yield from (command for item in node for command in commands(item))


@pytest.mark.parametrize("folder", HERE)
def test_the_commands_of_a_readme(project: Made, folder: str) -> None:
    env = environment(project)
    assert_done(run("bootctl migrate", project.root, env))
    for command in console(folder):
        ran = run(command, project.root, env)
        assert_done(ran)
        assert "warning: " not in ran.output, ran.output


@pytest.mark.parametrize("makefile", ["bootctl.mk", "Makefile"])
def test_the_targets_of_make(project: Made, makefile: str) -> None:
    assert_done(run("bootctl init make", project.root, env := environment(project)))
    (project.root / "Makefile").open("a").write("include bootctl.mk\n")
    listed = run("make -f bootctl.mk", project.root, env).output
    targets = re.findall(r"(?m)^make (\w+): .", listed)
    written = (project.root / "bootctl.mk").read_text()
    assert {*targets, "help"} == {*re.findall(r"(?m)^bootctl-(\w+):", written)}
    assert set(targets) > IN_CONTAINERS
    prefix = "" if makefile == "bootctl.mk" else "bootctl-"
    for target in targets:
        if target not in IN_CONTAINERS:
            ran = run(f"make -f {makefile} {prefix}{target}", project.root, env)
            assert_done(ran)
            assert "warning: " not in ran.output
            assert (ran.code is None) == (target == "run")
            assert f"bootctl {target}" in ran.output


def test_make_leaves_the_project_s_own_targets_alone(project: Made) -> None:
    env = environment(project)
    targets = ("migrate", "check", "run")
    before = {target: run(f"make -n {target}", project.root, env).output for target in targets}
    assert_done(run("bootctl init make", project.root, env))
    (project.root / "Makefile").open("a").write("include bootctl.mk\n")
    for target, recipe in before.items():
        assert run(f"make -n {target}", project.root, env).output == recipe
    assert run("make -n status", project.root, env).output == "bootctl status\n"
    own = (project.root / "Makefile").read_text()
    (project.root / "Makefile").write_text(own.replace("\nmigrate:\n", "\nformer-migrate:\n"))
    assert run("make -n migrate", project.root, env).output == "bootctl migrate\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A runner's environment: Python, pip, and an index that has this checkout's bootctl."""
    place = tmp_path_factory.mktemp("runner")
    wheel = ["pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place, ROOT]
    for command in (["venv", place / "venv"], wheel):
        subprocess.run([sys.executable, "-m", *map(str, command)], check=True)
    index = {"FIND_LINKS": str(place), "CONSTRAINT": str(ROOT / "constraints.txt")}
    path = os.pathsep.join([str(place / "venv/bin"), os.environ.get("PATH", os.defpath)])
    tools = {"PIP_REQUIRE_VIRTUALENV": "true"}
    tools |= {f"{tool}_{key}": value for tool in ("PIP", "UV") for key, value in index.items()}
    return {**with_programs(), **tools, "PATH": path}


def test_the_wheel_has_every_file(installed: dict[str, str]) -> None:
    [wheel] = Path(installed["PIP_FIND_LINKS"]).glob("robyn_bootctl-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for path in ENTRYPOINTS.rglob("*"):
        if path.is_file():
            assert f"bootctl/init/entrypoints/{path.relative_to(ENTRYPOINTS)}" in names


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Database]:
    """A database and its owner, of one name, as PostgreSQL's image makes them."""
    server = standard.server("postgresql")
    admin = Database("postgresql", "postgres", server.host, server.port, server.user)
    with fresh("postgresql", tmp_path) as database:
        admin.execute(f"CREATE ROLE {database.name} LOGIN")
        admin.execute(f"ALTER DATABASE {database.name} OWNER TO {database.name}")
        yield database
    admin.execute(f"DROP ROLE {database.name}")


def variables(written: dict[str, Any], database: Database, host: str) -> dict[str, str]:
    """The variables of a job whose database is this one."""
    assert written["SETTINGS__DATABASE__HOST"] == host
    place = f"{database.host}:{database.port}"
    named = {key: re.sub(r"\bnotes\b", database.name, str(value)) for key, value in written.items()}
    return {
        **named,
        "DATABASE_URL": named["DATABASE_URL"].replace(f"{host}:5432", place),
        "SETTINGS__DATABASE__HOST": database.host,
        "SETTINGS__DATABASE__PORT": str(database.port),
    }


def github_steps() -> Iterator[str]:
    """The steps of the action, with the defaults of its inputs."""
    action = document("ci/action.yaml")
    inputs = {name: str(given["default"]) for name, given in action["inputs"].items()}
    for step in action["runs"]["steps"]:
        if "run" in step:
            named = {
                key: re.sub(r"\$\{\{ inputs\.(\S+) \}\}", lambda found: inputs[found[1]], value)
                for key, value in step.get("env", {}).items()
            }
            yield "".join(f"export {key}='{value}'\n" for key, value in named.items()) + step["run"]


def github() -> tuple[dict[str, Any], str, list[str]]:
    """The variables, the database's host and the steps of GitHub's job."""
    return document("ci/workflow.yaml")["jobs"]["migrations"]["env"], "127.0.0.1", [*github_steps()]


def gitlab() -> tuple[dict[str, Any], str, list[str]]:
    """The same of GitLab's."""
    job = document("ci/gitlab.yaml")["bootctl"]
    return job["variables"], "database", job["script"]


@pytest.mark.parametrize("job", [github, gitlab])
def test_the_steps_of_a_job(
    project: Made,
    installed: dict[str, str],
    own: Database,
    job: Callable[[], tuple[dict[str, Any], str, list[str]]],
) -> None:
    written, host, [*before, check] = job()
    assert not any("--system" in command for command in before), "that is this machine's Python"
    shutil.rmtree(project.migrations)  # made for SQLite
    project.migrations.mkdir()
    project.commit_first_migration(robyn_config.settings(own))
    vendor = project.root / "vendor"
    vendor.mkdir()
    [wheel] = Path(installed["PIP_FIND_LINKS"]).glob("robyn_bootctl-*.whl")
    shutil.copy(wheel, vendor)
    env = {**installed, **variables(written, own, host)}
    for command in before:
        assert_done(run(command, project.root, env))
    clean = run(check, project.root, env)
    assert clean.code == 0, clean.output
    assert own.tables() == project.tables
    own.execute("ALTER TABLE users DROP COLUMN role")
    drift = run(check, project.root, env)
    assert drift.code == 20, drift.output
    assert "missing column users.role" in drift.output
    annotated = re.search(r"::error file=(\S+),line=\d+,title=schema drift::", drift.output)
    assert bool(annotated) == (job is github)
    assert not annotated or (project.root / annotated[1]).is_file()


def test_the_hook_that_needs_no_database_is_for_tortoise(project: Made) -> None:
    models, _ = HOOKS
    ran = run(f"pre-commit run {models} --all-files", project.root, environment(project))
    assert ran.code == (0 if project.orm == "tortoise" else 1), ran.output
    assert ("bootctl check --live" in ran.output) == (project.orm == "sqlalchemy")


def test_the_hook_that_needs_one_is_for_all(project: Made) -> None:
    _, database = HOOKS
    env = environment(project)
    command = f"pre-commit run {database} --hook-stage pre-push --all-files"
    assert run(command, project.root, env).code == 1  # nothing is migrated yet
    assert_done(run("bootctl migrate", project.root, env))
    assert_done(run(command, project.root, env))


@pytest.fixture(params=FITS)
def fitted(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The files as a project with that database gets them."""
    for kind in ("compose", "ci"):
        for source, target in files(kind):
            path = tmp_path / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(FITS[request.param].fitted(source.read_text()))
    return tmp_path


def lint(*command: str | Path, cwd: Path) -> None:
    program = Path(sys.executable).with_name(str(command[0]))
    done = subprocess.run(
        [program, *command[1:]], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_files_are_of_their_schemas(fitted: Path) -> None:
    for name, schema in SCHEMAS.items():
        lint("check-jsonschema", "--builtin-schema", *schema, name, cwd=fitted)


def test_the_workflow_passes_its_linter(fitted: Path) -> None:
    (fitted / "zizmor.yml").write_text(ZIZMOR)
    lint("zizmor", "--offline", "--no-progress", "--config", "zizmor.yml", ".github", cwd=fitted)


def test_the_hooks_pass_pre_commit_s_own_check() -> None:
    lint("pre-commit", "validate-config", "pre-commit.yaml", cwd=READMES["ci"].parent)
