"""P2.3: the strategy of tests: unit, integration, end to end.

That each service works as a whole is in ``tests/acceptance/services``.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes.spawned import environment
from tests.support.projects.robyn_config import with_programs
from tests.support.services.examples import NAMES, copied
from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Service, service


def every_kind_of_test_is_there(project: Service) -> Iterator[str]:
    """And is run by a target."""
    for kind in ("unit", "integration", "end_to_end"):
        if not list((project.root / "tests" / kind).glob("test_*.py")):
            yield f"no {kind} tests"
        if f"tests/{kind}" not in (project.root / "Makefile").read_text():
            yield f"no target runs the {kind} tests"


def migrations_in_tests_are_those_of_production(project: Service) -> Iterator[str]:
    """The tests' database is made by bootctl too."""
    if '"bootctl", "migrate", "--quiet"' not in (project.root / "tests/conftest.py").read_text():
        yield "the tests' database is made in another way"


PRACTICES = (
    Practice(
        every_kind_of_test_is_there,
        (Edit("Makefile", "tests/unit tests/integration", "tests/unit"),),
    ),
    Practice(
        migrations_in_tests_are_those_of_production,
        (
            Edit(
                "tests/conftest.py",
                '["bootctl", "migrate", "--quiet"]',
                '["alembic", "upgrade", "head"]',
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


def own_tests(project: Path) -> "subprocess.CompletedProcess[str]":
    """Run the unit tests and integration tests of a service, as `make test` does."""
    return subprocess.run(
        ["make", "test"],
        cwd=project,
        env=environment(with_programs({"PYTEST_ADDOPTS": "-p no:cacheprovider"})),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", NAMES)
def test_its_own_tests_pass_and_fail_where_they_should(name: str, tmp_path: Path) -> None:
    done = own_tests(copied(name, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    broken = edited(
        name,
        tmp_path / "broken",
        Edit("rules", "if not rule.may(ticket, actor_id):", "if False:"),
        runs=True,
    )
    assert own_tests(broken.root).returncode != 0
