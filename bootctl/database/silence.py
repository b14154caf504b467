"""Whether a server has said anything, the end of the session included: seen without asking it."""

import select
from contextlib import suppress
from typing import Any


def is_silent(driver: Any) -> bool:
    """Return whether nothing has come from the server of ``driver``'s connection that is not read.

    A server that ends a session closes its socket, which can then be read. ``False`` also where the
    socket is closed, and of a driver that does not show it.
    """
    with suppress(Exception):  # whatever a driver raises of a connection that is closed
        descriptor = _descriptor(driver)
        if descriptor is not None and descriptor >= 0:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return not poll.poll(0)
    return False


def _descriptor(driver: Any) -> int | None:
    if hasattr(driver, "fileno"):  # psycopg, psycopg2 and mysqlclient
        return int(driver.fileno())
    # The others have no public way: of asyncpg, of aiomysql and asyncmy, and of PyMySQL.
    transport = getattr(driver, "_transport", None)
    transport = transport or getattr(getattr(driver, "_writer", None), "transport", None)
    socket = transport.get_extra_info("socket") if transport else getattr(driver, "_sock", None)
    return int(socket.fileno()) if socket else None
