"""Services of a composition that few projects have: each is added where the settings name it."""

from collections.abc import Collection

from bootctl.values import frozen

_REQUIRED = ":?set it in .env}"
_BROKER = "SETTINGS__BROKER__"
_MONGODB = "SETTINGS__NOSQL__MONGODB__"
_NEO4J = "SETTINGS__NOSQL__NEO4J__"
_BEHIND = "      SETTINGS__LOGGING__FILE:"
_BEFORE = "\nvolumes:\n"


@frozen
class Beside:
    """A service: its name, its image, its variables, and those by which the project finds it."""

    name: str
    image: str
    environment: tuple[str, ...]
    settings: tuple[str, ...]


SERVICES = {
    "amqp": Beside(
        "broker",
        "rabbitmq:4.1.3-alpine",
        (
            f"RABBITMQ_DEFAULT_USER: ${{{_BROKER}USER:-app}}",
            f"RABBITMQ_DEFAULT_PASS: ${{{_BROKER}PASSWORD{_REQUIRED}",
            f"RABBITMQ_DEFAULT_VHOST: ${{{_BROKER}VIRTUAL_HOST:-/}}",
        ),
        (
            f"{_BROKER}HOST: broker",
            f'{_BROKER}PORT: "5672"',
            f"{_BROKER}USER: ${{{_BROKER}USER:-app}}",
            f"{_BROKER}PASSWORD: ${{{_BROKER}PASSWORD{_REQUIRED}",
            f"{_BROKER}VIRTUAL_HOST: ${{{_BROKER}VIRTUAL_HOST:-/}}",
        ),
    ),
    "redis": Beside(
        "broker",
        "valkey/valkey:8.1.3-alpine",
        (),
        (f"{_BROKER}HOST: broker", f'{_BROKER}PORT: "6379"'),
    ),
    "kafka": Beside(
        "broker",
        "apache/kafka:4.0.0",
        (
            'KAFKA_NODE_ID: "1"',
            "KAFKA_PROCESS_ROLES: broker,controller",
            "KAFKA_LISTENERS: PLAINTEXT://:9092,CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://broker:9092",
            "KAFKA_CONTROLLER_LISTENER_NAMES: CONTROLLER",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "KAFKA_CONTROLLER_QUORUM_VOTERS: 1@localhost:9093",
            'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1"',
        ),
        (f"{_BROKER}BOOTSTRAP_SERVERS: broker:9092",),
    ),
    "mongodb": Beside(
        "mongodb",
        "mongo:8.0.12",
        (
            f"MONGO_INITDB_ROOT_USERNAME: ${{{_MONGODB}USER:-app}}",
            f"MONGO_INITDB_ROOT_PASSWORD: ${{{_MONGODB}PASSWORD{_REQUIRED}",
        ),
        (
            f"{_MONGODB}HOST: mongodb",
            f'{_MONGODB}PORT: "27017"',
            f"{_MONGODB}USER: ${{{_MONGODB}USER:-app}}",
            f"{_MONGODB}PASSWORD: ${{{_MONGODB}PASSWORD{_REQUIRED}",
        ),
    ),
    "neo4j": Beside(
        "neo4j",
        "neo4j:5.26.0",
        (f"NEO4J_AUTH: neo4j/${{{_NEO4J}PASSWORD{_REQUIRED}",),
        (
            f"{_NEO4J}URI: neo4j://neo4j:7687",
            f"{_NEO4J}USER: neo4j",
            f"{_NEO4J}PASSWORD: ${{{_NEO4J}PASSWORD{_REQUIRED}",
        ),
    ),
}
"""By the scheme of the URL that the settings make."""


def added(text: str, kinds: Collection[str]) -> str:
    """Return a composition with these of ``SERVICES`` too; any other text as it is."""
    for kind in sorted(kinds & SERVICES.keys()):
        found = SERVICES[kind]
        if _BEHIND in text and _BEFORE in text:
            lines = "".join(f"      {line}\n" for line in found.settings)
            text = text.replace(_BEHIND, f"{lines}{_BEHIND}", 1)
            text = text.replace(_BEFORE, f"{_block(found)}{_BEFORE}", 1)
    return text


def _block(service: Beside) -> str:
    lines = [f"\n  {service.name}:", f"    image: {service.image}"]
    if service.environment:
        lines += ["    environment:", *(f"      {line}" for line in service.environment)]
    return "\n".join([*lines, "    restart: unless-stopped", ""])
