"""The parts of Aerich that are not public, and why no public one serves.

Tried with Aerich 0.8.0 to 0.10.1.
"""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any

from aerich import Command
from aerich.migrate import Migrate
from aerich.models import Aerich


async def apply_file(command: Command, client: Any, file: str) -> None:
    """Have Aerich apply one file with ``client``, and record it.

    ``upgrade()`` applies all that it takes for pending, in transactions of its own.
    """
    await command._upgrade(client, file)


@contextmanager
def recorded_inside(recording: AbstractAsyncContextManager[Any]) -> Iterator[None]:
    """Have the row of a file be created inside ``recording``, which is entered then.

    Aerich creates it with whatever connection is in a transaction, and there is no hook.
    """
    original = Aerich.create

    async def create(**row: Any) -> None:
        async with recording:
            await original(**row)

    Aerich.create = create  # type: ignore[assignment,method-assign]  # the purpose
    try:
        yield
    finally:
        del Aerich.create


@contextmanager
def located(app: str, place: Path) -> Iterator[None]:
    """Have Aerich work on ``app``, whose files are at ``place``.

    It keeps both on a class, and only ``init()`` sets them, which looks for the files in a folder.
    """
    before = {name: vars(Migrate).get(name) for name in ("app", "migrate_location")}
    Migrate.app, Migrate.migrate_location = app, place
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(Migrate, name, value)
