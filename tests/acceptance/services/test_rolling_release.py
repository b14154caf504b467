"""A rolling release under load: the first release serves while the second one migrates, starts and takes over."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.servers.standard import booted
from tests.support.services.client import Client
from tests.support.services.examples import copied, first_release, variables

NAME = "ddd-sqlalchemy"
CLIENTS = 4
CONTRACT = """
revision, down_revision, branch_labels, depends_on = "0003", "0002", None, None


def upgrade():
    from alembic import op

    op.drop_column("tickets", "body")
"""


class Traffic:
    """Clients that open tickets and list them, of the release that is told to them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        """What new requests are sent to, as by the endpoints of a Service."""
        self.opened: list[int] = []
        self.failed: list[str] = []
        self._over = threading.Event()

    @contextmanager
    def flowing(self) -> Iterator[Callable[[], None]]:
        """Ask and ask inside, until the last answer to what is yielded, or at the end."""
        asking = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for thread in asking:
            thread.start()

        def stop() -> None:
            self._over.set()
            for thread in asking:
                thread.join()

        try:
            yield stop
        finally:
            stop()

    def _ask(self) -> None:
        while not self._over.is_set():
            client = self.client
            try:
                answer = client.post("/tickets", {"title": "The printer is out of paper"})
                listed = client.get("/tickets")
            except (OSError, HTTPException) as error:
                self.failed.append(f"{client.port}: {error!r}")
                continue
            if (answer.status, listed.status) == (201, 200):
                self.opened.append(client.port)
            else:
                self.failed.append(f"{client.port}: {answer} {listed}")
            time.sleep(0.02)

    def goes_on(self, port: int, times: int = 10) -> None:
        """Wait until so many more requests are answered there."""
        before = self.opened.count(port)
        until = time.monotonic() + 20
        while self.opened.count(port) < before + times and not self.failed:
            assert time.monotonic() < until, "nothing is answered any more"
            time.sleep(0.02)
        assert self.failed == []


def stated(project: Path, version: str) -> Path:
    """The project, of that version."""
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace('version = "0.2.0"', f'version = "{version}"'))
    return project


@pytest.mark.slow
def test_no_request_is_lost_and_what_breaks_the_first_is_refused(
    tmp_path: Path, postgresql: Database
) -> None:
    named = {**variables(postgresql), "BOOTCTL__MIGRATE__BREAKS_RUNNING": "fail"}
    first = stated(first_release(NAME, tmp_path / "first"), "0.1.0")
    second = copied(NAME, tmp_path / "second")
    broken = copied(NAME, tmp_path / "broken")
    [versions] = {path.parent for path in broken.rglob("*ticket_priority.py")}
    (versions / "0003_no_body.py").write_text(CONTRACT)

    with booted(first, {**named, "BOOTCTL__SERVER__MODE": "drain"}) as old:
        traffic = Traffic(Client(old.port).registered("ann"))
        with traffic.flowing() as stop:
            traffic.goes_on(old.port)

            refused = bootctl("migrate", cwd=broken, env={**named, "BOOTCTL__VERIFY__IGNORE": "*"})
            assert refused.code == 14, refused.stderr
            said = refused.verdict["message"]
            assert "version 0.1.0" in said
            assert "missing column tickets.body" in said
            assert "rolled back" in said
            assert "priority" not in postgresql.dump()
            traffic.goes_on(old.port)

            migrated = bootctl("migrate", cwd=second, env=named)
            assert migrated.code == 0, migrated.stderr
            assert migrated.events("migrate.breaks_running") == []
            traffic.goes_on(old.port)

            with booted(second, named) as new:
                traffic.goes_on(old.port)
                traffic.client = Client(new.port, traffic.client.token)
                traffic.goes_on(new.port)
                old.process.terminate()
                traffic.goes_on(new.port)
                assert old.process.wait(20) == 0, old.log.read_text()
                traffic.goes_on(new.port)
                stop()
    assert traffic.failed == []
    [(count,)] = postgresql.execute("SELECT count(*) FROM tickets")
    assert count == len(traffic.opened)
