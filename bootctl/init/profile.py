"""What the entrypoint files are fitted to: what is found out about the project."""

import operator
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootctl.config.files import read_toml, section
from bootctl.config.invocation import Invocation
from bootctl.errors import DetectError
from bootctl.output import log
from bootctl.project import detect
from bootctl.project.source_files import python_files
from bootctl.wait import dependencies

# What stands in the files as they are: a service called notes, on PostgreSQL.
_PYTHON = "3.13"
_HEALTH = "/health"
_DRIVER = "postgresql+asyncpg"
_MARIADB = {
    "POSTGRES_HOST_AUTH_METHOD: trust": 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: "true"',
    "POSTGRES_INITDB_ARGS: --data-checksums": 'MARIADB_RANDOM_ROOT_PASSWORD: "true"',
    "POSTGRES_DB": "MARIADB_DATABASE",
    "POSTGRES": "MARIADB",
    "/var/lib/postgresql/data": "/var/lib/mysql",
    "postgres:17": "mariadb:11.8",
    "postgresql": "mysql",
    "postgres": "mariadb",
    "5432": "3306",
}
_DRIVERS = {
    "asyncpg": _DRIVER,
    "psycopg": "postgresql+psycopg",
    "psycopg2": "postgresql+psycopg2",
    "psycopg2-binary": "postgresql+psycopg2",
    "aiomysql": "mysql+aiomysql",
    "asyncmy": "mysql+asyncmy",
    "pymysql": "mysql+pymysql",
    "mysqlclient": "mysql+mysqldb",
}
_TORTOISE_SCHEMES = {"postgresql": "postgres", "mysql": "mysql"}
_SERVERS = ("postgresql", "mysql")
_HEALTH_PATHS = ("/health", "/healthz", "/health/live", "/healthcheck", "/livez", "/ping")
_ROUTE = re.compile(rb"""\.get\(\s*["'](/[\w/-]+)["']""")
_MINORS = (13, 14, 12, 11)
"""The Python versions that bootctl supports, the default first."""
_CLAUSE = re.compile(r"(~=|[<>=!]=|[<>])\s*3\.(\d+)(\.\d+)?")
_COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "~=": operator.ge,
}
_LONGEST_NAME = 40
_TAKEN = ("database", "cache", "mailing")
"""What the other services of a composition are called."""
_NO_TEXT = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
"""What YAML reads as something else."""


@dataclass(frozen=True)
class Fit:
    """What is put in the place of the example's own words."""

    name: str
    """A DNS label."""
    python: str
    driver: str
    """As SQLAlchemy names it, such as ``postgresql+asyncpg``."""
    scheme: str
    """Of ``DATABASE_URL``, as the project's ORM reads it."""
    health: str

    def fitted(self, text: str) -> str:
        """Return the text of an entrypoint file as this project needs it."""
        text = text.replace(f"{_DRIVER}://", f"{self.scheme}://").replace(_DRIVER, self.driver)
        if self.driver.startswith("mysql"):
            for word, other in _MARIADB.items():
                text = text.replace(word, other)
        text = re.sub(rf"\b{re.escape(_PYTHON)}\b", self.python, text)
        text = re.sub(rf"{_HEALTH}\b", self.health, text)
        return re.sub(r"\bnotes\b", self.name, text)


def fit(invocation: Invocation) -> Fit:
    """Return what the project at ``invocation.root`` needs; what is not found is as in the files."""
    document = read_toml(invocation.root / "pyproject.toml")
    driver = _driver(invocation, document)
    found = Fit(
        name=_label(_name(invocation.root, document)),
        python=_python(str(section(document, "project").get("requires-python", ""))),
        driver=driver,
        scheme=_scheme(invocation, driver),
        health=_health(invocation.root),
    )
    log.event(
        "init.fitted",
        f"{found.name} runs on Python {found.python} and {found.driver}, and is asked {found.health}",
        service=found.name,
        python=found.python,
        driver=found.driver,
        health=found.health,
    )
    return found


def _name(root: Path, document: dict[str, Any]) -> str:
    names = (section(document, *table).get("name") for table in (("project",), ("tool", "poetry")))
    return next((name for name in names if isinstance(name, str)), root.name)


def _label(name: str) -> str:
    """``name`` as a DNS label, with room for what manifests append to it."""
    label = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_NAME].strip("-")
    if not label[:1].isalpha():
        label = f"service-{label}".strip("-")
    return f"{label}-service" if label in _TAKEN + _NO_TEXT else label


def _python(requires: str) -> str:
    """Return the default where ``requires-python`` allows it, or else the newest that it allows."""
    allowed = (f"3.{minor}" for minor in _MINORS if _allows(requires, minor))
    return next(allowed, _PYTHON)


def _allows(requires: str, minor: int) -> bool:
    return all(
        _COMPARISONS["==" if comparison == "~=" and patch else comparison](minor, int(version))
        for comparison, version, patch in _CLAUSE.findall(requires)
    )


def _driver(invocation: Invocation, document: dict[str, Any]) -> str:
    """Return the driver that the service's settings name, or that it depends on."""
    database = dependencies.database(invocation)
    if database and database.url.driver and database.url.scheme in _SERVERS:
        return database.url.kind
    names = detect.dependencies(invocation.root, document)
    return next((driver for name, driver in _DRIVERS.items() if name in names), _DRIVER)


def _scheme(invocation: Invocation, driver: str) -> str:
    try:
        backend = detect.detect(invocation.root, invocation.loaded.settings.orm).backend
    except DetectError:
        return driver
    tortoise = backend in ("aerich", "tortoise")
    return _TORTOISE_SCHEMES[driver.partition("+")[0]] if tortoise else driver


def _health(root: Path) -> str:
    """Return the path of the route that answers whether the service is well."""
    routes: set[str] = set()
    for path in python_files(root):
        with suppress(OSError):
            routes |= {match.decode() for match in _ROUTE.findall(path.read_bytes())}
    return next((path for path in _HEALTH_PATHS if path in routes), _HEALTH)
