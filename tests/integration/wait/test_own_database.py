"""A project's database is asked as the project would ask it, whatever its code supplies.

A server that asks for a password tells who has one; a driver is asked about once, with its engine.
"""

import functools
import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import psycopg2
import pytest
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from bootctl.config.secret import Secret
from bootctl.config.settings import Database as Named
from bootctl.config.settings import Settings, Wait
from bootctl.database.url import parse
from bootctl.errors import NotReadyError, RefusedError, SettingsError
from bootctl.migrate.alembic.databases import Databases
from bootctl.wait import loop, schemes
from bootctl.wait.probes.own import OwnDatabase
from tests.support.processes.waits import hurry
from tests.support.servers import standard
from tests.support.servers.ports import free_port
from tests.support.servers.standard import Server

PASSWORD = "right"
DRIVERS = ("psycopg", "psycopg2", "asyncpg")
LIBPQ = DRIVERS[:2]
drivers = pytest.mark.parametrize("driver", DRIVERS)


@functools.cache
def server() -> Server:
    """A PostgreSQL that asks for a password."""
    return standard.start_postgresql(auth="scram-sha-256", password=PASSWORD)


def engine(driver: str, url: str, **options: Any) -> Engine:
    """An engine as an env.py makes its own."""
    if driver == "asyncpg":
        return create_async_engine(f"postgresql+asyncpg://{url}", **options).sync_engine
    return create_engine(f"postgresql+{driver}://{url}", **options)


def ask(own: Engine, url: str | None = None, *, migration_url: str | None = None) -> None:
    """Wait for where the engine leads, as a boot does. Raises what the wait does."""
    named = (Secret(item) if item else None for item in (url, migration_url))
    settings = Settings(database=Named(*named))
    databases = Databases(Config(), settings)
    connector = databases.connector(databases.url(own))
    assert connector is not None
    loop.wait_for([OwnDatabase(connector)], replace(settings.wait, timeout=5))


def address(user: str = "bootctl@") -> str:
    return f"{user}{server().host}:{server().port}/postgres"


@drivers
def test_a_listener_may_supply_the_password(driver: str) -> None:
    own = engine(driver, address())

    @event.listens_for(own, "do_connect")
    def token(dialect: Any, record: Any, args: Any, kw: dict[str, Any]) -> None:
        kw["password"] = PASSWORD

    ask(own)


@drivers
def test_arguments_may_lead_elsewhere_than_the_url(driver: str) -> None:
    name = "database" if driver == "asyncpg" else "dbname"
    place = {"host": server().host, "port": server().port, name: "postgres"}
    ask(
        engine(
            driver,
            f"nobody@127.0.0.1:{free_port()}/nothing",
            connect_args={**place, "user": "bootctl", "password": PASSWORD},
        )
    )


@pytest.mark.parametrize("library", [psycopg, psycopg2])
def test_a_function_may_connect(library: Any) -> None:
    place = {"host": server().host, "port": server().port, "dbname": "postgres"}
    login = {"user": "bootctl", "password": PASSWORD}
    ask(engine(library.__name__, "", creator=lambda: library.connect(**place, **login)))


def test_an_async_function_may_connect() -> None:
    async def connect() -> Any:
        return await asyncpg.connect(
            host=server().host,
            port=server().port,
            user="bootctl",
            password=PASSWORD,
            database="postgres",
        )

    ask(engine("asyncpg", "", async_creator=connect))


@pytest.fixture
def passfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with the password, as libpq has it."""
    path = tmp_path / "passwords"
    path.write_text(f"*:*:*:*:{PASSWORD}\n")
    path.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(path))


@drivers
def test_a_file_may_hold_the_password(driver: str, passfile: None) -> None:
    ask(engine(driver, address()))


@drivers
def test_the_environment_may_say_all(driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = {"HOST": server().host, "PORT": str(server().port), "DATABASE": "postgres"}
    for name, value in {**place, "USER": "bootctl", "PASSWORD": PASSWORD}.items():
        monkeypatch.setenv(f"PG{name}", value)
    ask(engine(driver, ""))


@pytest.mark.parametrize("driver", LIBPQ)
@pytest.mark.parametrize("by", ["query", "environment"])
def test_a_service_file_may_say_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str, by: str
) -> None:
    place = f"host={server().host}\nport={server().port}\ndbname=postgres\n"
    file = tmp_path / "services"
    file.write_text(f"[app]\n{place}user=bootctl\npassword={PASSWORD}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    if by == "environment":
        monkeypatch.setenv("PGSERVICE", "app")
    ask(engine(driver, "?service=app" if by == "query" else ""))


@drivers
@pytest.mark.parametrize("by", ["url", "listener", "arguments"])
def test_a_wrong_password_is_refused_wherever_it_comes_from(
    monkeypatch: pytest.MonkeyPatch, driver: str, by: str
) -> None:
    hurry(monkeypatch)
    right = address(f"bootctl:{PASSWORD}@")
    if by == "arguments":
        own = engine(driver, right, connect_args={"password": "wrong"})
    else:
        own = engine(driver, right if by == "listener" else address("bootctl:wrong@"))
    if by == "listener":
        event.listen(own, "do_connect", lambda d, r, args, kw: kw.update(password="wrong"))
    with pytest.raises(RefusedError):
        ask(own)


def forms(first: int, second: Server) -> Iterator[str]:
    """A server that is down, then one that is up, in every form of SQLAlchemy's and libpq's."""
    host, port = second.host, second.port
    yield f"/postgres?host=127.0.0.1:{first}&host={host}:{port}"
    yield f"/postgres?host=127.0.0.1,{host}&port={first},{port}"
    yield f"/postgres?host=127.0.0.1&host={host}&port={first}&port={port}"
    yield f"/postgres?host=127.0.0.1,{host}&port={first},{port}&target_session_attrs=read-write"
    yield f"127.0.0.1:{first},{host}:{port}/postgres"
    yield f"127.0.0.1:{first},{host}:{port}/postgres?target_session_attrs=read-write"


EVERY_FORM = range(6)
OF_SQLALCHEMY = range(4)
"""The others are libpq's alone: SQLAlchemy does not parse them."""
numbered = pytest.mark.parametrize("form", EVERY_FORM)


def written(form: int, user: str = f"bootctl:{PASSWORD}@") -> str:
    return user + list(forms(free_port(), server()))[form]


@drivers
@pytest.mark.parametrize("form", [0, 1, 3])
def test_env_py_may_name_several_servers(driver: str, form: int) -> None:
    ask(engine(driver, written(form)))


@drivers
@numbered
def test_database_url_may_name_several_servers(driver: str, form: int) -> None:
    ask(engine(driver, "x@127.0.0.1:1/x"), f"postgresql://{written(form)}")


@pytest.mark.parametrize("driver", ["+psycopg", "+psycopg2", "+asyncpg", ""])
@numbered
def test_wait_may_be_given_several_servers(driver: str, form: int) -> None:
    url = parse(f"postgresql{driver}://{written(form)}")
    loop.wait_for([schemes.create(url)], Wait(timeout=5))


@pytest.mark.parametrize("driver", ["+psycopg", "+psycopg2", "+asyncpg", ""])
def test_several_servers_that_are_down_are_not_ready(driver: str) -> None:
    url = parse(f"postgresql{driver}://127.0.0.1:{free_port()},127.0.0.1:{free_port()}/postgres")
    with pytest.raises(NotReadyError):
        loop.wait_for([schemes.create(url)], Wait(timeout=0.5))


SPELLINGS: dict[str, Callable[[], str]] = {
    "postgres://": lambda: f"postgres://{address(f'bootctl:{PASSWORD}@')}",
    "asyncpg://": lambda: f"asyncpg://{address(f'bootctl:{PASSWORD}@')}",
    "another driver": lambda: f"postgresql+pg8000://{address(f'bootctl:{PASSWORD}@')}",
    "sslmode": lambda: f"postgresql://{address(f'bootctl:{PASSWORD}@')}?sslmode=prefer",
    "ssl": lambda: f"postgresql+asyncpg://{address(f'bootctl:{PASSWORD}@')}?ssl=prefer",
    "no ssl": lambda: f"postgresql+asyncpg://{address(f'bootctl:{PASSWORD}@')}?ssl=false",
    "a newline": lambda: f"postgresql://{address(f'bootctl:{PASSWORD}@')}\n",
}


@drivers
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_database_url_may_be_written_as_other_tools_have_it(driver: str, spelling: str) -> None:
    ask(engine(driver, "x@127.0.0.1:1/x"), SPELLINGS[spelling]())


@drivers
@pytest.mark.parametrize("option", ["ssl=bogus", "sslmode=bogus"])
def test_an_option_without_a_certain_meaning_is_named(driver: str, option: str) -> None:
    with pytest.raises(SettingsError, match=option.partition("=")[0]):
        ask(engine(driver, "x@127.0.0.1:1/x"), f"postgresql://{address()}?{option}")


def test_a_function_that_connects_is_not_overridden() -> None:
    """``database.url`` names the service's database, and ``migration_url`` another way to it."""
    place = {"host": server().host, "port": server().port, "dbname": "postgres"}
    login = {"user": "bootctl", "password": PASSWORD}
    own = engine("psycopg", "", creator=lambda: psycopg.connect(**place, **login))
    ask(own, f"postgresql://{address()}")
    with pytest.raises(SettingsError, match="creator"):
        ask(own, migration_url=f"postgresql://{address()}")


@pytest.mark.parametrize(
    ("connect", "said"),
    [
        (lambda: NO_SUCH_NAME, "NO_SUCH_NAME"),  # type: ignore[name-defined]  # noqa: F821
        (lambda: psycopg.connect("", "", ""), "connect"),
        (lambda: importlib.import_module("no_such_library"), "no_such_library"),
        (lambda: pytest.no_such_attribute, "no_such_attribute"),
    ],
)
def test_a_mistake_in_what_connects_is_told_at_once(connect: Callable[[], Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        ask(engine("psycopg", "", creator=connect))
