"""PostgreSQL and MariaDB as servers of the test's own, which let everybody in without a password."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.databases.fresh import Database
from tests.support.servers import kinds, standard
from tests.support.servers.own_server import Command, Peer, Place, Server, prepared

_READY_SECONDS = 60
_TRUST = """\
local all,replication all trust
host all,replication all 127.0.0.1/32 trust
"""


def _postgresql(place: Place) -> Command:
    command = kinds.POSTGRESQL.command(place)
    access = place.folder / "pg_hba.conf"
    access.write_text(_TRUST)
    access.chmod(0o644)
    return [*command, "-c", f"hba_file={access}"]


def _mariadb(place: Place) -> Command:
    command = kinds.MARIADB.command(place)
    with open(place.folder / "first.sql", "a") as first:
        first.write(
            "CREATE USER IF NOT EXISTS app@'%';\nGRANT ALL ON *.* TO app@'%' WITH GRANT OPTION;\n"
        )
    return command


KINDS = {
    "postgresql": Peer("postgresql", "", _postgresql, ending=kinds.POSTGRESQL.ending),
    "mariadb": Peer("mariadb", "", _mariadb),
}
"""Both stop at once, as after a failure of the machine."""


class Own:
    """A database on a server of the test's own."""

    def __init__(self, kind: str, server: Server) -> None:
        self.server = server
        user, name = ("bootctl", "postgres") if kind == "postgresql" else ("app", "app")
        self.database = Database(kind, name, "127.0.0.1", server.port, user)

    def start(self) -> None:
        """Start the server, and return once it answers."""
        self.server.start()
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            try:
                self.database.execute("SELECT 1")
            except Exception:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def restart(self) -> None:
        """Stop the server at once, and start it."""
        self.server.stop()
        self.start()


@contextmanager
def own_database(kind: str, *options: object) -> Iterator[Own]:
    """An empty database on a server of the caller's own, started with these ``options``."""
    with prepared(KINDS[kind], *options) as server:
        own = Own(kind, server)
        own.start()
        yield own


@contextmanager
def standby_of(primary: Own) -> Iterator[Own]:
    """A PostgreSQL that has what another has, and takes no writes until it is promoted."""
    with prepared(KINDS["postgresql"]) as server:
        data, copy = server.folder / "data", standard.postgresql_binary("pg_basebackup")
        shutil.rmtree(data)
        source = f"host=127.0.0.1 port={primary.server.port} user={primary.database.user}"
        standard.run_unprivileged(copy, "-D", data, "-d", source, "-R", "--checkpoint=fast")
        standby = Own("postgresql", server)
        standby.start()
        yield standby
