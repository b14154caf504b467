"""PgBouncer in front of a PostgreSQL: a process of the test's own."""

import dataclasses
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.databases.fresh import Database
from tests.support.servers import standard
from tests.support.servers.own_server import Command, Peer, Place, own

_CONFIGURATION = """\
[databases]
* = host={host} port={port} user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {{port}}
unix_socket_dir =
auth_type = any
ignore_startup_parameters = extra_float_digits
"""
_NEIGHBOURS = 3


def _pgbouncer(place: Place) -> Command:
    configuration = place.folder / "pgbouncer.ini"
    configuration.write_text("\n".join(place.options))
    configuration.chmod(0o644)
    program = standard.binary("pgbouncer", "pgbouncer")
    return [*standard.unprivileged(), program, "-q", configuration]


PGBOUNCER = Peer("pgbouncer", "postgresql://127.0.0.1:{port}/{database}", _pgbouncer)


@contextmanager
def pooled(database: Database, mode: str, *options: str) -> Iterator[Database]:
    """``database`` through a pooler in ``mode``, with these further lines in its configuration."""
    text = _CONFIGURATION.format(host=database.host, port=database.port, user=database.user)
    with own(PGBOUNCER, text, f"pool_mode = {mode}", *options) as server:
        yield dataclasses.replace(database, host="127.0.0.1", port=server.port)


@contextmanager
def busy(database: Database) -> Iterator[None]:
    """Other clients use ``database`` meanwhile, in short transactions."""
    ended = threading.Event()
    threads = [threading.Thread(target=_use, args=(database, ended)) for _ in range(_NEIGHBOURS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _use(database: Database, ended: threading.Event) -> None:
    with database.session() as cursor:
        while not ended.is_set():
            cursor.execute("SELECT pg_sleep(random() / 200)")
            cursor.connection.commit()
            time.sleep(0.002)
