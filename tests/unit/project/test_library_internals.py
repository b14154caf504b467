"""The private parts of libraries that bootctl uses are still there, and used in one place for each.

Where one of these fails with a newer library, the file named has to be read beside it. To try
a release before it is one: ``pip install --pre --upgrade alembic sqlalchemy tortoise-orm aerich``,
then ``make unit``.
"""

import ast
import asyncio
import importlib
import inspect
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from socket import create_connection
from typing import Any

import aiosqlite
import pytest
from alembic.operations.ops import DropIndexOp
from sqlalchemy import create_engine
from tortoise import Tortoise

import bootctl
from bootctl.database.sqlalchemy_internals import async_engine, in_greenlet, read_backticks
from bootctl.project.tortoise.internals import pinned, raw_connection
from bootctl.server.socket_internals import accepted, socket

PACKAGE = Path(bootctl.__file__).parent

ALEMBIC = "project/alembic/internals.py"
SQLALCHEMY = "database/sqlalchemy_internals.py"
AERICH = "project/aerich/internals.py"
TORTOISE = "project/tortoise/internals.py"
MIGRATIONS = "project/tortoise/migrations_internals.py"
SILENCE = "database/silence.py"
PYDANTIC = "config/pydantic_internals.py"

MODELS = {"models": ["aerich.models"]}

PARTS = [
    ("alembic", "alembic.script:ScriptDirectory._upgrade_revs(destination, current_rev)", ALEMBIC),
    ("alembic", "alembic.script:ScriptDirectory._stamp_revs(revision, heads)", ALEMBIC),
    ("alembic", "alembic.script:ScriptDirectory._load_revisions()", ALEMBIC),
    ("alembic", "alembic.runtime.environment:EnvironmentContext.configure(connection)", ALEMBIC),
    ("alembic", "alembic.runtime.environment:EnvironmentContext.run_migrations()", ALEMBIC),
    ("alembic", "alembic.runtime.migration:HeadMaintainer._update_version(from_, to_)", ALEMBIC),
    ("alembic", "alembic.ddl.impl:DefaultImpl._exec(construct)", ALEMBIC),
    (
        "alembic",
        "alembic.autogenerate:comparators._registry",
        "verify/alembic_internals.py",
    ),
    ("sqlalchemy", "sqlalchemy:Engine.raw_connection()", SQLALCHEMY),
    ("sqlalchemy", "sqlalchemy.pool:Pool._creator", SQLALCHEMY),
    (
        "sqlalchemy",
        "sqlalchemy.dialects.postgresql.asyncpg:AsyncAdapt_asyncpg_connection._handle_exception(error)",
        SQLALCHEMY,
    ),
    ("asyncpg", "asyncpg.connection:Connection._transport", SILENCE),
    ("pydantic", "pydantic.plugin._loader:get_plugins()", PYDANTIC),
    ("sqlalchemy", "sqlalchemy.util:greenlet_spawn(fn)", SQLALCHEMY),
    *(
        ("sqlalchemy", f"sqlalchemy.engine.default:DefaultDialect.{name}()", SQLALCHEMY)
        for name in ("do_begin", "do_rollback", "do_commit", "do_close", "do_terminate")
    ),
    ("aerich", "aerich:Command._upgrade(conn, version_file)", AERICH),
    ("aerich", "aerich.migrate:Migrate.app", AERICH),
    ("aerich", "aerich.models:Aerich.create()", AERICH),
    (
        "tortoise-orm",
        "tortoise.backends.sqlite.client:SqliteClient.execute_script(query)",
        TORTOISE,
    ),
    ("tortoise-orm", "tortoise.models:Model._meta", TORTOISE),
    ("tortoise-orm", "tortoise.migrations.executor:MigrationExecutor._schema_editor()", MIGRATIONS),
    ("tortoise-orm", "tortoise.migrations.executor:MigrationExecutor._project_state()", MIGRATIONS),
    (
        "tortoise-orm",
        "tortoise.migrations.recorder:MigrationRecorder._placeholder(pos)",
        MIGRATIONS,
    ),
]
"""A library, a part of it with the parameters that are given to it, and who uses it."""


def part_of(library: str, part: str, user: str) -> Any:
    """Return a part, or fail with what to read."""
    module, _, path = part.partition("(")[0].partition(":")
    if user == MIGRATIONS and not find_spec("tortoise.migrations"):
        pytest.xfail("Tortoise has migrations of its own since 1.0")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        assert hasattr(found, name) or name in getattr(found, "__annotations__", {}), (
            f"{library} {version(library)} has no {part}: see bootctl/{user}"
        )
        found = getattr(found, name, None)
    return found


@pytest.mark.parametrize(("library", "part", "user"), PARTS, ids=[part for _, part, _ in PARTS])
def test_it_is_still_there(library: str, part: str, user: str) -> None:
    found = part_of(library, part, user)
    wanted = [name for name in part.partition("(")[2].rstrip(")").split(", ") if name]
    parameters = list(inspect.signature(found).parameters) if wanted else []
    missing = [name for name in wanted if name not in parameters]
    assert not missing, (
        f"{library} {version(library)}: {part} takes {parameters}: see bootctl/{user}"
    )


def test_a_migration_context_tells_of_an_outer_transaction() -> None:
    from alembic.runtime.migration import MigrationContext

    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection)
        assert context._in_external_transaction is False, f"see bootctl/{ALEMBIC}"


def test_a_dropped_index_knows_its_reverse() -> None:
    assert DropIndexOp("ix", "t")._reverse is None, "see bootctl/verify/alembic_internals.py"


def test_a_dialect_keeps_the_level_that_its_engine_was_given() -> None:
    dialect = create_engine("sqlite://", isolation_level="AUTOCOMMIT").dialect
    assert getattr(dialect, "_on_connect_isolation_level", None) == "AUTOCOMMIT", (
        f"see bootctl/{SQLALCHEMY}"
    )


def test_an_engine_of_asyncio_is_made_and_used_without_its_package() -> None:
    async def one() -> Any:
        engine = async_engine("sqlite+aiosqlite", partial(aiosqlite.connect, ":memory:"))
        connection = await in_greenlet(engine.connect)
        try:
            return await in_greenlet(lambda: connection.exec_driver_sql("SELECT 1").scalar())
        finally:
            await in_greenlet(connection.close)
            await in_greenlet(engine.dispose)

    assert asyncio.run(one()) == 1, f"see bootctl/{SQLALCHEMY}"


def test_names_with_a_backtick_are_reflected_as_they_are() -> None:
    dialect: Any = create_engine("mysql+pymysql://").dialect
    read_backticks(dialect)
    read_backticks(dialect)
    text = (
        "CREATE TABLE `t` (\n  `a``b` int(11) DEFAULT NULL,\n  KEY `i``x` (`a``b`),\n"
        "  CONSTRAINT `f``k` FOREIGN KEY (`a``b`) REFERENCES `t` (`a``b`)\n)"
    )
    state = dialect._tabledef_parser.parse(text, None)
    [column], [key], [foreign] = state.columns, state.keys, state.fk_constraints
    found = (column["name"], key["name"], key["columns"][0][0], foreign["name"], foreign["local"])
    assert found == ("a`b", "i`x", "a`b", "f`k", ["a`b"]), f"see bootctl/{SQLALCHEMY}"
    assert foreign["foreign"] == ["a`b"], f"see bootctl/{SQLALCHEMY}"


@pytest.mark.parametrize("backend", ["asyncpg", "psycopg", "mysql", "sqlite"])
def test_a_client_of_tortoise_has_its_private_parts(backend: str) -> None:
    module = importlib.import_module(f"tortoise.backends.{backend}")
    source = inspect.getsource(importlib.import_module(f"tortoise.backends.{backend}.client"))
    for name in ("_in_transaction", "_connection"):
        assert name in source, f"{module.__name__} has no {name}: see bootctl/{TORTOISE}"
    if backend != "sqlite":
        bases = [inspect.getsource(base) for base in module.client_class.__mro__[:-1]]
        assert any("_pool" in text for text in bases), f"no _pool: see bootctl/{TORTOISE}"


@pytest.mark.parametrize(
    ("module", "name"), [("aiomysql.connection", "_writer"), ("pymysql.connections", "_sock")]
)
def test_a_connection_of_mysql_has_its_socket(module: str, name: str) -> None:
    source = inspect.getsource(importlib.import_module(module))
    assert f"self.{name} = " in source, f"{module} has no {name}: see bootctl/{SILENCE}"


def test_every_statement_of_a_pinned_client_commits(tmp_path: Path) -> None:
    async def is_in_transaction() -> bool:
        await Tortoise.init(db_url=f"sqlite://{tmp_path}/a.db", modules=MODELS)
        try:
            async with pinned(Tortoise.get_connection("default"), nested=True) as client:
                await client.execute_query("CREATE TABLE a (b INT)")
                await client.execute_query("INSERT INTO a VALUES (1)")
                return bool(raw_connection(client).in_transaction)
        finally:
            await Tortoise.close_connections()

    assert not asyncio.run(is_in_transaction()), f"see bootctl/{TORTOISE}"


def test_a_socket_of_python_s_core_accepts() -> None:
    listener = socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    with create_connection(listener.getsockname()) as client:
        connection = accepted(listener)
        client.sendall(b"x")
        assert connection.recv(1) == b"x", "see bootctl/server/socket_internals.py"
        connection.close()
    listener.close()


def test_nobody_else_uses_a_private_part() -> None:
    used = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {ast.unparse(node)}"
        for path in PACKAGE.rglob("*.py")
        if "internals" not in path.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and _is_private(node)
    ]
    assert used == []


def _is_private(node: ast.Attribute) -> bool:
    owner = ast.unparse(node.value)
    public = owner in ("self", "cls", "super()") or ast.unparse(node) in (
        "os._Environ",
        "os._exit",
        "sys._getframe",
        "row._mapping",
    )
    return node.attr.startswith("_") and not node.attr.startswith("__") and not public
