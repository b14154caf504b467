"""The service's own settings, as far as they say what the service will connect to.

``SETTINGS__GROUP__FIELD`` are the variables of a project made by robyn-config, in the environment
or in its ``.env``; what they leave unsaid is what the project's code defaults to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootctl.config.service_defaults import defaults
from bootctl.database.url import Url, parse
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor
from bootctl.values import frozen

if TYPE_CHECKING:  # a boot that is verified already does without
    from bootctl.config.settings import Settings

_PREFIX = "SETTINGS__"
_FALSE = ("", "0", "false", "f", "no", "n", "off")
_AMQP_PORT = "5672"


@frozen
class Target:
    """What is waited for, and what names it."""

    url: Url
    source: str

    def is_named_by(self, patterns: Sequence[str]) -> bool:
        """Return whether one of ``patterns`` is its group of settings, scheme or host, or fits its URL."""
        variable = self.source.partition(" ")[0].removeprefix(_PREFIX)
        group = variable.rpartition("__")[0].lower().replace("__", ".")
        url = self.url
        hosts = (name for name, _ in url.hosts if name)
        named = {group, group.rpartition(".")[2], url.scheme, url.kind, url.location, *hosts}
        named |= {str(url), self.source}
        return any(fnmatchcase(name, pattern) for pattern in patterns for name in named if name)


@frozen
class Skipped:
    """What the service has settings for and is not waited for, and why."""

    what: str
    reason: str


Found = Iterator[Target | Skipped]


class Group:
    """One group of the service's settings: its variables over what the code declares."""

    def __init__(
        self, name: str, declared: Mapping[str, Any] | None, variables: Mapping[str, str]
    ) -> None:
        self.name = name
        prefix = self.variable("")
        self.named = {
            key.removeprefix(prefix).lower(): value
            for key, value in variables.items()
            if key.startswith(prefix)
        }
        self._values = {
            k: v for k, v in {**(declared or {}), **self.named}.items() if v is not None
        }
        self.exists = declared is not None or bool(self.named)

    def variable(self, field: str) -> str:
        """Return the environment variable of a field."""
        return f"{_PREFIX}{self.name.upper().replace('.', '__')}__{field.upper()}"

    def text(self, field: str, default: str = "") -> str:
        """Return the value of a field, as text."""
        return str(self._values.get(field, default))

    def is_true(self, field: str) -> bool:
        """Return whether a field is set to what pydantic takes for true."""
        return self.text(field).lower() not in _FALSE

    def parsed(self, field: str, scheme: str = "") -> Target:
        """Return the target that a field names by its URL, or by the part of it behind ``scheme``."""
        text = f"{scheme}{self.text(field)}"
        redactor.add_url_text(text)
        return Target(parse(text, name=self.variable(field)), self._source(field))

    def address(self, scheme: str, path: str = "", user: str = "user") -> Target:
        """Return the target that the fields for host, port, user and password name together."""
        kind, _, driver = scheme.partition("+")
        url = Url(
            scheme=kind,
            driver=driver,
            user=self.text(user) or None,  # an empty one is none: there is nobody to log in as
            password=self.text("password") or None,
            host=self.text("host", self.name.rpartition(".")[2]),
            port=self._port(),
            path=f"/{path}" if path else "",
        )
        redactor.add_url(url)
        return Target(url, self._source("host"))

    def _port(self) -> int | None:
        port = self.text("port")
        if port and not (port.isdecimal() and int(port) < 1 << 16):
            raise SettingsError(
                f"{self.variable('port')} is not a number from 0 to 65535",
                hint=f"Correct {self.variable('port')}.",
            )
        return int(port) if port else None

    def _source(self, field: str) -> str:
        default = "" if field in self.named else " (default)"
        return f"{self.variable(field)}{default}"


class Service:
    """What the service will connect to."""

    def __init__(self, root: Path, environ: Mapping[str, str], dotenv: Mapping[str, str]) -> None:
        self._declared = defaults(root)
        self._variables = {**_upper(dotenv), **_upper(environ)}

    def database(self, settings: "Settings") -> Target | None:
        """Return the database as settings and environment name it; ``None`` where only code does.

        The SQLite file of a project made by robyn-config is placed by its code.
        """
        if settings.database.url is not None:
            url = parse(settings.database.url.get_secret_value(), name="database.url")
            return Target(url, "database.url")
        return self.own_database()

    def own_database(self) -> Target | None:
        """Return the database that the service's own variables name."""
        group = self._group("database")
        driver = group.text("driver", "sqlite")
        if not driver.startswith("sqlite"):
            return group.address(driver, path=group.text("name", "database"))
        if self._variables.get("DATABASE_URL"):
            return Target(
                parse(self._variables["DATABASE_URL"], name="DATABASE_URL"), "DATABASE_URL"
            )
        return None

    def others(self) -> Found:
        """Yield what it connects to besides its database."""
        for name, read in _GROUPS.items():
            group = self._group(name)
            if group.exists:
                yield from read(group)

    def _group(self, name: str) -> Group:
        return Group(name, self._declared.get(name), self._variables)


def _cache(group: Group) -> Found:
    if group.is_true("use_fake"):
        default = "" if "use_fake" in group.named else ", by default"
        yield Skipped(group.name, f"{group.variable('use_fake')} is true{default}")
    else:
        yield _redis(group)


def _mailing(group: Group) -> Found:
    # Every project's code has a mail server on localhost, and few have one in development; a port
    # alone names none.
    if group.named.get("host"):
        scheme = "smtp+starttls" if group.is_true("start_tls") else "smtp"
        yield group.address(scheme, user="username")
    else:
        yield Skipped(group.name, f"{group.variable('host')} is not set")


def _broker(group: Group) -> Found:
    if group.text("bootstrap_servers"):
        yield group.parsed("bootstrap_servers", "kafka://")
    elif group.text("url"):
        yield group.parsed("url")
    elif group.text("virtual_host") or group.text("port") == _AMQP_PORT:
        yield group.address("amqp", path=group.text("virtual_host", "/"))
    else:
        yield _redis(group)


def _mongodb(group: Group) -> Found:
    if group.text("url"):
        yield group.parsed("url")
        return
    found = group.address("mongodb", path=group.text("database"))
    source = group.text("auth_source")
    yield replace(found, url=replace(found.url, query={"authSource": source} if source else {}))


def _neo4j(group: Group) -> Found:
    if not group.text("uri"):
        yield Skipped(group.name, f"{group.variable('uri')} is not set")
        return
    server, own = group.parsed("uri"), group.address("neo4j", path=group.text("database")).url
    url = replace(server.url, path=own.path or server.url.path)
    if own.user:
        url = replace(url, user=own.user, password=own.password)
    yield replace(server, url=url)


def _worker(group: Group) -> Found:
    backend = group.text("backend")
    urls = ("broker_url", "result_backend", "redis_url", "rabbitmq_url")
    for field in (f"{backend}_url",) if backend else urls:
        if group.text(field):
            yield group.parsed(field)


def _redis(group: Group) -> Target:
    return (
        group.parsed("url")
        if group.text("url")
        else group.address("redis", path=group.text("db", "0"), user="username")
    )


_GROUPS = {
    "cache": _cache,
    "mailing": _mailing,
    "broker": _broker,
    "nosql.mongodb": _mongodb,
    "nosql.neo4j": _neo4j,
    "worker": _worker,
}


def _upper(variables: Mapping[str, str]) -> dict[str, str]:
    """Return them as pydantic-settings reads them: their names in any case."""
    return {key.upper(): value for key, value in variables.items()}
