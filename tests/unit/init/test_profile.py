"""What entrypoint files are fitted to, and that nothing of the example is left in them."""

import re
from pathlib import Path

import pytest
import yaml

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


@pytest.mark.parametrize(("python", "version"), [("^3.11", "3.13"), ("~3.12", "3.12")])
def test_the_python_may_be_poetry_s(root: Path, python: str, version: str) -> None:
    assert fit(root, f'[tool.poetry.dependencies]\npython = "{python}"\n').python == version


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


def test_without_a_health_route_any_answer_is_one(root: Path) -> None:
    found = fit(root)
    assert not found.has_health
    docker, k8s = (
        "".join(found.fitted(source.read_text()) for source, _ in scaffold.files(kind))
        for kind in ("docker", "k8s")
    )
    assert "c.request('GET', '/')" in docker
    assert "status >= 500" in docker
    assert k8s.count("tcpSocket:") == 3
    assert "httpGet" not in k8s


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("uv.lock", "uv sync --frozen"),
        ("poetry.lock", "poetry export"),
        ("requirements.txt", "-r requirements.txt"),
        ("", "-r pyproject.toml"),
    ],
)
def test_the_lock_is_what_is_installed(root: Path, lock: str, said: str) -> None:
    if lock:
        (root / lock).write_text("")
    found = fit(root)
    for kind, name in (("docker", "Dockerfile"), ("ci", "action.yaml"), ("ci", "gitlab.yaml")):
        [text] = [path.read_text() for path, _ in scaffold.files(kind) if path.name == name]
        text = found.fitted(text)
        in_action = name == "action.yaml" and said.startswith("-r ")
        assert (f"default: {said[3:]}\n" if in_action else said) in text or name == "Dockerfile"
        assert "uv sync" not in text or lock == "uv.lock"
        assert ("COPY ${SERVICE}/pyproject.toml ${SERVICE}/uv.lock" in text) == (
            lock == "uv.lock" and name == "Dockerfile"
        )


@pytest.mark.parametrize(
    ("names", "environ", "services"),
    [
        (["asyncpg"], {}, {"database"}),
        (["asyncpg", "redis"], {}, {"database", "cache"}),
        (["aiosqlite"], {}, set()),
        (["aiosqlite", "asyncpg"], {}, {"database"}),
        ([], {"SETTINGS__MAILING__HOST": "mail"}, {"database", "mailing"}),
    ],
)
def test_only_the_services_that_are_used(
    root: Path, names: list[str], environ: dict[str, str], services: set[str]
) -> None:
    found = fit(root, f"[project]\ndependencies = {names}\n", environ)
    assert found.services == services
    [(source, _)] = scaffold.files("compose")
    text = found.fitted(source.read_text())
    assert set(yaml.safe_load(text)["services"]) == {*services, found.name}
    assert ("SETTINGS__" in text) == bool(environ)
    assert ("REDIS_URL: redis://cache" in text) == ("redis" in names)
    assert ("DATABASE_URL: sqlite+aiosqlite:////data/project.db" in text) == (services == set())
    assert ("- data:/data" in text) == (services == set())
    for source, name in scaffold.files("ci"):
        written = yaml.safe_load(found.fitted(source.read_text()))
        assert ("postgres:" in str(written)) == ("database" in services and "action" not in name)


@pytest.mark.parametrize(
    ("environ", "service", "image"),
    [
        ({"BROKER__PORT": "5672"}, "broker", "rabbitmq:"),
        ({"BROKER__PORT": "6380"}, "broker", "valkey/valkey:"),
        ({"BROKER__BOOTSTRAP_SERVERS": "localhost:29092"}, "broker", "apache/kafka:"),
        ({"NOSQL__MONGODB__HOST": "localhost"}, "mongodb", "mongo:"),
        ({"NOSQL__NEO4J__URI": "neo4j://localhost"}, "neo4j", "neo4j:"),
    ],
)
def test_a_broker_or_document_store_of_the_settings_is_added(
    root: Path, environ: dict[str, str], service: str, image: str
) -> None:
    found = fit(root, environ={f"SETTINGS__{key}": value for key, value in environ.items()})
    [(source, _)] = scaffold.files("compose")
    services = yaml.safe_load(found.fitted(source.read_text()))["services"]
    assert set(services) == {"project", "database", service}
    assert services[service]["image"].startswith(image)
    places = [str(value) for key, value in services["project"]["environment"].items()]
    assert any(service in value for value in places)


@pytest.mark.parametrize(
    ("name", "text", "variable"),
    [
        (".env.example", "BLOG_DB=postgresql://app@db/blog\nPOSTGRES_DB=blog\n", "BLOG_DB"),
        ("settings.py", "os.environ['SQLALCHEMY_DATABASE_URI']\n", "SQLALCHEMY_DATABASE_URI"),
        ("settings.py", "os.getenv('DB_HOST')\n", "DATABASE_URL"),
    ],
)
def test_the_database_s_variable_is_the_project_s(
    root: Path, name: str, text: str, variable: str
) -> None:
    (root / name).write_text(text)
    [(source, _)] = scaffold.files("compose")
    service = yaml.safe_load(fit(root).fitted(source.read_text()))["services"]["project"]
    assert [key for key in service["environment"] if "U" in key or "DB" in key] == [variable]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fit", [MARIADB, POSTGRESQL], ids=lambda fit: fit.scheme)
def test_nothing_of_the_example_is_left(kind: str, fit: Fit) -> None:
    other = r"|postgres|5432" if fit is MARIADB else r"|mysql|mariadb|asyncpg"
    left = re.compile(rf"(?i)\bnotes\b|3\.13|/health\b{other}")
    texts = [source.read_text() for source, _ in scaffold.files(kind)]
    assert texts
    assert [found for text in texts for found in left.findall(fit.fitted(text))] == []


def test_nothing_of_robyn_is_left_for_another_server(root: Path) -> None:
    (root / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    found = fit(root, '[project]\ndependencies = ["uvicorn"]\n')
    texts = {
        name: found.fitted(path.read_text())
        for kind in KINDS
        for path, name in scaffold.files(kind)
    }
    left = re.compile(r"(?i)robyn(?!_bootctl|-bootctl)|SERVER__MODE|SETTINGS__")
    assert {name: words for name, text in texts.items() if (words := left.findall(text))} == {}
    assert "run -- uvicorn main:app --host 127.0.0.1 --port 8000\n" in texts["bootctl.mk"]


def test_every_entrypoint_file_is_written_or_documented() -> None:
    written = {source.resolve() for kind in KINDS for source, _ in scaffold.files(kind)}
    for path in ENTRYPOINTS.rglob("*"):
        if path.is_file() and path.resolve() not in written and path.name != "README.md":
            readme = ENTRYPOINTS / path.relative_to(ENTRYPOINTS).parts[0] / "README.md"
            assert path.name in readme.read_text(), path
