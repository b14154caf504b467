"""What entrypoint files are fitted to, and that nothing of the example is left in them."""

import re
from pathlib import Path

import pytest

from bootctl.config import sources
from bootctl.config.invocation import Invocation
from bootctl.init import profile, scaffold
from bootctl.init.profile import Fit
from tests.support.paths import ENTRYPOINTS

KINDS = ("docker", "compose", "make", "ci", "k8s")
MARIADB = Fit("shop", "3.12", "mysql+asyncmy", "mysql", "/healthz")
POSTGRESQL = Fit("shop", "3.12", "postgresql+psycopg", "postgres", "/healthz")


def fit(root: Path, pyproject: str = "", environ: dict[str, str] | None = None) -> Fit:
    """What is found out about a project of this ``pyproject.toml``."""
    (root / "pyproject.toml").write_text(pyproject)
    return profile.fit(Invocation(root, sources.load(root), environ or {}))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("shop", "shop"),
        ("My.Shop_2", "my-shop-2"),
        ("2-shops", "service-2-shops"),
        ("-", "service"),
        ("caf\u00e9 au lait", "caf-au-lait"),
        ("a" * 80, "a" * 40),
        ("Cache", "cache-service"),
        ("on", "on-service"),
    ],
)
def test_the_name_is_a_dns_label(root: Path, name: str, label: str) -> None:
    assert fit(root, f'[project]\nname = "{name}"\n').name == label


def test_the_name_may_be_poetry_s_or_the_folder_s(root: Path) -> None:
    assert fit(root, '[tool.poetry]\nname = "shop"\n').name == "shop"
    assert fit(root, "[project]\nname = 1\n").name == "project"
    assert fit(root).name == "project"


@pytest.mark.parametrize(
    ("requires", "version"),
    [
        ("", "3.13"),
        (">=3.11,<4.0", "3.13"),
        (">=3.11, <3.13", "3.12"),
        (">3.13", "3.14"),
        ("==3.12.*", "3.12"),
        ("~=3.11", "3.13"),
        ("~=3.11.4", "3.11"),
        (">=3.11,!=3.13.*,<3.14", "3.12"),
        (">=3.15", "3.13"),
        ("nonsense", "3.13"),
    ],
)
def test_the_python_is_one_that_the_project_allows(root: Path, requires: str, version: str) -> None:
    assert fit(root, f'[project]\nrequires-python = "{requires}"\n').python == version


@pytest.mark.parametrize(
    ("dependencies", "driver"),
    [
        ([], "postgresql+asyncpg"),
        (["aiosqlite"], "postgresql+asyncpg"),
        (["psycopg[binary]>=3"], "postgresql+psycopg"),
        (["PyMySQL"], "mysql+pymysql"),
        (["tortoise-orm", "asyncmy>=0.2 ; python_version > '3'"], "mysql+asyncmy"),
    ],
)
def test_the_driver_is_a_dependency(root: Path, dependencies: list[str], driver: str) -> None:
    assert fit(root, f"[project]\ndependencies = {dependencies}\n").driver == driver


def test_the_service_s_settings_are_stronger_than_its_dependencies(root: Path) -> None:
    pyproject = '[project]\ndependencies = ["asyncpg"]\n'
    named = {"SETTINGS__DATABASE__DRIVER": "mysql+aiomysql"}
    assert fit(root, pyproject, named).driver == "mysql+aiomysql"
    assert fit(root, pyproject, {"DATABASE_URL": "sqlite:///a.db"}).driver == "postgresql+asyncpg"
    url = {"DATABASE_URL": "postgresql+psycopg://app@db/app"}
    assert fit(root, pyproject, url).driver == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("pyproject", "scheme"),
    [
        ('[project]\ndependencies = ["alembic", "asyncpg"]\n', "postgresql+asyncpg"),
        ('[project]\ndependencies = ["tortoise-orm", "asyncpg"]\n', "postgres"),
        ('[project]\ndependencies = ["aiomysql"]\n[tool.aerich]\n', "mysql"),
        ("", "postgresql+asyncpg"),
    ],
)
def test_the_url_is_as_the_orm_reads_it(root: Path, pyproject: str, scheme: str) -> None:
    assert fit(root, pyproject).scheme == scheme


def test_the_health_path_is_a_route(root: Path) -> None:
    (root / "app.py").write_text('@app.get(\n    "/healthz",\n)\n')
    assert fit(root).health == "/healthz"
    (root / "app.py").write_text('@app.get("/notes")\n')
    assert fit(root).health == "/health"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fit", [MARIADB, POSTGRESQL], ids=lambda fit: fit.scheme)
def test_nothing_of_the_example_is_left(kind: str, fit: Fit) -> None:
    other = r"|postgres|5432" if fit is MARIADB else r"|mysql|mariadb|asyncpg"
    left = re.compile(rf"(?i)\bnotes\b|3\.13|/health\b{other}")
    texts = [source.read_text() for source, _ in scaffold.files(kind)]
    assert texts
    assert [found for text in texts for found in left.findall(fit.fitted(text))] == []


def test_every_entrypoint_file_is_written_or_documented() -> None:
    written = {source.resolve() for kind in KINDS for source, _ in scaffold.files(kind)}
    for path in ENTRYPOINTS.rglob("*"):
        if path.is_file() and path.resolve() not in written and path.name != "README.md":
            readme = ENTRYPOINTS / path.relative_to(ENTRYPOINTS).parts[0] / "README.md"
            assert path.name in readme.read_text(), path
