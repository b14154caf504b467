"""What the entrypoint files are fitted to: what is found out about the project."""

import operator
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from bootctl.config.files import read_toml, section
from bootctl.config.invocation import Invocation
from bootctl.config.service import Target
from bootctl.errors import DetectError
from bootctl.init import beside, texts, web, wheel
from bootctl.init.web import Server
from bootctl.output import log
from bootctl.project import detect
from bootctl.project.source_files import python_files
from bootctl.values import frozen
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
    "postgres:17.6": "mariadb:11.8.3",
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
_REDIS = {"redis", "valkey", "hiredis", "aioredis", "arq", "rq", "fakeredis", "coredis"}
_LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock", "requirements": "requirements.txt"}
_HEALTH_PATHS = ("/health", "/healthz", "/health/live", "/healthcheck", "/livez", "/ping")
_ROUTE = re.compile(rb"""(?:\.get|\.route|\bget|\bRoute|_route)\(\s*["'](/[\w/-]+)["']""")
_NAMED_URL = rb"""["']((?:[A-Z0-9]+_)*(?:%s)_(?:[A-Z0-9]+_)*(?:URL|URI|DSN))["']"""
_ASSIGNED_URL = rb"""(?m)^(?:export )?([A-Z0-9_]+)=["']?(?:%s)[+\w]*://"""
_URL = "DATABASE_URL"
_CACHE_URL = "REDIS_URL"
_ROBYN = Server("robyn")
_PATCHES = {"3.11": "3.11.14", "3.12": "3.12.12", "3.13": "3.13.9", "3.14": "3.14.0"}
"""The full versions of the images called python."""
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


@frozen
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
    has_health: bool = True
    """Whether that is a route of the project."""
    installer: str = "pyproject"
    """What names the dependencies: ``uv``, ``poetry``, ``requirements`` or ``pyproject``."""
    server: Server = _ROBYN
    settings: bool = True
    """Whether the settings are those of a project made by robyn-config."""
    url: str = _URL
    """The variable that names the database, where they are not."""
    cache_url: str = _CACHE_URL
    services: frozenset[str] = frozenset({"database", "cache", "mailing"})
    """What a composition has besides the service."""

    def fitted(self, text: str) -> str:
        """Return the text of an entrypoint file as this project needs it."""
        text = beside.added(texts.with_services(text, self.services), self.services)
        if "database" not in self.services:
            text = texts.with_file(text, tortoise=self.scheme in _TORTOISE_SCHEMES.values())
        text = texts.with_installer(text, self.installer)
        text = texts.with_server(text, self.server)
        text = text if self.has_health else texts.without_health(text)
        text = text if self.settings else texts.without_settings(text, self.url, self.cache_url)
        text = self._with_database(text)
        text = re.sub(rf"\b{_PYTHON}\.\d+\b", _PATCHES[self.python], text)
        text = re.sub(rf"\b{re.escape(_PYTHON)}\b(?!\.)", self.python, text)
        text = wheel.named(re.sub(rf"{_HEALTH}\b", self.health, text))
        return re.sub(r"\bnotes\b", self.name, text)

    def _with_database(self, text: str) -> str:
        text = text.replace(f"{_DRIVER}://", f"{self.scheme}://").replace(_DRIVER, self.driver)
        if self.driver.startswith("mysql"):
            for word, other in _MARIADB.items():
                text = text.replace(word, other)
        return text


def fit(invocation: Invocation) -> Fit:
    """Return what the project at ``invocation.root`` needs; what is not found is as in the files."""
    root, document = invocation.root, read_toml(invocation.root / "pyproject.toml")
    names = detect.dependencies(root, document)
    driver = _driver(invocation, names)
    health = _health(root)
    settings = _has_settings(invocation, document)
    found = Fit(
        name=_label(_name(root, document)),
        python=_python(_required_python(document)),
        driver=driver,
        scheme=_scheme(invocation, driver),
        health=health or _HEALTH,
        has_health=bool(health),
        installer=next(
            (way for way, lock in _LOCKS.items() if (root / lock).is_file()), "pyproject"
        ),
        server=web.find(invocation, names),
        settings=settings,
        url=_variable(root, b"DATABASE|POSTGRES|MYSQL|DB", b"postgres|mysql|mariadb|sqlite", _URL),
        cache_url=_variable(root, b"REDIS|CACHE|VALKEY", b"redis|valkey", _CACHE_URL),
        services=_services(invocation, names) if settings else _needed(names),
    )
    asked = f"is asked {health}" if health else "has no route that tells its health"
    log.event(
        "init.fitted",
        f"{found.name} runs on Python {found.python} and {found.driver}, and {asked}",
        service=found.name,
        python=found.python,
        driver=found.driver,
        health=health,
        server=found.server.kind,
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


def _required_python(document: dict[str, Any]) -> str:
    """Return what the project, or else Poetry, says of the Python: Poetry's carets and tildes as PEP 440 has it."""
    poetry = str(section(document, "tool", "poetry", "dependencies").get("python", ""))
    poetry = re.sub(r"~(?!=)", "==", poetry.replace("^", ">="))
    return str(section(document, "project").get("requires-python", poetry))


def _python(requires: str) -> str:
    """Return the default where ``requires-python`` allows it, or else the newest that it allows."""
    allowed = (f"3.{minor}" for minor in _MINORS if _allows(requires, minor))
    return next(allowed, _PYTHON)


def _allows(requires: str, minor: int) -> bool:
    return all(
        _COMPARISONS["==" if comparison == "~=" and patch else comparison](minor, int(version))
        for comparison, version, patch in _CLAUSE.findall(requires)
    )


def _driver(invocation: Invocation, names: Collection[str]) -> str:
    """Return the driver that the service's settings name, or that it depends on."""
    database = dependencies.database(invocation)
    if database and database.url.driver and database.url.scheme in _SERVERS:
        return database.url.kind
    return next((driver for name, driver in _DRIVERS.items() if name in names), _DRIVER)


def _scheme(invocation: Invocation, driver: str) -> str:
    try:
        backend = detect.detect(invocation.root, invocation.loaded.settings.orm).backend
    except DetectError:
        return driver
    tortoise = backend in ("aerich", "tortoise")
    return _TORTOISE_SCHEMES[driver.partition("+")[0]] if tortoise else driver


def _has_settings(invocation: Invocation, document: dict[str, Any]) -> bool:
    """Return whether the service has the settings of a project made by robyn-config."""
    variables = [*invocation.environ, *invocation.loaded.dotenv]
    made = section(document, "tool", "robyn-config")
    return bool(made) or any(name.upper().startswith("SETTINGS__") for name in variables)


def _services(invocation: Invocation, names: Collection[str]) -> frozenset[str]:
    """Return the services that the settings have a group for."""
    found = {"database"}
    for other in dependencies.others(invocation):
        named = (other.source if isinstance(other, Target) else other.what).lower()
        found |= {name for name in ("cache", "mailing") if name in named}
        if isinstance(other, Target) and named.startswith(("settings__broker", "settings__nosql")):
            found.add(other.url.scheme)
    return frozenset(found)


def _needed(names: Collection[str]) -> frozenset[str]:
    """Return the services that a project needs for what it depends on."""
    in_a_file = "aiosqlite" in names and _DRIVERS.keys().isdisjoint(names)
    cache = {"cache"} if _REDIS & set(names) else set()
    return frozenset(cache if in_a_file else {"database", *cache})


def _variable(root: Path, words: bytes, schemes: bytes, default: str) -> str:
    """Return the variable that ``.env``, its example or the code has for a URL of these ``schemes``."""
    found: list[bytes] = []
    for pattern, paths in (
        (_ASSIGNED_URL % schemes, (root / ".env", root / ".env.example")),
        (_NAMED_URL % words, python_files(root)),
    ):
        for path in paths:
            with suppress(OSError):
                found += re.findall(pattern, path.read_bytes())
    return default if default.encode() in found or not found else found[0].decode()


def _health(root: Path) -> str:
    """Return the path of the route that answers whether the service is well; empty where none does."""
    routes: set[str] = set()
    for path in python_files(root):
        with suppress(OSError):
            routes |= {match.decode() for match in _ROUTE.findall(path.read_bytes())}
    return next((path for path in _HEALTH_PATHS if path in routes), "")
