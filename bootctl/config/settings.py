"""Every setting of bootctl, as frozen values. Where each value came from is kept beside it, see ``sources``.

Nothing is validated here: ``plain`` takes what is seen to be valid, and ``model`` has pydantic judge the rest.
"""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bootctl.config.secret import Secret
from bootctl.config.setting import (
    Address,
    Argv,
    Count,
    Entries,
    Group,
    Items,
    Level,
    Patterns,
    Seconds,
    Setting,
    Timeout,
    group,
    name,
    said,
    setting,
)
from bootctl.output import termination
from bootctl.values import frozen

PREFIX = "BOOTCTL__"
"""What the variables of settings begin with."""


@frozen
class Database(Group):
    """Where the service's database is. Unset: it is learned from the project."""

    url: Secret | None = said(None, "the service's database")
    migration_url: Secret | None = said(
        None, "used to migrate only, and not passed on to the server"
    )


@frozen
class Wait(Group):
    """Waiting for dependencies."""

    timeout: Seconds = said(60.0, "seconds until a dependency must be ready")
    targets: Items = said((), "URLs to wait for besides what the service's settings name")
    for_: Literal["database", "all"] | None = said(
        None,
        "database: nothing else is waited for; unset: all, and for `migrate` the "
        "database and `wait.targets`",
        name="for",
    )
    ignore: Patterns = said(
        (),
        "what is not waited for: a group of the service's settings such as mailing, a "
        "scheme, a host, or a pattern of URLs",
    )
    optional: Patterns = said(
        (), "what is asked, and not waited for once the rest is ready; as `wait.ignore`"
    )
    stable_for: Seconds = said(0.0, "seconds for which a dependency must stay ready")
    writable: bool = said(False, "true: the database must take writes, as a standby does not")


@frozen
class Lock(Group):
    """The lock that makes one of several replicas migrate."""

    timeout: Seconds = said(
        300.0,
        "seconds until the migration lock must be free, and for which a migration that "
        "lost a lock of the database is tried again",
    )


@frozen
class Migrate(Group):
    """Applying migrations."""

    mode: Literal["apply", "wait", "off"] = said(
        "apply", "wait: another process migrates, wait for its result"
    )
    lock_timeout: Timeout | None = said(
        None, "seconds a statement of a migration may wait for a lock"
    )
    statement_timeout: Timeout | None = said(None, "seconds a statement of a migration may run")
    on_ahead: Literal["fail", "compatible"] = said(
        "fail",
        "compatible: start on a database that is ahead if it has all the models need",
    )
    on_risk: Literal["warn", "fail"] = said(
        "warn",
        "fail: apply nothing while a pending statement would lose data of a live table, or "
        "block or rewrite one that is not small; warn: say so, and go on",
    )
    breaks_running: Literal["warn", "fail"] = said(
        "warn",
        "fail: commit nothing with which the version that runs, as its receipt tells what it "
        "needs, cannot work; warn: say so, and go on",
    )


@frozen
class Verify(Group):
    """Proving that the schema matches the models."""

    mode: Literal["cached", "full", "off"] = said(
        "cached",
        "cached: `run` believes the receipt of a full verification while nothing that it "
        "depended on has changed; off: the server starts on a schema that was not verified",
    )
    before_commit: bool = said(
        True, "false: verify after the commit, holding none of the migration's locks"
    )
    on_drift: Literal["fail", "compatible", "warn"] = said(
        "fail",
        "compatible: `run` and `migrate` go on where the differences are shown not to "
        "break the code; warn: whatever differs; `check` is always strict",
    )
    lock_file: Path | None = said(
        Path("schema.lock"),
        "the file that says what the migrations make, if there is one",
    )
    ignore: Entries = said(
        (),
        "patterns of objects whose differences are no drift, such as `legacy_*` or "
        "`trigger:audit.*`; in a file also `{kind, name, reason}`",
    )
    baseline: Path | None = said(
        None, "a file of `check --write-baseline` whose differences are accepted"
    )


@frozen
class Server(Group):
    """The command that bootctl becomes."""

    command: Argv = said((), "the server command")
    app: str | None = said(None, "file or module of the Robyn app")
    processes: Count | None = said(None, "passed to Robyn as --processes")
    workers: Count | None = said(None, "passed to Robyn as --workers")
    mode: Literal["exec", "drain"] = said("exec", "exec: bootctl becomes the server")
    stop_timeout: Seconds = said(30.0, "seconds until a server in mode drain must have stopped")
    startup_health: Address | None = said(
        None,
        "HOST:PORT where `run` and `migrate` answer probes until the server starts: `/livez` "
        "200, all else 503 with the stage; HOST:PORT/PATH answers PATH as `/livez`",
    )


@frozen
class Log(Group):
    """What bootctl itself logs."""

    format: Literal["json", "console", "auto"] = said(
        "auto", "auto: console on a terminal, JSON elsewhere"
    )
    level: Level = said("info", "least level that is logged")
    file: Path | None = said(None, "a file to log to as well")
    rotation: str | None = said(None, "when to start a new file, such as 10 MB")
    compression: str | None = said(None, "how to compress a finished file, such as gz")
    metrics: Path | None = said(
        None,
        "a file that `run` and `migrate` write at their end, for the textfile collector of "
        "Prometheus's node exporter, such as /var/lib/node_exporter/bootctl.prom",
    )
    termination_message: Path = said(
        termination.PATH, "where the verdict is left, if the file exists"
    )


@frozen
class Alembic(Group):
    """What Alembic's own command line takes."""

    name: str | None = said(None, "section of the ini file, as alembic -n")
    x: Argv = said((), "arguments for env.py, as alembic -x; shell words")


@frozen
class Tortoise(Group):
    """Where Tortoise's configuration and Aerich's migrations are; unset: as their tools find them."""

    config: str | None = said(None, "Tortoise's configuration, as package.module.NAME")
    location: str | None = said(None, "directory of Aerich's migrations")


@frozen
class Tenants(Group):
    """Many databases of one service, for `--tenants`: one of four says which they are."""

    names: Items = said((), "the tenants")
    file: Path | None = said(None, "a file with a tenant's name a line")
    query: str | None = said(
        None, "SQL whose first column has their names, asked of `database.url`"
    )
    command: Argv = said((), "a command that prints a tenant's name a line")
    url: Secret | None = said(None, "the URL of a tenant's database, with `{tenant}` in it")
    search_path: str | None = said(
        None,
        "PostgreSQL: the schemas of a tenant in `database.url`, separated by commas, with "
        "`{tenant}` in the first, which is migrated",
    )
    concurrency: Count = said(4, "how many tenants are gone through at once")
    on_failure: Literal["continue", "stop"] = said(
        "continue", "stop: no further tenant is begun once one has failed"
    )


@frozen
class Settings(Group):
    """Every setting of bootctl. Built by ``sources.load``, which knows where values come from."""

    orm: Literal["auto", "alembic", "aerich", "tortoise", "none"] = said(
        "auto", "which ORM's migrations to apply"
    )
    secrets_dir: Path = said(Path("/run/secrets"), "directory of secret files")
    database: Database = Database()
    wait: Wait = Wait()
    lock: Lock = Lock()
    migrate: Migrate = Migrate()
    verify: Verify = Verify()
    server: Server = Server()
    log: Log = Log()
    alembic: Alembic = Alembic()
    tortoise: Tortoise = Tortoise()
    tenants: Tenants = Tenants()


@cache
def keys() -> tuple[tuple[str, Setting], ...]:
    """Return every setting there is: its dotted key, and what there is to say of it."""
    return tuple(_keys(Settings, ""))


def _keys(of: Any, prefix: str) -> Iterator[tuple[str, Setting]]:
    for item in fields(of):
        key = prefix + name(item)
        if inner := group(item):
            yield from _keys(inner, f"{key}.")
        else:
            yield key, setting(item)


def variable(key: str) -> str:
    """Return the environment variable of a dotted key."""
    return PREFIX + key.upper().replace(".", "__")


def key_of(variable_name: str) -> str:
    """Return the dotted key of an environment variable; any other name as it is."""
    if not variable_name.upper().startswith(PREFIX):
        return variable_name
    return variable_name[len(PREFIX) :].lower().replace("__", ".")
