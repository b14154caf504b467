"""P2.2: parity of a developer's machine, the composed stack and production."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.manual import blocks
from tests.support.processes.spawned import bootctl
from tests.support.services.examples import NAMES, copied
from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Service, service

_TARGETS = {
    "help",
    "run",
    "migrate",
    "check",
    "status",
    "migration",
    "test",
    "e2e",
    "image",
    "up",
    "logs",
    "down",
}
_SAME_IN_ALL = (
    ".env.example",
    ".gitignore",
    "Dockerfile",
    "Dockerfile.dockerignore",
    "compose.yaml",
)
_TWINS = (
    "authentication",
    "cache",
    "entities",
    "envelopes",
    "logging",
    "mailing",
    "responses",
    "sessions",
    "tracing",
    "limits",
    "rules",
)
_OWN = {
    "README.md",
    "Makefile",
    "pyproject.toml",
    "src/app/models/database.py",
    "src/app/models/history.py",
}


def commands_are_targets(project: Service) -> Iterator[str]:
    """Each service has the same, and its README needs no other but curl."""
    found = set(re.findall(r"(?m)^([a-z0-9-]+):.*##", (project.root / "Makefile").read_text()))
    yield from (f"make {name}" for name in found ^ _TARGETS)
    for block in blocks(project.root / "README.md"):
        for command in block.commands():
            if not re.match(r"(curl|TOKEN=\$\(curl|for action|make) ?", command.line):
                yield command.line


def the_readme_is_ten_lines(project: Service) -> Iterator[str]:
    """It leads to a ticket that is closed; the rest is in the files that it names."""
    lines = (project.root / "README.md").read_text().splitlines()
    if len(lines) != 10:
        yield f"the README has {len(lines)} lines"


def everything_starts_by_one_command(project: Service) -> Iterator[str]:
    """`bootctl run`, on a machine, in a container, and in the composed stack."""
    recipes = (project.root / "Makefile").read_text()
    if "bootctl run\n" not in recipes:
        yield "make run is another command"
    dockerfile = (project.root / "Dockerfile").read_text()
    if 'ENTRYPOINT ["bootctl", "run", "--"]' not in dockerfile or re.search(
        r"(?m)^CMD", dockerfile
    ):
        yield "the container runs another command"
    composed = yaml.safe_load((project.root / "compose.yaml").read_text())["services"]
    for name, found in composed.items():
        if "build" in found and {"command", "entrypoint"} & found.keys():
            yield f"{name} runs another command in the composed stack"
    for text in (dockerfile, (project.root / "compose.yaml").read_text(), recipes):
        if "BOOTCTL__SERVER__MODE" not in text:
            yield "the server is stopped in another way"


def what_is_the_same_is_the_same_file(project: Service) -> Iterator[str]:
    """A service is copied alone, so what all have is in each; and never a little different."""
    other = service(NAMES[0])
    config = [f"src/app/config/{path.name}" for path in (other.code / "config").glob("*.py")]
    for name in (*_SAME_IN_ALL, *config):
        if (project.root / name).read_bytes() != (other.root / name).read_bytes():
            yield f"{name} differs from that of {other.name}"


def twins_differ_in_imports_only(project: Service) -> Iterator[str]:
    """The two designs have these in other places, and nothing else is different about them."""
    other = service("ddd-sqlalchemy" if project.design == "mvc" else "mvc-tortoise")
    for role in _TWINS:
        if _without_imports(project.place(role)) != _without_imports(other.place(role)):
            yield f"{role} differs from that of {other.name}"


def _without_imports(path: Path) -> str:
    tree = ast.parse(path.read_text())
    tree.body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return ast.unparse(tree)


PRACTICES = (
    Practice(
        commands_are_targets,
        (
            Edit("Makefile", "migration: ##", "makemigration: ##"),
            Edit("README.md", "$ TOKEN=", "$ alembic upgrade head\n$ TOKEN="),
        ),
    ),
    Practice(the_readme_is_ten_lines, (Edit("README.md", "", "It is short.\n"),)),
    Practice(
        everything_starts_by_one_command,
        (
            Edit(
                "compose.yaml",
                "    restart: on-failure",
                "    command: python -m app.server\n    restart: on-failure",
            ),
            Edit(
                "Dockerfile",
                'ENTRYPOINT ["bootctl", "run", "--"]',
                'ENTRYPOINT ["bootctl", "run", "--"]\nCMD ["python", "-m", "app.server"]',
            ),
            Edit("Makefile", "bootctl run\n", "bootctl migrate && python -m app.server\n"),
        ),
    ),
    Practice(
        what_is_the_same_is_the_same_file,
        (
            Edit("src/app/config/cache.py", "6379", "6380"),
            Edit("compose.yaml", "postgres:17", "postgres:16"),
        ),
    ),
    Practice(
        twins_differ_in_imports_only,
        (
            Edit(
                "rules",
                "_DONE = frozenset({State.RESOLVED, State.CLOSED})",
                "_DONE = frozenset({State.RESOLVED})",
            ),
        ),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))


def test_both_of_mvc_differ_in_their_database_only(tmp_path: Path) -> None:
    aerich, tortoise = (copied(name, tmp_path) for name in ("mvc-aerich", "mvc-tortoise"))
    different = {name for name in _files(aerich) if not _are_same(aerich / name, tortoise / name)}
    assert different == _OWN
    assert _files(aerich) == _files(tortoise)


def _files(root: Path) -> set[str]:
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {str(path) for path in found if "migrations" not in path.parts}


def _are_same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_its_dockerfile_is_what_bootctl_writes(name: str) -> None:
    shown = bootctl("init", "docker", "--diff", cwd=service(name).root)
    assert (shown.code, shown.stdout) == (0, "")
