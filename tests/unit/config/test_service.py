"""What the service's own settings say it will connect to."""

from pathlib import Path
from typing import Any

import pytest

from bootctl.config.service import Service, Skipped, Target
from bootctl.config.settings import Settings
from bootctl.errors import SettingsError

Variables = dict[str, str]


def group(fields: Variables, name: str = "cache") -> Variables:
    prefix = f"SETTINGS__{name.upper().replace('.', '__')}__"
    return {f"{prefix}{key.upper()}": value for key, value in fields.items()}


def found(root: Path, variables: Variables, dotenv: Variables | None = None) -> list[Any]:
    return list(Service(root, variables, dotenv or {}).others())


def url(root: Path, name: str, **fields: str) -> str:
    """The only target of a group, its password included."""
    [target] = found(root, group(fields, name))
    assert isinstance(target, Target), target
    return target.url.plain(target.url.kind)


def declare(root: Path, **modules: str) -> None:
    """A package of settings as robyn-config makes it."""
    package = root / "src" / "app" / "config"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('env_prefix = "SETTINGS__"\n')
    for name, fields in modules.items():
        path = package.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(f"class Settings(BaseModel):\n    {fields}\n")


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("cache", {"host": "c"}, "redis://c/0"),
        ("cache", {"host": "c", "port": "1", "db": "2", "use_fake": "false"}, "redis://c:1/2"),
        ("cache", {"url": "rediss://:p%40@c:1/2"}, "rediss://:p%40@c:1/2"),
        ("cache", {"host": "c", "username": "u", "password": "p@"}, "redis://u:p%40@c/0"),
        ("mailing", {"host": "m", "port": "1025"}, "smtp://m:1025"),
        (
            "mailing",
            {"host": "m", "port": "1025", "start_tls": "true"},
            "smtp+starttls://m:1025",
        ),
        ("mailing", {"host": "m", "username": "u", "password": "p/"}, "smtp://u:p%2F@m"),
        ("broker", {"host": "b"}, "redis://b/0"),
        ("broker", {"host": "b", "port": "6379", "db": "1"}, "redis://b:6379/1"),
        (
            "broker",
            {"host": "b", "port": "5672", "user": "u", "password": "p"},
            "amqp://u:p@b:5672/%2F",
        ),
        ("broker", {"host": "b", "virtual_host": "a/b"}, "amqp://b/a%2Fb"),
        ("broker", {"url": "amqps://u:p@b/%2Fx"}, "amqps://u:p@b/%2Fx"),
        ("broker", {"bootstrap_servers": "a:1,b:2"}, "kafka://a:1,b:2"),
        ("nosql.mongodb", {"host": "m", "database": "d"}, "mongodb://m/d"),
        ("nosql.mongodb", {"url": "mongodb+srv://u:p@m/d"}, "mongodb+srv://u:p@m/d"),
        (
            "nosql.mongodb",
            {"host": "m", "user": "u", "password": "p@", "database": "d", "auth_source": "admin"},
            "mongodb://u:p%40@m/d?authSource=admin",
        ),
        (
            "nosql.neo4j",
            {"uri": "neo4j+s://n:1", "user": "u", "password": "p", "database": "d"},
            "neo4j+s://u:p@n:1/d",
        ),
        ("worker", {"redis_url": "redis://r/1"}, "redis://r/1"),
        (
            "worker",
            {"backend": "rabbitmq", "rabbitmq_url": "amqp://r", "redis_url": "x://"},
            "amqp://r",
        ),
    ],
)
def test_a_group_of_variables_names_a_target(
    root: Path, name: str, fields: Variables, expected: str
) -> None:
    assert url(root, name, **fields) == expected


def test_a_user_without_a_name_is_nobody_to_log_in_as(root: Path) -> None:
    declare(root, mailing='username: str = ""; password: str = ""')
    [target] = found(root, group({"host": "m"}, "mailing"))
    assert (target.url.user, target.url.password) == (None, None)


@pytest.mark.parametrize("value", ["true", "True", "1", "yes", "on"])
def test_a_fake_cache_is_not_waited_for(root: Path, value: str) -> None:
    [skipped] = found(root, group({"host": "c", "use_fake": value}))
    assert skipped == Skipped("cache", "SETTINGS__CACHE__USE_FAKE is true")


def test_a_celery_worker_has_two_targets(root: Path) -> None:
    fields = {"broker_url": "amqp://b//", "result_backend": "redis://r/3"}
    assert [target.url.database for target in found(root, group(fields, "worker"))] == ["/", "3"]


def test_without_settings_there_is_nothing(root: Path) -> None:
    assert not found(root, {"SETTINGS__DEBUG": "true", "OTHER__CACHE__HOST": "c"})


def test_variables_are_read_in_any_case_and_win_over_dotenv(root: Path) -> None:
    [target] = found(root, {"settings__Cache__Host": "a"}, {"SETTINGS__CACHE__HOST": "b"})
    assert target.url.host == "a"


def test_what_the_code_declares_is_the_default(root: Path) -> None:
    declare(
        root,
        cache='host: str = "cache"\n    port: int = 6379\n    db: int = 0\n    use_fake: bool = True',
        broker='bootstrap_servers: str = "broker:9092"',
        nosql__neo4j='uri: str = "neo4j://neo4j:7687"\n    user: str = "neo4j"',
        mailing='host: str = "localhost"\n    port: int = 1025',
        logging='file: str = "app"',
    )
    cache, mailing, broker, neo4j = found(root, {})
    assert cache.reason == "SETTINGS__CACHE__USE_FAKE is true, by default"
    assert mailing.reason == "SETTINGS__MAILING__HOST is not set"
    assert str(broker.url) == "kafka://broker:9092"
    assert broker.source == "SETTINGS__BROKER__BOOTSTRAP_SERVERS (default)"
    assert str(neo4j.url) == "neo4j://neo4j@neo4j:7687"
    [cache, *_] = found(root, group({"use_fake": "false", "host": "c"}))
    assert (str(cache.url), cache.source) == ("redis://c:6379/0", "SETTINGS__CACHE__HOST")


@pytest.mark.parametrize(
    "source", ["class Settings(", "\0", "x = 1", "class Settings:\n  a: int = f()"]
)
def test_code_that_cannot_be_read_declares_nothing(root: Path, source: str) -> None:
    declare(root)
    (root / "src/app/config/cache.py").write_text(source)
    [target] = found(root, {})
    assert str(target.url) == "redis://cache/0"


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "1.5"])
def test_a_port_that_is_none_names_its_variable(root: Path, port: str) -> None:
    with pytest.raises(SettingsError, match="SETTINGS__BROKER__PORT"):
        found(root, group({"host": "b", "port": port}, "broker"))


def test_a_url_that_is_none_names_its_variable_and_shows_no_secret(root: Path) -> None:
    fields = {"redis_url": "redis://u:canary@host:port"}
    with pytest.raises(SettingsError, match="SETTINGS__WORKER__REDIS_URL") as caught:
        found(root, group(fields, "worker"))
    assert "canary" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("variables", "expected", "source"),
    [
        (
            group(
                {"driver": "postgresql+asyncpg", "user": "u", "password": "p@", "name": "n"},
                "database",
            ),
            "postgresql+asyncpg://u:p%40@database/n",
            "SETTINGS__DATABASE__HOST (default)",
        ),
        ({"DATABASE_URL": "mysql://u@h/n"}, "mysql://u@h/n", "DATABASE_URL"),
    ],
)
def test_the_database_that_the_settings_name(
    root: Path, variables: Variables, expected: str, source: str
) -> None:
    target = Service(root, variables, {}).database(Settings())
    assert target
    assert (target.url.plain(target.url.kind), target.source) == (expected, source)


@pytest.mark.parametrize("variables", [{}, group({"driver": "sqlite+aiosqlite"}, "database")])
def test_a_database_that_only_code_names(root: Path, variables: Variables) -> None:
    assert Service(root, variables, {}).database(Settings()) is None
