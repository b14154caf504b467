"""One frozen settings model. Where each value came from is kept beside it, see ``sources``."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    SecretStr,
    WithJsonSchema,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bootctl.config import addresses, lists
from bootctl.output import termination

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = WithJsonSchema(
    {
        "anyOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": r"^\s*[0-9.]+\s*(ms|s|m|h)?\s*$"},
        ]
    }
)
_TEXTS = WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}})


def _seconds(value: Any) -> Any:
    match = re.fullmatch(r"\s*([0-9.]+)\s*(ms|s|m|h)\s*", value) if isinstance(value, str) else None
    return float(match[1]) * _UNITS[match[2]] if match else value


Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0), _DURATION]
"""A duration in seconds; ``500ms``, ``30s``, ``5m`` and ``1h`` are understood too."""

Timeout = Annotated[Seconds, Field(gt=0, lt=2**31 / 1000), _DURATION]
"""A duration that a database enforces, more than none and at most PostgreSQL's longest."""

Items = Annotated[tuple[str, ...], NoDecode, BeforeValidator(lists.items), _TEXTS]
"""A list; in one string its items are separated by commas or spaces, or it is JSON."""

Patterns = Annotated[tuple[str, ...], NoDecode, BeforeValidator(lists.patterns), _TEXTS]
"""As ``Items``, of names and shell patterns."""

Entry = Annotated[lists.Ignored | str, Field(union_mode="left_to_right")]
IgnoredItems = Annotated[tuple[Entry, ...], NoDecode, BeforeValidator(lists.entries)]
"""As ``Items``, of patterns, kinds with patterns, and tables of these with a reason."""

Argv = Annotated[tuple[str, ...], NoDecode, BeforeValidator(lists.words), _TEXTS]
"""A command; one string is split as a shell splits words, or it is a JSON list."""


class _Group(BaseModel):
    # What validates a group is made as a part of what validates all settings, and not by itself too.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Database(_Group):
    """Where the service's database is. Unset: it is learned from the project."""

    url: SecretStr | None = Field(None, description="the service's database")
    migration_url: SecretStr | None = Field(
        None, description="used to migrate only, and not passed on to the server"
    )


class Wait(_Group):
    """Waiting for dependencies."""

    timeout: Seconds = Field(60.0, description="seconds until a dependency must be ready")
    targets: Items = Field(
        (), description="URLs to wait for besides what the service's settings name"
    )
    for_: Literal["database", "all"] | None = Field(
        None,
        alias="for",
        description="database: nothing else is waited for; unset: all, and for `migrate` the "
        "database and `wait.targets`",
    )
    ignore: Patterns = Field(
        (),
        description="what is not waited for: a group of the service's settings such as mailing, a "
        "scheme, a host, or a pattern of URLs",
    )
    optional: Patterns = Field(
        (), description="what is asked, and not waited for once the rest is ready; as `wait.ignore`"
    )
    stable_for: Seconds = Field(0.0, description="seconds for which a dependency must stay ready")
    writable: bool = Field(
        False, description="true: the database must take writes, as a standby does not"
    )


class Lock(_Group):
    """The lock that makes one of several replicas migrate."""

    timeout: Seconds = Field(
        300.0,
        description="seconds until the migration lock must be free, and for which a migration that "
        "lost a lock of the database is tried again",
    )


class Migrate(_Group):
    """Applying migrations."""

    mode: Literal["apply", "wait", "off"] = Field(
        "apply", description="wait: another process migrates, wait for its result"
    )
    lock_timeout: Timeout | None = Field(
        None, description="seconds a statement of a migration may wait for a lock"
    )
    statement_timeout: Timeout | None = Field(
        None, description="seconds a statement of a migration may run"
    )
    on_ahead: Literal["fail", "compatible"] = Field(
        "fail",
        description="compatible: start on a database that is ahead if it has all the models need",
    )
    on_risk: Literal["warn", "fail"] = Field(
        "warn",
        description="fail: apply nothing while a pending statement would lose data of a live table, or "
        "block or rewrite one that is not small; warn: say so, and go on",
    )
    breaks_running: Literal["warn", "fail"] = Field(
        "warn",
        description="fail: commit nothing with which the version that runs, as its receipt tells what it "
        "needs, cannot work; warn: say so, and go on",
    )


class Verify(_Group):
    """Proving that the schema matches the models."""

    mode: Literal["cached", "full", "off"] = Field(
        "cached",
        description="cached: `run` believes the receipt of a full verification while nothing that it "
        "depended on has changed; off: the server starts on a schema that was not verified",
    )
    before_commit: bool = Field(
        True, description="false: verify after the commit, holding none of the migration's locks"
    )
    on_drift: Literal["fail", "compatible", "warn"] = Field(
        "fail",
        description="compatible: `run` and `migrate` go on where the differences are shown not to "
        "break the code; warn: whatever differs; `check` is always strict",
    )
    lock_file: Path | None = Field(
        Path("schema.lock"),
        description="the file that says what the migrations make, if there is one",
    )
    ignore: IgnoredItems = Field(
        (),
        description="patterns of objects whose differences are no drift, such as `legacy_*` or "
        "`trigger:audit.*`; in a file also `{kind, name, reason}`",
    )
    baseline: Path | None = Field(
        None, description="a file of `check --write-baseline` whose differences are accepted"
    )


class Server(_Group):
    """The command that bootctl becomes."""

    command: Argv = Field((), description="the server command")
    app: str | None = Field(None, description="file or module of the Robyn app")
    processes: PositiveInt | None = Field(None, description="passed to Robyn as --processes")
    workers: PositiveInt | None = Field(None, description="passed to Robyn as --workers")
    mode: Literal["exec", "drain"] = Field("exec", description="exec: bootctl becomes the server")
    stop_timeout: Seconds = Field(
        30.0, description="seconds until a server in mode drain must have stopped"
    )
    startup_health: Annotated[str, AfterValidator(addresses.checked)] | None = Field(
        None,
        description="HOST:PORT where `run` and `migrate` answer probes until the server starts: `/livez` "
        "200, all else 503 with the stage; HOST:PORT/PATH answers PATH as `/livez`",
    )


class Log(_Group):
    """What bootctl itself logs."""

    format: Literal["json", "console", "auto"] = Field(
        "auto", description="auto: console on a terminal, JSON elsewhere"
    )
    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        BeforeValidator(lambda v: v.lower() if isinstance(v, str) else v),
    ] = Field("info", description="least level that is logged")
    file: Path | None = Field(None, description="a file to log to as well")
    rotation: str | None = Field(None, description="when to start a new file, such as 10 MB")
    compression: str | None = Field(None, description="how to compress a finished file, such as gz")
    metrics: Path | None = Field(
        None,
        description="a file that `run` and `migrate` write at their end, for the textfile collector of "
        "Prometheus's node exporter, such as /var/lib/node_exporter/bootctl.prom",
    )
    termination_message: Path = Field(
        termination.PATH, description="where the verdict is left, if the file exists"
    )


class Alembic(_Group):
    """What Alembic's own command line takes."""

    name: str | None = Field(None, description="section of the ini file, as alembic -n")
    x: Argv = Field((), description="arguments for env.py, as alembic -x; shell words")


class Tortoise(_Group):
    """Where Tortoise's configuration and Aerich's migrations are; unset: as their tools find them."""

    config: str | None = Field(None, description="Tortoise's configuration, as package.module.NAME")
    location: str | None = Field(None, description="directory of Aerich's migrations")


class Tenants(_Group):
    """Many databases of one service, for `--tenants`: one of four says which they are."""

    names: Items = Field((), description="the tenants")
    file: Path | None = Field(None, description="a file with a tenant's name a line")
    query: str | None = Field(
        None, description="SQL whose first column has their names, asked of `database.url`"
    )
    command: Argv = Field((), description="a command that prints a tenant's name a line")
    url: SecretStr | None = Field(
        None, description="the URL of a tenant's database, with `{tenant}` in it"
    )
    search_path: str | None = Field(
        None,
        description="PostgreSQL: the schemas of a tenant in `database.url`, separated by commas, with "
        "`{tenant}` in the first, which is migrated",
    )
    concurrency: PositiveInt = Field(4, description="how many tenants are gone through at once")
    on_failure: Literal["continue", "stop"] = Field(
        "continue", description="stop: no further tenant is begun once one has failed"
    )


class Settings(BaseSettings):
    """Every setting of bootctl. Built by ``sources.load``, which knows where values come from."""

    model_config = SettingsConfigDict(
        env_prefix="BOOTCTL__",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
    )

    orm: Literal["auto", "alembic", "aerich", "tortoise", "none"] = Field(
        "auto", description="which ORM's migrations to apply"
    )
    secrets_dir: Path = Field(Path("/run/secrets"), description="directory of secret files")
    database: Database = Database.model_construct()
    wait: Wait = Wait.model_construct()
    lock: Lock = Lock.model_construct()
    migrate: Migrate = Migrate.model_construct()
    verify: Verify = Verify.model_construct()
    server: Server = Server.model_construct()
    log: Log = Log.model_construct()
    alembic: Alembic = Alembic.model_construct()
    tortoise: Tortoise = Tortoise.model_construct()
    tenants: Tenants = Tenants.model_construct()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what ``sources.load`` merged: it asks the other sources itself, one by one."""
        return (init_settings,)
