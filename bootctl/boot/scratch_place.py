"""The project on an empty database that bootctl makes, on the project's own kind of server, and drops."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bootctl.boot.context import Context, prepare
from bootctl.boot.inspect import locate, wait
from bootctl.config.invocation import Invocation
from bootctl.config.secret import Secret
from bootctl.database import causes, driver_errors
from bootctl.database.session import Session
from bootctl.database.url import Url
from bootctl.errors import BootError, HistoryError, RefusedError, SettingsError, UsageError
from bootctl.migrate.protocol import Backend
from bootctl.output import log
from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection

_Result = TypeVar("_Result")

_OPEN_SECONDS = 10.0
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.5
_ALWAYS_THERE = {
    "postgresql": ("postgres", "template1"),
    "mysql": ("information_schema",),
    "mariadb": ("information_schema",),
}
"""Databases of a server from which another one can be made, where the project's own is not there yet."""
_UNKNOWN = "unknown database"
_SETTING = "database.migration_url"
_NO_SCHEMA = "3F000"
_TEMPLATE_IN_USE = "55006"
"""Somebody is connected to the database that new ones are copied from."""
_IN_USE = "in use"
_QUOTED = re.compile(r'["\u00ab\u201e\u201c](.+?)["\u00bb\u201c\u201d]')
"""A name in a message of PostgreSQL's, in whatever language."""
_MOST_SCHEMAS = 100


@frozen
class Place:
    """The project, that leads to the scratch database; and where that is."""

    context: Context
    url: Url


def on_scratch(invocation: Invocation, orm: str, work: Callable[[Place], _Result]) -> _Result:
    """Return what ``work`` makes of the project on an empty database, of which nothing stays.

    Schemas that the migrations need, and do not make, are made before.
    """
    schemas: list[str] = []
    while True:
        with _place(invocation, orm, schemas) as place:
            log.event(
                "verify.scratch",
                f"the migrations are replayed on {place.url}, which is dropped afterwards",
                target=str(place.url),
            )
            try:
                with _told():
                    return work(place)
            except BootError as error:
                missing = _missing_schema(error)
                if not missing or missing in schemas or len(schemas) >= _MOST_SCHEMAS:
                    raise
        schemas.append(missing)


@contextmanager
def _place(invocation: Invocation, orm: str, schemas: Sequence[str]) -> Iterator[Place]:
    context = prepare(invocation, orm)
    own = _only(context, locate(context))
    if own.scheme == "sqlite":
        from bootctl.verify import scratch_files

        with scratch_files.folder() as folder:
            (folder / "scratch.db").touch()
            yield _redirected(invocation, orm, f"sqlite:///{folder}/scratch.db")
        return
    if own.scheme not in _ALWAYS_THERE:
        raise UsageError(
            f"--scratch: bootctl makes no database of {own.scheme}",
            hint="PostgreSQL, MySQL, MariaDB and SQLite are supported.",
        )
    with (
        closing(_server(invocation, context, own)) as server,
        _database(invocation, orm, server, own) as (place, keeper),
    ):
        for schema in schemas:
            keeper.run(partial(_create_schema, schema))
        yield place


def _create_schema(name: str, connection: "Connection") -> None:
    quoted = name.replace('"', '""')
    connection.exec_driver_sql(f'CREATE SCHEMA "{quoted}"')


def _only(context: Context, urls: Sequence[Url]) -> Url:
    if len(urls) == 1:
        return urls[0]
    raise (
        UsageError(
            f"--scratch is for one database, and the project has {len(urls)}",
            hint="Migrate databases of your own, and compare these: `bootctl check --live`.",
        )
        if urls
        else HistoryError(
            "env.py connected to no database, so there is none to replay the migrations on",
            hint="Make env.py connect to the service's database, wherever it is run.",
        )
    )


def _server(invocation: Invocation, context: Context, own: Url) -> Session:
    """Connect to the server: to the project's database, or where it has none yet to one that always is."""
    try:
        wait(context, [own])
        return _opened(context.backend, own)
    except RefusedError as refusal:
        if not _is_unknown(refusal):
            raise
    refused: RefusedError | None = None
    for name in _ALWAYS_THERE[own.scheme]:
        there = _redirected(invocation, context.backend.name, _text(own, name))
        try:
            wait(there.context, [there.url])
            return _opened(there.context.backend, there.url)
        except RefusedError as refusal:
            refused = refusal
    assert refused is not None  # there is always one to try
    raise refused


def _is_unknown(refusal: RefusedError) -> bool:
    targets = refusal.fields.get("targets", ())
    return any(target.get("cause") == _UNKNOWN for target in targets)


@contextmanager
def _database(
    invocation: Invocation, orm: str, server: Session, own: Url
) -> Iterator[tuple[Place, Session]]:
    """A new database on the server, and a session in it for as long as it is used."""
    from bootctl.verify import scratch_databases

    server.run(scratch_databases.drop_abandoned)
    name, place, keeper = _entered(invocation, orm, server, own)
    try:
        yield place, keeper
    finally:
        keeper.close()
        with suppress(Exception):  # of a server that is gone; the next one drops it
            server.run(lambda connection: scratch_databases.drop(connection, name))


def _entered(
    invocation: Invocation, orm: str, server: Session, own: Url
) -> tuple[str, Place, Session]:
    """Make a database and connect to it: another process may drop it until then."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return _entered_once(invocation, orm, server, own)
        except _GoneError:
            continue
        except RefusedError as refusal:
            if refusal.fields.get("cause") != _IN_USE:
                raise
        time.sleep(_PAUSE_SECONDS)
    return _entered_once(invocation, orm, server, own)


class _GoneError(RefusedError):
    """Another process has taken the new database for one that nobody uses, and dropped it."""


def _entered_once(
    invocation: Invocation, orm: str, server: Session, own: Url
) -> tuple[str, Place, Session]:
    from bootctl.verify import scratch_databases

    name, role = scratch_databases.new_name(), own.user or "ROLE"
    created = False
    try:
        with _typed(own):
            server.run(lambda c: scratch_databases.create(c, name, own.database, role))
        created = True
        with _told():
            place = _redirected(invocation, orm, _text(own, name))
            return name, place, _opened(place.context.backend, place.url)
    except BaseException as error:
        gone = False
        with suppress(Exception):
            gone = created and not server.run(lambda c: scratch_databases.exists(c, name))
            server.run(lambda c: scratch_databases.drop(c, name))
        if gone and isinstance(error, BootError):
            raise _GoneError(error.message, hint=error.hint, **error.fields) from error
        raise


def _opened(backend: Backend, url: Url) -> Session:
    connector = backend.connector(url)
    assert connector is not None  # it is no file, and was located
    with _typed(url):
        return connector.open(_OPEN_SECONDS)


@contextmanager
def _typed(url: Url) -> Iterator[None]:
    """Turn what the driver raises into a typed error."""
    try:
        yield
    except (BootError, KeyError):
        raise
    except Exception as error:
        place = {"target": str(url)}
        failure = driver_errors.classify(error)
        if failure is not None:
            raise driver_errors.fault(error, failure, place) from error
        used = driver_errors.sqlstate(error) == _TEMPLATE_IN_USE
        raise RefusedError(
            f"{url} refused to make an empty database: {causes.root_message(error)}",
            hint="Correct what the server says, or let database.url name another one.",
            cause=_IN_USE if used else "refused",
            **place,
        ) from error


def _redirected(invocation: Invocation, orm: str, url: str) -> Place:
    """Return the project with ``url`` in the place of its own, as ``database.migration_url`` is."""
    settings = invocation.loaded.settings
    database = replace(settings.database, migration_url=Secret(url))
    # What is to be held against the file cannot be read with it, nor does a broken one matter.
    verify = replace(settings.verify, lock_file=None)
    settings = replace(settings, database=database, verify=verify)
    loaded = replace(invocation.loaded, settings=settings)
    context = prepare(replace(invocation, loaded=loaded), orm)
    return Place(context, _only(context, locate(context)))


def _text(own: Url, database: str) -> str:
    return replace(own, path=f"/{database}").plain(own.kind)


@contextmanager
def _told() -> Iterator[None]:
    """Say of what the setting cannot do, that the scratch database cannot, which takes its place."""
    try:
        yield
    except SettingsError as error:
        if error.fields.get("setting") != _SETTING:
            raise
        said = error.message.replace(_SETTING, "the database that --scratch makes")
        raise UsageError(
            said,
            hint="--scratch is for a project that connects to one database, by a URL. Migrate a "
            "database of your own, and compare it: `bootctl check --live`.",
        ) from error


def _missing_schema(error: BootError) -> str:
    """Return the schema that PostgreSQL has not, where ``error`` is about that."""
    if driver_errors.sqlstate(error) != _NO_SCHEMA:
        return ""
    texts = (causes.root_message(item) for item in causes.chain(error) if item is not error)
    found = (_QUOTED.search(text) for text in texts)
    return next((match[1] for match in found if match), "")
