"""One small sibling for each protocol, behind ``Probe``."""

import importlib
from collections.abc import Callable

from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.probe import Probe

_SQL = {
    "postgresql": "postgresql.PostgreSQL",
    "postgres": "postgresql.PostgreSQL",
    "mysql": "mysql.MySQL",
    "mariadb": "mysql.MySQL",
    "sqlite": "sqlite.SQLite",
}
"""Schemes whose URLs may name any driver, as SQLAlchemy's do."""

_OTHERS = {
    **dict.fromkeys(("redis", "rediss", "redis+unix", "redis+socket"), "redis.Redis"),
    **dict.fromkeys(("valkey", "valkeys"), "redis.Redis"),
    **dict.fromkeys(("amqp", "amqps"), "rabbitmq.RabbitMQ"),
    **dict.fromkeys(("kafka", "kafka+ssl"), "kafka.Kafka"),
    **dict.fromkeys(("nats", "nats+tls"), "nats.NATS"),
    **dict.fromkeys(("memcached", "memcached+tls"), "memcached.Memcached"),
    **dict.fromkeys(("mongodb", "mongodb+srv"), "mongodb.MongoDB"),
    **dict.fromkeys(("neo4j", "neo4j+s", "neo4j+ssc"), "neo4j.Neo4j"),
    **dict.fromkeys(("bolt", "bolt+s", "bolt+ssc"), "neo4j.Neo4j"),
    **dict.fromkeys(("smtp", "smtps", "smtp+starttls"), "smtp.SMTP"),
    **dict.fromkeys(("http", "https"), "http.HTTP"),
    "tcp": "tcp.Tcp",
    "unix": "local.Unix",
    "dns": "dns.DNS",
    "file": "local.File",
}

SCHEMES = (*_SQL, *_OTHERS)
"""Every scheme that can be waited for."""


def knows(url: Url) -> bool:
    """Return whether there is a probe for ``url``."""
    return url.scheme in _SQL or url.kind in _OTHERS


def create(url: Url) -> Probe:
    """Return the probe for ``url``. Raises ``SettingsError`` for a scheme that none is for."""
    if not knows(url):
        raise SettingsError(
            f"nothing is known about how to wait for {url.kind}://",
            hint=f"Use one of {', '.join(SCHEMES)}; tcp://HOST:PORT is for any server.",
            target=str(url),
        )
    return kind(url.kind if url.kind in _OTHERS else url.scheme)(url)


def kind(scheme: str) -> Callable[[Url], Probe]:
    """Return the class of the probe for one of ``SCHEMES``."""
    module, _, name = {**_SQL, **_OTHERS}[scheme].partition(".")
    found: Callable[[Url], Probe] = getattr(
        importlib.import_module(f"bootctl.wait.probes.{module}"), name
    )
    return found
